import { DAY, HOUR } from '#shared/domain/units.ts';
import { AxisLabels } from '#renderer/components/AxisLabels.tsx';
import { Bars } from '#renderer/components/Bars.tsx';
import { DayBars } from '#renderer/components/DayBars.tsx';
import { HourMap } from '#renderer/components/HourMap.tsx';
import { Sparkline } from '#renderer/components/Sparkline.tsx';
import type { Entry } from './entry.ts';
import { NOW } from './fixtures.ts';

const days = (signIns: (day: number) => number, failures: (day: number) => number) =>
  Array.from({ length: 30 }, (_, day) => ({
    at: NOW - (30 - day) * DAY,
    signIns: signIns(day),
    failures: failures(day),
  }));
const hours = (value: (day: number, hour: number) => number) =>
  Array.from({ length: 7 }, (_, day) => Array.from({ length: 24 }, (_none, hour) => value(day, hour)));

const bars = (value: (bar: number) => number) => ({
  from: NOW - 90 * HOUR,
  stepMs: HOUR,
  counts: Array.from({ length: 90 }, (_, bar) => value(bar)),
  countedFrom: 0,
  done: true,
  zone: 'utc' as const,
  onChoose: () => undefined,
});

export const CHART_ENTRIES: readonly Entry[] = [
  {
    component: 'Sparkline',
    states: [
      ['rising', () => <Sparkline label="Rising" values={[1, 2, 3, 5, 8, 13]} />],
      ['flat', () => <Sparkline label="Flat" values={[4, 4, 4, 4]} />],
      ['nothing', () => <Sparkline label="Nothing" values={[0, 0, 0]} />],
      [
        'thousands that hardly change',
        () => <Sparkline label="Level" values={[5_000, 5_010, 4_998, 5_020]} />,
      ],
    ],
  },
  {
    component: 'AxisLabels',
    states: [
      [
        'both ends',
        () => (
          <AxisLabels>
            <span>1 Oct</span>
            <span>31 Oct</span>
          </AxisLabels>
        ),
      ],
    ],
  },
  {
    component: 'Bars',
    wide: true,
    states: [
      [
        'events',
        () => <Bars of="event" {...bars((bar) => 20 + ((bar * 7) % 13) - Math.abs(12 - (bar % 24)))} />,
      ],
      [
        'sessions, some of no known beginning',
        () => (
          <Bars of="session" {...bars((bar) => (bar % 9) * bar)} note=", 12 more of no known beginning" />
        ),
      ],
      [
        'counted in part',
        () => (
          <Bars
            of="session"
            {...bars((bar) => (bar < 60 ? 0 : bar))}
            done={false}
            countedFrom={NOW - 30 * HOUR}
          />
        ),
      ],
      ['nothing', () => <Bars of="event" {...bars(() => 0)} />],
    ],
  },
  {
    component: 'DayBars',
    states: [
      [
        'weeks with failures',
        () => (
          <DayBars
            zone="utc"
            days={days(
              (day) => (day % 7 > 4 ? 2 : 14 + (day % 5)),
              (day) => (day === 12 ? 9 : 0),
            )}
          />
        ),
      ],
      [
        'nothing',
        () => (
          <DayBars
            zone="utc"
            days={days(
              () => 0,
              () => 0,
            )}
          />
        ),
      ],
    ],
  },
  {
    component: 'HourMap',
    states: [
      [
        'office hours',
        () => (
          <HourMap
            caption="Sign-ins"
            hours={hours((day, hour) => (day < 5 && hour > 7 && hour < 18 ? (hour * 7 + day) % 9 : 0))}
          />
        ),
      ],
      ['nothing', () => <HourMap caption="Sign-ins" hours={hours(() => 0)} />],
    ],
  },
];

import { DAY } from '#shared/domain/units.ts';
import { AxisLabels } from '#renderer/components/AxisLabels.tsx';
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

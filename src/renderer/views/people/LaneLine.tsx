import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import type { Lane } from '#shared/ipc/people-views.ts';
import type { AuditRow } from '#shared/ipc/views.ts';
import { ONE_LINE } from '../../components/one-line.ts';
import { causeText } from '../../format/actions.ts';
import { bothTimes, duration } from '../../format/time.ts';
import { count, counted } from '../../format/words.ts';
import { openPanel } from '../../store/selection-store.ts';
import { EventDots, type Share } from './LaneMarks.tsx';

/** @param cut there are older events that were not read */
export const eventWords = (events: readonly AuditRow[], cut: boolean): string | null => {
  const failed = events.filter(({ outcome }) => outcome === 'failure').length;
  if (events.length === 0) return null;
  return `${cut ? 'at least ' : ''}${counted(events.length, 'event')}${failed === 0 ? '' : `, ${count(failed)} failed`}`;
};

function words(lane: Lane, environment: string, done: string | null): string {
  const where =
    lane.city === null ? (lane.country ?? 'place not known') : `${lane.city}, ${lane.country ?? ''}`;
  const end =
    lane.to === null
      ? 'still signed in'
      : `ended ${bothTimes(lane.to).split('\n')[0] ?? ''}${lane.cause === null ? '' : `, ${causeText(lane.cause)}`}`;
  const lived = lane.from !== null && lane.to !== null ? `, after ${duration(lane.to - lane.from)}` : '';
  return [
    environment,
    where,
    lane.device,
    `from ${lane.from === null ? 'an unknown time' : (bothTimes(lane.from).split('\n')[0] ?? '')}`,
    `${end}${lived}`,
    done,
  ]
    .filter((part) => part !== null)
    .join(' · ');
}

/** A line of the axis: what lies on it, and behind it what it is. */
export function Line(props: {
  readonly head?: ReactNode;
  readonly tail: string;
  readonly label?: string;
  readonly high?: boolean;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <Box component="li" sx={{ display: 'flex', alignItems: 'center', gap: 2 }}>
      {props.head ?? <span className="wf-square" aria-hidden="true" />}
      <Box
        {...(props.label === undefined ? {} : { role: 'group', 'aria-label': props.label })}
        sx={{
          position: 'relative',
          flex: 1,
          height: props.high === true ? '1.25rem' : '0.95rem',
          bgcolor: 'surface.raised',
          borderRadius: 0.5,
        }}
      >
        {props.children}
      </Box>
      <Box
        component="span"
        sx={{
          width: 'clamp(13rem, 13vw, 24rem)',
          flex: 'none',
          typography: 'caption',
          color: 'text.secondary',
          ...ONE_LINE,
        }}
      >
        {props.tail}
      </Box>
    </Box>
  );
}

/** A session as a bar on the axis with its events as dots; a press opens it. */
export function LaneLine(props: {
  readonly lane: Lane;
  readonly head: ReactNode;
  readonly environment: string;
  readonly events: readonly AuditRow[];
  /** There are older events that were not read. */
  readonly cut: boolean;
  /** Where the axis begins and ends; a session that has not ended goes on to there. */
  readonly since: number;
  readonly until: number;
  readonly share: Share;
}): ReactNode {
  const { lane, head, environment, events, cut, since, until, share } = props;
  const from = share(lane.from ?? lane.to ?? since);
  const to = share(lane.to ?? until);
  const said = words(lane, environment, eventWords(events, cut));
  return (
    <Line
      head={head}
      tail={[lane.city ?? lane.country ?? 'place not known', lane.device]
        .filter((part) => part !== null)
        .join(' · ')}
    >
      <Box
        component="button"
        type="button"
        title={said}
        aria-label={said}
        onClick={() => {
          openPanel(lane);
        }}
        sx={{
          position: 'absolute',
          top: 0,
          bottom: 0,
          minWidth: '4px',
          p: 0,
          border: 0,
          borderRadius: 0.5,
          cursor: 'pointer',
          bgcolor: lane.to === null ? 'live.main' : 'primary.main',
          opacity: lane.to === null ? 1 : 0.65,
          '&:hover': { opacity: 1 },
        }}
        style={{ left: `${String(from)}%`, width: `${String(Math.max(0, to - from))}%` }}
      />
      <EventDots events={events} share={share} />
    </Line>
  );
}

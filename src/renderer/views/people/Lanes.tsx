import Box from '@mui/material/Box';
import { useState, type ReactNode } from 'react';
import Button from '@mui/material/Button';
import type { AccountAt, Lane } from '#shared/ipc/people-views.ts';
import type { AuditRow } from '#shared/ipc/views.ts';
import { ONE_LINE } from '../../components/one-line.ts';
import { AxisLabels } from '../../components/AxisLabels.tsx';
import { causeText } from '../../format/actions.ts';
import { bothTimes, duration, shortDate, shortTime } from '../../format/time.ts';
import { count, counted } from '../../format/words.ts';
import { useEnvironmentName, ColourSquare } from '../../parts/EnvironmentTag.tsx';
import { useApp } from '../../store/app-store.ts';
import { openPanel } from '../../store/selection-store.ts';
import { useSettings } from '../../store/settings-store.ts';
import { DAY } from '#shared/domain/lengths.ts';
import { DetectionMarks, EventDots } from './LaneMarks.tsx';

const key = (connection: string, id: string | null): string => `${connection} ${id ?? ''}`;
/** A person's newest events that are read (src/engine/people/ask-person.ts). */
const MOST_EVENTS = 100;
const FEW = 24;
const MARKS = 6;

/** @param cut there are older events that were not read */
const eventWords = (events: readonly AuditRow[], cut: boolean): string | null => {
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
function Line(props: {
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

/**
 * Each session a bar on one axis of time with its events as dots, the newest first; a press opens the session. Over them
 * what was flagged, and what belongs to none of the sessions shown.
 */
export function Lanes(props: {
  readonly lanes: readonly Lane[];
  readonly accounts: readonly AccountAt[];
  /** Those that are read of the period: the newest. */
  readonly events: readonly AuditRow[];
  readonly since: number;
  readonly until: number;
}): ReactNode {
  const { lanes, accounts, events, since, until } = props;
  const zone = useSettings((state) => state.settings.timeZone);
  const nameOf = useEnvironmentName();
  const environments = useApp((state) => state.environments) ?? [];
  const [all, setAll] = useState(false);
  if (lanes.length === 0) return <Box sx={{ color: 'text.secondary' }}>No session in this period.</Box>;
  const share = (at: number): number => Math.min(100, Math.max(0, ((at - since) / (until - since)) * 100));
  const shown = all ? lanes : lanes.slice(0, FEW);
  const cut = events.length >= MOST_EVENTS;
  const bySession = new Map<string, AuditRow[]>();
  for (const event of events) {
    const of = key(event.connection, event.sessionId);
    bySession.set(of, [...(bySession.get(of) ?? []), event]);
  }
  const laid = new Set(shown.map(({ connection, id }) => key(connection, id)));
  const others = events.filter(({ connection, sessionId }) => !laid.has(key(connection, sessionId)));
  return (
    <Box>
      <Box component="ol" sx={{ m: 0, p: 0, listStyle: 'none', display: 'grid', gap: '2px' }}>
        <Line high tail="Detections" label="Detections">
          {accounts.map((account) => (
            <DetectionMarks
              key={key(account.connection, account.id)}
              account={account}
              since={since}
              share={share}
            />
          ))}
        </Line>
        {others.length === 0 ? null : (
          <Line tail={`Other events: ${eventWords(others, cut) ?? ''}`}>
            <EventDots events={others} share={share} />
          </Line>
        )}
        {shown.map((lane) => {
          const from = share(lane.from ?? lane.to ?? since);
          const to = share(lane.to ?? until);
          const own = bySession.get(key(lane.connection, lane.id)) ?? [];
          const said = words(lane, nameOf(lane.connection), eventWords(own, cut));
          const environment = environments.find(({ connection }) => connection === lane.connection);
          return (
            <Line
              key={key(lane.connection, lane.id)}
              head={<ColourSquare index={environment?.colour ?? 0} />}
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
              <EventDots events={own} share={share} />
            </Line>
          );
        })}
      </Box>
      <AxisLabels sx={{ typography: 'mono', pl: 4, pr: '13.5rem' }}>
        {Array.from({ length: MARKS }, (_, index) => {
          const at = since + ((until - since) * index) / (MARKS - 1);
          return (
            <span key={at}>
              {until - since > 3 * DAY
                ? shortDate(at, zone)
                : `${shortDate(at, zone)} ${shortTime(at, zone)}`}
            </span>
          );
        })}
      </AxisLabels>
      {cut ? (
        <Box sx={{ typography: 'caption', color: 'text.secondary' }}>
          {`Dots are the newest ${count(MOST_EVENTS)} events.`}
        </Box>
      ) : null}
      {lanes.length <= FEW ? null : (
        <Button
          variant="text"
          aria-expanded={all}
          onClick={() => {
            setAll(!all);
          }}
        >
          {all ? 'Fewer' : `All ${count(lanes.length)} sessions`}
        </Button>
      )}
    </Box>
  );
}

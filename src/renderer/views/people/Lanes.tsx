import Box from '@mui/material/Box';
import { useState, type ReactNode } from 'react';
import Button from '@mui/material/Button';
import type { ConnectionId } from '#shared/domain/ids.ts';
import type { AccountAt, Lane } from '#shared/ipc/people-views.ts';
import type { AuditRow } from '#shared/ipc/views.ts';
import { AxisLabels } from '../../components/AxisLabels.tsx';
import { shortDate, shortTime } from '../../format/time.ts';
import { count, counted } from '../../format/words.ts';
import { ColourSquare, EnvironmentTag, useEnvironmentName } from '../../parts/EnvironmentTag.tsx';
import { useApp } from '../../store/app-store.ts';
import { useSettings } from '../../store/settings-store.ts';
import { DAY } from '#shared/domain/lengths.ts';
import { eventWords, Line, LaneLine } from './LaneLine.tsx';
import { DetectionMarks, EventDots } from './LaneMarks.tsx';

const key = (connection: string, id: string | null): string => `${connection} ${id ?? ''}`;
/** A person's newest events that are read (src/engine/people/ask-person.ts). */
const MOST_EVENTS = 100;
const FEW = 24;
const LIST = { m: 0, p: 0, listStyle: 'none', display: 'grid', gap: '2px' } as const;
const MARKS = 6;

/** Sessions by environment, first that of the newest; in each as they stand. */
function byEnvironment(lanes: readonly Lane[]): readonly (readonly [ConnectionId, readonly Lane[]])[] {
  const groups = new Map<ConnectionId, Lane[]>();
  for (const lane of lanes) groups.set(lane.connection, [...(groups.get(lane.connection) ?? []), lane]);
  return [...groups];
}

/**
 * Each session a bar on one axis of time with its events as dots, by environment and the newest first; a press opens the
 * session. Over them what was flagged, and what belongs to none of the sessions shown.
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
  const groups = byEnvironment(shown);
  const line = (lane: Lane): ReactNode => (
    <LaneLine
      key={key(lane.connection, lane.id)}
      lane={lane}
      head={
        <ColourSquare
          index={environments.find(({ connection }) => connection === lane.connection)?.colour ?? 0}
        />
      }
      environment={nameOf(lane.connection)}
      events={bySession.get(key(lane.connection, lane.id)) ?? []}
      cut={cut}
      since={since}
      until={until}
      share={share}
    />
  );
  return (
    <Box>
      <Box component="ol" sx={LIST}>
        <Line high tail="Detections" label="Detections">
          <DetectionMarks accounts={accounts} since={since} share={share} />
        </Line>
        {others.length === 0 ? null : (
          <Line tail={`Other events: ${eventWords(others, cut) ?? ''}`}>
            <EventDots events={others} share={share} />
          </Line>
        )}
        {groups.length === 1
          ? shown.map(line)
          : groups.map(([connection, of]) => (
              <Box component="li" key={connection}>
                <Box sx={{ display: 'flex', gap: 2, typography: 'caption', color: 'text.secondary', mt: 1 }}>
                  <EnvironmentTag connection={connection} />
                  {counted(of.length, 'session')}
                </Box>
                <Box component="ol" sx={LIST}>
                  {of.map(line)}
                </Box>
              </Box>
            ))}
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

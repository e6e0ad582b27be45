import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import type { ConnectionId } from '#shared/domain/ids.ts';
import { DAY } from '#shared/domain/lengths.ts';
import type { OutageHistory } from '#shared/ipc/desk-views.ts';
import { dayTime } from '../../format/time.ts';
import { useFromClock } from '../../store/clock.ts';
import { useSettings } from '../../store/settings-store.ts';
import { useEngineQuery } from '../../store/use-engine-query.ts';
import { stripOf, stripWords } from '../../format/outage-words.ts';

const FOLLOW_EVERY_MS = 10_000;
const ROUND_MS = 60_000;
/** Enough for a day of an agent that is lost every ten minutes. */
const MOST = 150;

/** When the agent, or its store, could not be seen, the newest first. */
export function useOutages(connection: ConnectionId) {
  const now = useFromClock((at) => Math.ceil(at / FOLLOW_EVERY_MS));
  return useEngineQuery('environments.outages', { connection, limit: MOST }, { revision: now });
}

/** The last 24 hours as a strip: what could be seen, and what could not. */
function Bar({ history }: { readonly history: OutageHistory }): ReactNode {
  const now = useFromClock((at) => Math.ceil(at / ROUND_MS) * ROUND_MS);
  const { parts, away } = stripOf(history, now - DAY, now);
  const zone = useSettings((state) => state.settings.timeZone);
  const sentence = stripWords(away, history.since > now - DAY ? dayTime(history.since, now, zone) : null);
  return (
    <Box sx={{ display: 'grid', gap: 1 }}>
      <Box
        role="img"
        aria-label={`The last 24 hours: ${sentence}`}
        title={`The last 24 hours: ${sentence}`}
        sx={{
          position: 'relative',
          height: '0.8rem',
          borderRadius: 0.5,
          bgcolor: 'live.main',
          overflow: 'hidden',
        }}
      >
        {parts.map(({ from, to, is }) => (
          <Box
            key={`${is} ${String(from)}`}
            sx={{
              position: 'absolute',
              top: 0,
              bottom: 0,
              left: `${String(from * 100)}%`,
              width: `max(2px, ${String((to - from) * 100)}%)`,
              bgcolor:
                is === 'unknown'
                  ? 'surface.selected'
                  : is === 'store-degraded'
                    ? 'severity.medium'
                    : 'severity.high',
            }}
          />
        ))}
      </Box>
      <span aria-hidden="true">{sentence}</span>
    </Box>
  );
}

/** The last 24 hours of an environment; nothing while they are asked for. */
export function OutageStrip({ connection }: { readonly connection: ConnectionId }): ReactNode {
  const answer = useOutages(connection);
  return answer.is === 'ready' ? <Bar history={answer.value} /> : null;
}

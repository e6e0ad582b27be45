import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';
import { DAY } from '#shared/domain/lengths.ts';
import type { ConnectionId } from '#shared/domain/ids.ts';
import type { Outage, OutageHistory } from '#shared/ipc/desk-views.ts';
import { ProblemBox } from '../../components/ProblemBox.tsx';
import { Waiting } from '../../components/Waiting.tsx';
import { duration } from '../../format/time.ts';
import { counted } from '../../format/words.ts';
import { TimeOfDay } from '../../parts/TimeText.tsx';
import { useFromClock } from '../../store/clock.ts';
import { useEngineQuery } from '../../store/use-engine-query.ts';
import { outageWords, stripOf } from './outage-words.ts';

const FOLLOW_EVERY_MS = 10_000;
const SHOWN = 8;
const ROUND_MS = 60_000;

/** The last 24 hours as a strip: what could be seen, and what could not. */
function Strip({ history }: { readonly history: OutageHistory }): ReactNode {
  const now = useFromClock((at) => Math.ceil(at / ROUND_MS) * ROUND_MS);
  const { parts, away } = stripOf(history, now - DAY, now);
  const sentence = away === 0 ? 'seen all the time' : `not seen for ${duration(away)}`;
  return (
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
        maxWidth: '48rem',
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
  );
}

function Line({ outage }: { readonly outage: Outage }): ReactNode {
  const length = useFromClock((now) => duration((outage.to ?? now) - outage.from));
  return (
    <Box component="li" sx={{ display: 'grid', gridTemplateColumns: '9rem 7rem 1fr', columnGap: 3 }}>
      <TimeOfDay at={outage.from} />
      <span>{outage.to === null ? `${length} so far` : length}</span>
      <Box component="span" sx={{ color: 'text.secondary', overflowWrap: 'anywhere' }}>
        {outageWords(outage)}
      </Box>
    </Box>
  );
}

/** When the agent, or its store, could not be seen. */
export function Outages({ connection }: { readonly connection: ConnectionId }): ReactNode {
  const now = useFromClock((at) => Math.ceil(at / FOLLOW_EVERY_MS));
  const answer = useEngineQuery('environments.outages', { connection, limit: SHOWN }, { revision: now });
  return (
    <Box component="section" aria-label="History of outages" sx={{ display: 'grid', gap: 1.5 }}>
      <Typography variant="h3">History of outages</Typography>
      {answer.is === 'loading' ? <Waiting what="outages" lines={2} /> : null}
      {answer.is === 'failed' ? <ProblemBox problem={answer.problem} /> : null}
      {answer.is === 'ready' ? (
        <>
          <Strip history={answer.value} />
          <Box component="ul" sx={{ m: 0, p: 0, listStyle: 'none', display: 'grid', gap: 0.5 }}>
            {answer.value.outages.map((outage) => (
              <Line key={`${outage.is} ${String(outage.from)}`} outage={outage} />
            ))}
          </Box>
          <Typography sx={{ color: 'text.secondary' }}>
            {answer.value.total === 0 ? 'None since ' : `${counted(answer.value.total, 'outage')} since `}
            <TimeOfDay at={answer.value.since} />
            {answer.value.total > answer.value.outages.length ? ', the newest above' : ''}
          </Typography>
        </>
      ) : null}
    </Box>
  );
}

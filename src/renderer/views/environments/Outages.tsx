import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';
import type { ConnectionId } from '#shared/domain/ids.ts';
import type { Outage } from '#shared/ipc/desk-views.ts';
import { ProblemBox } from '../../components/ProblemBox.tsx';
import { Waiting } from '../../components/Waiting.tsx';
import { duration } from '../../format/time.ts';
import { counted } from '../../format/words.ts';
import { TimeOfDay } from '../../parts/TimeText.tsx';
import { useFromClock } from '../../store/clock.ts';
import { outageWords } from '../../format/outage-words.ts';
import { useOutages } from './OutageStrip.tsx';

const SHOWN = 8;

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
  const answer = useOutages(connection);
  return (
    <Box component="section" aria-label="History of outages" sx={{ display: 'grid', gap: 1.5 }}>
      <Typography variant="h3">History of outages</Typography>
      {answer.is === 'loading' ? <Waiting what="outages" lines={2} /> : null}
      {answer.is === 'failed' ? <ProblemBox problem={answer.problem} /> : null}
      {answer.is === 'ready' ? (
        <>
          <Box component="ul" sx={{ m: 0, p: 0, listStyle: 'none', display: 'grid', gap: 0.5 }}>
            {answer.value.outages.slice(0, SHOWN).map((outage) => (
              <Line key={`${outage.is} ${String(outage.from)}`} outage={outage} />
            ))}
          </Box>
          <Typography sx={{ color: 'text.secondary' }}>
            {answer.value.total === 0 ? 'None since ' : `${counted(answer.value.total, 'outage')} since `}
            <TimeOfDay at={answer.value.since} />
            {answer.value.total > SHOWN ? ', the newest above' : ''}
          </Typography>
        </>
      ) : null}
    </Box>
  );
}

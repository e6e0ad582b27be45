import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';
import type { PostureCheck } from '#shared/protocol/posture.ts';
import type { EnvironmentView } from '#shared/ipc/views.ts';
import { ProblemBox } from '../../components/ProblemBox.tsx';
import { Waiting } from '../../components/Waiting.tsx';
import { counted } from '../../format/words.ts';
import { TimeAgo } from '../../parts/TimeText.tsx';
import { useEngineQuery } from '../../store/use-engine-query.ts';

const SHOWN: Readonly<
  Record<PostureCheck['status'], readonly [shape: string, word: string, colour: string]>
> = {
  fail: ['✕', 'weak', 'severity.high'],
  warn: ['!', 'look at it', 'severity.medium'],
  unknown: ['?', 'not known', 'text.secondary'],
  pass: ['✓', 'good', 'text.primary'],
};
const ORDER: readonly PostureCheck['status'][] = ['fail', 'warn', 'unknown', 'pass'];

function Check({ check }: { readonly check: PostureCheck }): ReactNode {
  const [shape, word, colour] = SHOWN[check.status];
  return (
    <Box
      component="li"
      sx={{
        display: 'grid',
        gridTemplateColumns: '7rem minmax(12rem, 18rem) 1fr',
        columnGap: 3,
        py: 0.5,
        overflowWrap: 'anywhere',
      }}
    >
      <Box component="span" sx={{ color: colour, fontWeight: 500 }}>
        {`${shape} ${word}`}
      </Box>
      <span>{check.title}</span>
      <span>
        {check.observed}
        {check.status === 'pass' || check.advice === '' ? null : (
          <Box sx={{ color: 'text.secondary' }}>{check.advice}</Box>
        )}
        <Box sx={{ color: 'text.secondary', typography: 'caption' }}>{check.source}</Box>
      </span>
    </Box>
  );
}

/** How the store handles sessions, as its agent sees it: what is weak first, each with what to do. */
export function Posture({ environment }: { readonly environment: EnvironmentView }): ReactNode {
  const live = environment.state.is === 'live';
  const answer = useEngineQuery('environments.posture', live ? { connection: environment.connection } : null);
  const checks = answer.is === 'ready' ? answer.value.checks : [];
  const sorted = checks.toSorted((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status));
  const weak = checks.filter(({ status }) => status === 'fail' || status === 'warn').length;
  return (
    <Box component="section" aria-label="Posture of the store" sx={{ display: 'grid', gap: 1 }}>
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 3 }}>
        <Typography variant="h3">Posture of the store</Typography>
        {answer.is === 'ready' ? (
          <Typography component="span" sx={{ color: 'text.secondary' }}>
            {`${weak === 0 ? 'nothing weak' : counted(weak, 'finding')} in ${counted(checks.length, 'check')}, asked `}
            <TimeAgo at={answer.value.asOf} />
          </Typography>
        ) : null}
        {live ? <Button onClick={answer.again}>Ask again</Button> : null}
      </Box>
      {!live && answer.is !== 'ready' ? (
        <Typography sx={{ color: 'text.secondary' }}>The agent says it when it is connected.</Typography>
      ) : null}
      {live && answer.is === 'loading' ? <Waiting what="the agent’s answer" lines={4} /> : null}
      {answer.is === 'failed' ? <ProblemBox problem={answer.problem} /> : null}
      <Box component="ul" sx={{ m: 0, p: 0, listStyle: 'none' }}>
        {sorted.map((check) => (
          <Check key={check.id} check={check} />
        ))}
      </Box>
    </Box>
  );
}

import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import { riskLevel, type RiskLevel } from '#shared/domain/risk.ts';
import { Unknown } from './Unknown.tsx';

const COLOURS: Readonly<Record<RiskLevel, string>> = {
  usual: 'text.primary',
  some: 'severity.medium',
  much: 'severity.high',
};
const WORDS: Readonly<Record<RiskLevel, string>> = {
  usual: 'about as usual',
  some: 'riskier than usual',
  much: 'much riskier than usual',
};

/** Risk of a sign-in, 0 to 100; the figure says it, the colour and the weight only stress it. */
export function RiskMark({ risk }: { readonly risk: number | null }): ReactNode {
  if (risk === null) return <Unknown why="No sign-in of this session has a score" />;
  const level = riskLevel(risk);
  return (
    <Box
      component="span"
      title={`Risk ${String(risk)} of 100: ${WORDS[level]} for this person`}
      sx={{
        color: COLOURS[level],
        fontWeight: level === 'usual' ? 400 : 600,
        fontVariantNumeric: 'tabular-nums',
      }}
    >
      {risk}
    </Box>
  );
}

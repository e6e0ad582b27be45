import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import type { Rule } from '#shared/protocol/rules.ts';
import type { RuleDifference } from '#shared/rules/compare.ts';
import { MODES } from './mode-words.ts';
import { Sentence } from './Sentence.tsx';

const modeOf = (rule: Rule) => (MODES.find(([mode]) => mode === rule.mode)?.[1] ?? rule.mode).toLowerCase();

/** What differs between two sets of rules, in sentences. */
export function Differences({ difference }: { readonly difference: RuleDifference }): ReactNode {
  const { added, changed, removed } = difference;
  const lines = [
    ...added.map((rule) => ['New', rule] as const),
    ...changed.map((rule) => ['Changed', rule] as const),
    ...removed.map((rule) => ['Removed', rule] as const),
  ];
  if (lines.length === 0) return <Box sx={{ color: 'text.secondary' }}>Nothing differs.</Box>;
  return (
    <Box component="ul" sx={{ listStyle: 'none', m: 0, p: 0 }}>
      {lines.map(([word, rule]) => (
        <Box
          component="li"
          key={`${word} ${rule.id}`}
          sx={{ py: 1, borderBottom: 1, borderColor: 'divider' }}
        >
          <Box component="span" sx={{ fontWeight: 600 }}>
            {`${word}: ${rule.name}`}
          </Box>
          <Box component="span" sx={{ color: 'text.secondary' }}>{` (${modeOf(rule)}) `}</Box>
          {word === 'Removed' ? null : (
            <div>
              <Sentence rule={rule} environment={null} />
            </div>
          )}
        </Box>
      ))}
    </Box>
  );
}

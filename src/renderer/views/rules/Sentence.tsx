import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import type { Rule } from '#shared/protocol/rules.ts';
import { pieces, readBack } from '#shared/rules/read-back.ts';

/** A rule read back; what somebody chose stands out. */
export function Sentence(props: { readonly rule: Rule; readonly environment: string | null }): ReactNode {
  return (
    <span>
      {pieces(readBack(props.rule, props.environment)).map(({ text, chosen }, index) => (
        <Box
          key={index}
          component="span"
          sx={chosen ? { fontWeight: 600, color: 'text.primary' } : { color: 'text.secondary' }}
        >
          {text}
        </Box>
      ))}
    </span>
  );
}

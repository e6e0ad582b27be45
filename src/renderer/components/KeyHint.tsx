import Box from '@mui/material/Box';
import type { ReactNode } from 'react';

/** The key that does the same, beside the words of a button. */
export function KeyHint({ children }: { readonly children: string }): ReactNode {
  return (
    <Box
      component="kbd"
      aria-hidden="true"
      sx={(theme) => ({
        ...theme.typography.mono,
        ml: 1.5,
        px: 1,
        lineHeight: 1.3,
        border: 1,
        borderColor: 'divider',
        borderRadius: 0.75,
        color: 'text.secondary',
      })}
    >
      {children}
    </Box>
  );
}

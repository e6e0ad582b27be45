import Box from '@mui/material/Box';
import type { ReactNode } from 'react';

/** A value that is not the one beside it: marked, also for those who see no colour. */
export function Differs({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <>
      <Box
        component="mark"
        sx={{
          color: 'text.primary',
          px: 1,
          mx: -1,
          borderRadius: 0.75,
          bgcolor: (theme) => `color-mix(in srgb, ${theme.vars.palette.severity.high} 22%, transparent)`,
        }}
      >
        {children}
      </Box>
      <Box component="span" sx={{ color: 'severity.high' }}>
        {' ≠'}
      </Box>
    </>
  );
}

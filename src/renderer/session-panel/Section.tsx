import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';

/** A named part of the panel. */
export function Section(props: { readonly title: string; readonly children: ReactNode }): ReactNode {
  return (
    <Box
      component="section"
      aria-label={props.title}
      sx={{ borderTop: 1, borderColor: 'divider', px: 4, py: 3 }}
    >
      <Typography variant="h3" sx={{ color: 'text.secondary', mb: 1.5 }}>
        {props.title}
      </Typography>
      {props.children}
    </Box>
  );
}

import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';

/** A number with its name under it. */
export function Figure(props: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <Box>
      <Typography variant="figure" component="div">
        {props.children}
      </Typography>
      <Typography variant="caption" component="div" sx={{ color: 'text.secondary', whiteSpace: 'nowrap' }}>
        {props.name}
      </Typography>
    </Box>
  );
}

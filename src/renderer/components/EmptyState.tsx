import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';
import { SIZE } from '../theme/size.ts';

/** Says what would be here, and offers the one action that fills it. */
export function EmptyState(props: {
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}): ReactNode {
  return (
    <Box sx={{ p: 6, display: 'grid', gap: 2, justifyItems: 'start', maxWidth: SIZE.prose }}>
      <Typography variant="h2" component="p">
        {props.title}
      </Typography>
      {props.children === undefined ? null : (
        <Typography component="div" sx={{ color: 'text.secondary' }}>
          {props.children}
        </Typography>
      )}
      {props.action}
    </Box>
  );
}

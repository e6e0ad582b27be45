import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useId, type ReactNode } from 'react';

/** A named part of a page, separated by a hairline. */
export function Part(props: {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}): ReactNode {
  const id = useId();
  return (
    <Box
      component="section"
      aria-labelledby={id}
      sx={{ px: 4, py: 3, borderTop: 1, borderColor: 'divider', minWidth: 0 }}
    >
      <Box sx={{ display: 'flex', alignItems: 'baseline', gap: 3, mb: 1.5, flexWrap: 'wrap' }}>
        <Typography id={id} variant="h3" component="h2" sx={{ color: 'text.secondary', flex: 1 }}>
          {props.title}
        </Typography>
        {props.aside}
      </Box>
      <Box sx={{ overflowX: 'auto' }}>{props.children}</Box>
    </Box>
  );
}

import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';

/** A named part of the evidence card. */
export function CardSection(props: {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <Box component="section" aria-label={props.title} sx={{ minWidth: 0 }}>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'baseline', columnGap: 2, mb: 1 }}>
        <Typography variant="label" component="h3" sx={{ color: 'text.secondary', fontWeight: 600 }}>
          {props.title}
        </Typography>
        {props.aside === undefined ? null : (
          <Typography variant="caption" sx={{ color: 'text.secondary' }}>
            {props.aside}
          </Typography>
        )}
      </Box>
      {props.children}
    </Box>
  );
}

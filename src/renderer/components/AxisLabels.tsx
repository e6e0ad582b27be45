import { styled } from '@mui/material/styles';
import type { ComponentProps, ReactNode } from 'react';

function Unheard(props: ComponentProps<'div'>): ReactNode {
  return <div aria-hidden="true" {...props} />;
}

/** What stands under a chart, spread over its width; the chart's own label says it to who cannot see it. */
export const AxisLabels = styled(Unheard)(({ theme }) => ({
  ...theme.typography.caption,
  display: 'flex',
  justifyContent: 'space-between',
  color: theme.vars.palette.text.secondary,
}));

import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import { sparkPath } from './spark-path.ts';
import { SIZE } from '../theme/size.ts';

/** A line without axes for the last few values; the number beside it says the value. */
export function Sparkline(props: { readonly values: readonly number[]; readonly label: string }): ReactNode {
  const { sparkWidth: width, sparkHeight: height } = SIZE;
  if (props.values.length < 2) return null;
  return (
    <Box
      component="svg"
      role="img"
      aria-label={props.label}
      viewBox={`0 0 ${String(width)} ${String(height)}`}
      sx={{ width, height, display: 'block', color: 'primary.main', overflow: 'visible' }}
    >
      <path
        d={sparkPath(props.values, width, height)}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.25"
        strokeLinejoin="round"
      />
    </Box>
  );
}

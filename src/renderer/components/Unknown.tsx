import Box from '@mui/material/Box';
import type { ReactNode } from 'react';

/** A dash for what is not known, with the reason on hovering and for screen readers. */
export function Unknown({ why }: { readonly why: string }): ReactNode {
  return (
    <Box component="span" title={why} sx={{ color: 'text.disabled' }}>
      <span aria-hidden="true">—</span>
      <Box component="span" sx={visuallyHidden}>
        {`Not known: ${why}`}
      </Box>
    </Box>
  );
}

/** In the page for assistive technology only. */
export const visuallyHidden = {
  position: 'absolute',
  width: '1px',
  height: '1px',
  overflow: 'hidden',
  clipPath: 'inset(50%)',
  whiteSpace: 'nowrap',
} as const;

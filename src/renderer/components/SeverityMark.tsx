import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import type { Severity } from '#shared/domain/detection.ts';
import { SEVERITY_LETTER } from '../format/detection-words.ts';

/** A letter in a square: severity is never colour alone. */
export function SeverityMark(props: { readonly severity: Severity; readonly faded?: boolean }): ReactNode {
  const { severity, faded = false } = props;
  return (
    <Box
      component="span"
      role="img"
      aria-label={`Severity ${severity}`}
      title={`Severity: ${severity}`}
      sx={{
        display: 'inline-grid',
        placeItems: 'center',
        flex: 'none',
        width: '1.35em',
        height: '1.35em',
        borderRadius: 0.75,
        typography: 'caption',
        lineHeight: 1,
        fontWeight: 700,
        border: 1,
        ...(severity === 'info' || faded
          ? { color: 'text.secondary', borderColor: 'text.disabled' }
          : {
              color: 'background.default',
              bgcolor: `severity.${severity}`,
              borderColor: `severity.${severity}`,
            }),
      }}
    >
      {SEVERITY_LETTER[severity]}
    </Box>
  );
}

import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import { ColourSquare } from '../../parts/EnvironmentTag.tsx';
import { ENVIRONMENT_NAMES } from '../../theme/tokens.ts';

/** The square beside the environment's name, chosen by the person; each colour has a name. */
export function ColourChoice(props: {
  readonly value: number;
  readonly onChange: (value: number) => void;
}): ReactNode {
  const { value, onChange } = props;
  return (
    <Box component="fieldset" sx={{ border: 0, m: 0, p: 0 }}>
      <Box component="legend" sx={{ typography: 'label', color: 'text.secondary', pb: 1 }}>
        Colour
      </Box>
      <Box sx={{ display: 'flex', gap: 2, flexWrap: 'wrap' }}>
        {ENVIRONMENT_NAMES.map((name, index) => (
          <Box
            key={name}
            component="label"
            sx={{
              display: 'inline-flex',
              alignItems: 'center',
              gap: 1.5,
              px: 1.5,
              py: 0.5,
              border: 1,
              borderRadius: 1,
              borderColor: value % ENVIRONMENT_NAMES.length === index ? 'primary.main' : 'divider',
              cursor: 'pointer',
              '&:focus-within': { outline: 2, outlineColor: 'primary.main' },
            }}
          >
            <Box
              component="input"
              type="radio"
              name="colour"
              checked={value % ENVIRONMENT_NAMES.length === index}
              onChange={() => {
                onChange(index);
              }}
              sx={{ position: 'absolute', opacity: 0, pointerEvents: 'none' }}
            />
            <ColourSquare index={index} />
            {name}
          </Box>
        ))}
      </Box>
    </Box>
  );
}

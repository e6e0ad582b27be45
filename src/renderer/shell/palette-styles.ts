import type { SxProps, Theme } from '@mui/material/styles';

/** Looks of cmdk's parts. */
export const paletteStyles: SxProps<Theme> = (theme) => ({
  '& [cmdk-input]': {
    ...theme.typography.body1,
    width: '100%',
    padding: theme.spacing(3, 4),
    border: 0,
    borderBottom: `1px solid ${theme.vars.palette.divider}`,
    background: 'transparent',
    color: theme.vars.palette.text.primary,
    fontSize: '0.9rem',
  },
  '& [cmdk-input]:focus-visible': { outline: 'none', borderBottomColor: theme.vars.palette.primary.main },
  '& [cmdk-input]::placeholder': { color: theme.vars.palette.text.disabled },
  '& [cmdk-list]': { maxHeight: '56vh', overflow: 'auto', padding: theme.spacing(2) },
  '& [cmdk-group-heading]': {
    ...theme.typography.label,
    padding: theme.spacing(2, 2, 1),
    color: theme.vars.palette.text.secondary,
  },
  '& [cmdk-item]': { padding: theme.spacing(1.5, 2), borderRadius: theme.spacing(1), cursor: 'pointer' },
  '& [cmdk-item][data-selected="true"]': { backgroundColor: theme.vars.palette.surface.selected },
  '& [cmdk-empty]': { padding: theme.spacing(3), color: theme.vars.palette.text.secondary },
});

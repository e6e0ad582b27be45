import type { Components, Theme } from '@mui/material/styles';
import { cellStyles } from './cell-styles.ts';
import { SIZE } from './size.ts';
import type { Density } from './theme.ts';

const hairline = (theme: Theme) => `${String(SIZE.line)}px solid ${theme.vars.palette.divider}`;

/** How MUI's components look here: flat, dense, hairlines, a visible focus, no ripples. */
export function overrides(density: Density): Components<Theme> {
  const control = density === 'compact' ? { py: 0.75, px: 2.5 } : { py: 1.25, px: 3 };
  return {
    MuiCssBaseline: {
      styleOverrides: (theme) => ({
        html: { height: '100%', colorScheme: 'dark', '&[data-theme="light"]': { colorScheme: 'light' } },
        body: {
          height: '100%',
          overflow: 'hidden',
          fontVariantNumeric: 'tabular-nums',
        },
        '#root': { height: '100%' },
        ':focus-visible': {
          outline: `${String(SIZE.focus)}px solid ${theme.vars.palette.primary.main}`,
          outlineOffset: '-2px',
        },
        ...cellStyles(theme),
        '::selection': { background: theme.vars.palette.surface.selected },
        '*': { scrollbarWidth: 'thin', scrollbarColor: `${theme.vars.palette.divider} transparent` },
        '@media (prefers-reduced-motion: reduce)': {
          '*, *::before, *::after': {
            animation: 'none !important',
            transition: 'none !important',
            scrollBehavior: 'auto !important',
          },
        },
      }),
    },
    MuiButtonBase: { defaultProps: { disableRipple: true, disableTouchRipple: true } },
    MuiButton: {
      defaultProps: { disableElevation: true, size: 'small', variant: 'outlined', color: 'inherit' },
      styleOverrides: {
        root: ({ theme }) => ({
          minWidth: 0,
          padding: theme.spacing(control.py, control.px),
          borderColor: theme.vars.palette.divider,
          '&.Mui-focusVisible': {
            outline: `${String(SIZE.focus)}px solid ${theme.vars.palette.primary.main}`,
            outlineOffset: '1px',
          },
        }),
        // The one button that does it; MUI would make a filled button without a colour grey, as if it were off.
        contained: ({ theme }) => ({
          '&.MuiButton-colorInherit:not(.Mui-disabled)': {
            color: theme.vars.palette.primary.contrastText,
            backgroundColor: theme.vars.palette.primary.main,
          },
        }),
      },
    },
    MuiIconButton: {
      defaultProps: { size: 'small', color: 'inherit' },
      styleOverrides: {
        root: ({ theme }) => ({ borderRadius: theme.spacing(1.5), padding: theme.spacing(1) }),
      },
    },
    MuiPaper: { defaultProps: { elevation: 0 }, styleOverrides: { root: { backgroundImage: 'none' } } },
    MuiDialog: {
      defaultProps: { transitionDuration: 0, fullWidth: true },
      styleOverrides: {
        paper: ({ theme }) => ({
          border: hairline(theme),
          backgroundColor: theme.vars.palette.surface.raised,
          borderRadius: theme.spacing(2),
          // It takes the focus for what is in it.
          '&:focus-visible': { outline: 'none' },
        }),
      },
    },
    MuiDialogTitle: {
      styleOverrides: {
        root: ({ theme }) => ({ ...theme.typography.h1, padding: theme.spacing(4, 5, 1) }),
      },
    },
    MuiDialogContent: { styleOverrides: { root: ({ theme }) => ({ padding: theme.spacing(1, 5, 3) }) } },
    MuiDialogActions: { styleOverrides: { root: ({ theme }) => ({ padding: theme.spacing(2, 5, 4) }) } },
    MuiMenu: { defaultProps: { transitionDuration: 0 } },
    MuiPopover: {
      styleOverrides: {
        paper: ({ theme }) => ({
          border: hairline(theme),
          backgroundColor: theme.vars.palette.surface.raised,
        }),
      },
    },
    MuiMenuItem: { defaultProps: { dense: true } },
    MuiTextField: {
      defaultProps: { size: 'small', fullWidth: true },
      styleOverrides: {
        // The label stands on the upper line of the field: half of it needs room above.
        root: ({ theme }) => ({ '&:has(> .MuiInputLabel-root)': { marginTop: theme.spacing(2) } }),
      },
    },
    MuiFormHelperText: { styleOverrides: { root: { marginInline: 0 } } },
    MuiFormControlLabel: {
      styleOverrides: {
        root: ({ theme }) => ({ '&:has(> .MuiSwitch-root)': { marginLeft: theme.spacing(-1.5) } }),
      },
    },
    MuiOutlinedInput: {
      // Labels stand on the line above the field always, so the line is always open for them.
      defaultProps: { notched: true },
      styleOverrides: {
        root: ({ theme }) => ({ backgroundColor: theme.vars.palette.background.default }),
        notchedOutline: ({ theme }) => ({ borderColor: theme.vars.palette.divider }),
        input: ({ theme }) => ({ padding: theme.spacing(control.py + 0.75, 2.5), height: 'auto' }),
        multiline: { padding: 0 },
      },
    },
    MuiSelect: { defaultProps: { size: 'small' } },
    MuiInputLabel: {
      defaultProps: { shrink: true },
      styleOverrides: {
        root: ({ theme }) => ({ '&.Mui-focused': { color: theme.vars.palette.text.primary } }),
      },
    },
    MuiChip: {
      defaultProps: { size: 'small', variant: 'outlined' },
      styleOverrides: {
        root: ({ theme }) => ({ borderRadius: theme.spacing(1), borderColor: theme.vars.palette.divider }),
      },
    },
    MuiCheckbox: { defaultProps: { size: 'small' } },
    MuiSwitch: { defaultProps: { size: 'small' } },
    MuiTooltip: { defaultProps: { enterDelay: 400, enterNextDelay: 100 } },
    MuiLink: {
      defaultProps: { underline: 'hover' },
      styleOverrides: { root: ({ theme }) => ({ color: theme.vars.palette.accent.text }) },
    },
  };
}

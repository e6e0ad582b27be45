import type { CSSObject, Theme } from '@mui/material/styles';

/**
 * Looks of the small marks that stand in every row of every table, as plain classes: a table that is scrolled draws hundreds
 * of them a second, and styles that are worked out for each of them would cost more than the rows.
 */
export function cellStyles(theme: Theme): Readonly<Record<string, CSSObject>> {
  const { palette } = theme.vars;
  const oneLine = { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' } as const;
  const mark = { ...theme.typography.caption, whiteSpace: 'nowrap', flex: 'none' } as const;
  return {
    '.wf-mono': { ...theme.typography.mono },
    '.wf-faint': { color: palette.text.disabled },
    '.wf-only-heard': {
      position: 'absolute',
      width: 1,
      height: 1,
      overflow: 'hidden',
      clipPath: 'inset(50%)',
      whiteSpace: 'nowrap',
    },
    '.wf-tag': {
      display: 'inline-flex',
      alignItems: 'center',
      gap: theme.spacing(1.5),
      minWidth: 0,
      maxWidth: '100%',
    },
    '.wf-tag > .wf-name': oneLine,
    // The name stays whole as long as there is room for it.
    '.wf-tag > .wf-tier': {
      ...mark,
      ...oneLine,
      flex: '0 9999 auto',
      minWidth: 0,
      color: palette.text.disabled,
    },
    '.wf-square': {
      display: 'inline-block',
      flex: 'none',
      width: '0.6em',
      height: '0.6em',
      borderRadius: 1.5,
    },
    '.wf-production': {
      ...mark,
      fontWeight: 600,
      letterSpacing: '0.03em',
      border: '1px solid',
      borderRadius: 3,
      padding: theme.spacing(0, 0.75),
      lineHeight: 1.2,
      color: palette.severity.high,
    },
    '.wf-mark': {
      ...mark,
      lineHeight: 1.35,
      padding: theme.spacing(0, 1),
      border: `1px solid ${palette.divider}`,
      borderRadius: 3,
      color: palette.text.secondary,
    },
    '.wf-mark[data-loud="true"]': { color: palette.text.primary },
    '.wf-marks': { display: 'inline-flex', gap: theme.spacing(1), alignItems: 'center' },
    '.wf-status': {
      display: 'inline-flex',
      alignItems: 'center',
      gap: theme.spacing(1.5),
      maxWidth: '100%',
    },
    '.wf-status > .wf-word': { overflow: 'hidden', textOverflow: 'ellipsis' },
    // Shape by status: filled, ring, grey ring, dashed ring, square. Colour is never the only difference.
    '.wf-dot': {
      flex: 'none',
      width: '0.62em',
      height: '0.62em',
      borderRadius: '50%',
      border: `1.5px solid ${palette.text.disabled}`,
    },
    '.wf-dot[data-status="active"]': { backgroundColor: palette.live.main, borderColor: palette.live.main },
    '.wf-dot[data-status="idle"]': { borderColor: palette.live.main },
    '.wf-dot[data-status="unseen"]': { borderStyle: 'dashed' },
    '.wf-dot[data-status="ended"]': { backgroundColor: palette.text.disabled, borderRadius: 1.5 },
  };
}

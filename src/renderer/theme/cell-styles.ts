import type { CSSObject, Theme } from '@mui/material/styles';

/** A mark of its own and the one before a cell's text look the same. */
const dots = (own: string, before: string, look: CSSObject): Record<string, CSSObject> => ({
  [`${own}, ${before}`]: look,
});

/**
 * Looks of the small marks that stand in every row of every table, as plain classes: a table that is scrolled draws hundreds
 * of them a second, and styles that are worked out for each of them would cost more than the rows.
 */
export function cellStyles(theme: Theme): Readonly<Record<string, CSSObject>> {
  const { palette } = theme.vars;
  const oneLine = { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' } as const;
  const mark = { ...theme.typography.caption, whiteSpace: 'nowrap', flex: 'none' } as const;
  const outlined = {
    fontWeight: 600,
    letterSpacing: '0.03em',
    border: '1px solid',
    borderRadius: 3,
    padding: theme.spacing(0, 0.75),
    lineHeight: 1.2,
  } as const;
  return {
    '.wf-row': {
      display: 'grid',
      gridTemplateColumns: 'var(--wf-columns)',
      alignItems: 'center',
      position: 'absolute',
      left: 0,
      right: 0,
      height: theme.row,
      // Its size is known: what changes in it lays out nothing else.
      contain: 'strict',
      borderBottom: `1px solid ${palette.divider}`,
      cursor: 'default',
    },
    '.wf-row:hover': { backgroundColor: palette.surface.hover },
    '.wf-row[aria-selected="true"]': { backgroundColor: palette.surface.selected },
    '.wf-row[data-open="true"]': { boxShadow: `inset 2px 0 0 ${palette.primary.main}` },
    '.wf-row[data-ended="true"]': { color: palette.text.secondary },
    '.wf-cell': { padding: theme.spacing(0, 2), ...oneLine },
    '.wf-cell.wf-strong': { fontWeight: 500 },
    // A check box that is drawn by the browser: hundreds of MUI's would cost more than the rows.
    '.wf-check': { margin: 0, verticalAlign: 'middle', accentColor: palette.primary.main },
    '.wf-squared::before': {
      content: '""',
      display: 'inline-block',
      width: '0.6em',
      height: '0.6em',
      borderRadius: 1.5,
      marginRight: theme.spacing(1.5),
      backgroundColor: 'var(--wf-square)',
    },
    '.wf-squared[data-tier]::after': {
      ...mark,
      content: 'attr(data-tier)',
      marginLeft: theme.spacing(1.5),
      color: palette.text.disabled,
    },
    '.wf-squared[data-tier="PROD"]::after': {
      ...outlined,
      color: palette.text.secondary,
      fontSize: '0.62rem',
    },
    '.wf-risk-some': { color: palette.severity.medium, fontWeight: 600 },
    '.wf-risk-much': { color: palette.severity.high, fontWeight: 600 },
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
      ...outlined,
      color: palette.severity.high,
    },
    '.wf-production[data-quiet]': { color: palette.text.secondary, fontSize: '0.62rem' },
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
    '.wf-cell.wf-marks': { display: 'flex' },
    '.wf-cell.wf-marks > .wf-mark': { flex: '0 1 auto', minWidth: '2em', ...oneLine },
    // The loudest comes first and stays whole.
    '.wf-cell.wf-marks > .wf-mark:first-of-type': { flex: '0 0 auto', maxWidth: '100%' },
    '.wf-status': {
      display: 'inline-flex',
      alignItems: 'center',
      gap: theme.spacing(1.5),
      maxWidth: '100%',
    },
    '.wf-status > .wf-word': { overflow: 'hidden', textOverflow: 'ellipsis' },
    // Shape by status: filled, ring, grey ring, dashed ring, square. Colour is never the only difference.
    '.wf-dot, .wf-dotted::before': {
      flex: 'none',
      width: '0.62em',
      height: '0.62em',
      borderRadius: '50%',
      border: `1.5px solid ${palette.text.disabled}`,
    },
    '.wf-dotted::before': {
      content: '""',
      boxSizing: 'border-box',
      display: 'inline-block',
      marginRight: theme.spacing(1.5),
    },
    ...dots('.wf-dot[data-status="active"]', '.wf-dotted[data-status="active"]::before', {
      backgroundColor: palette.live.main,
      borderColor: palette.live.main,
    }),
    ...dots('.wf-dot[data-status="idle"]', '.wf-dotted[data-status="idle"]::before', {
      borderColor: palette.live.main,
    }),
    ...dots('.wf-dot[data-status="unseen"]', '.wf-dotted[data-status="unseen"]::before', {
      borderStyle: 'dashed',
    }),
    ...dots('.wf-dot[data-status="ended"]', '.wf-dotted[data-status="ended"]::before', {
      backgroundColor: palette.text.disabled,
      borderRadius: 1.5,
    }),
  };
}

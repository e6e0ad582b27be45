import { styled } from '@mui/material/styles';

export const Scroller = styled('div')({ flex: 1, minHeight: 0, overflow: 'auto', position: 'relative' });

export const Grid = styled('div')({ minWidth: 'var(--wf-least)', outline: 'none' });

const line = { display: 'grid', gridTemplateColumns: 'var(--wf-columns)', alignItems: 'center' } as const;

export const HeaderRow = styled('div')(({ theme }) => ({
  ...line,
  position: 'sticky',
  top: 0,
  zIndex: 2,
  height: theme.row,
  backgroundColor: theme.vars.palette.background.paper,
  borderBottom: `1px solid ${theme.vars.palette.divider}`,
  ...theme.typography.label,
  color: theme.vars.palette.text.secondary,
}));

export const BodyRow = styled('div')(({ theme }) => ({
  ...line,
  position: 'absolute',
  left: 0,
  right: 0,
  height: theme.row,
  // Its size is known: what changes in it lays out nothing else.
  contain: 'layout paint style',
  borderBottom: `1px solid ${theme.vars.palette.divider}`,
  cursor: 'default',
  '&:hover': { backgroundColor: theme.vars.palette.surface.hover },
  '&[aria-selected="true"]': { backgroundColor: theme.vars.palette.surface.selected },
  '&[data-open="true"]': { boxShadow: `inset 2px 0 0 ${theme.vars.palette.primary.main}` },
  '&[data-ended="true"]': { color: theme.vars.palette.text.secondary },
}));

/** The head of a group: one cell over all columns. */
export const GroupRow = styled('div')(({ theme }) => ({
  position: 'absolute',
  left: 0,
  right: 0,
  height: theme.row,
  display: 'flex',
  alignItems: 'center',
  padding: theme.spacing(0, 2),
  borderBottom: `1px solid ${theme.vars.palette.divider}`,
  backgroundColor: theme.vars.palette.surface.raised,
  cursor: 'pointer',
  '&:hover': { backgroundColor: theme.vars.palette.surface.hover },
}));

export const Cell = styled('div')(({ theme }) => ({
  padding: theme.spacing(0, 2),
  overflow: 'hidden',
  textOverflow: 'ellipsis',
  whiteSpace: 'nowrap',
  '& strong': { fontWeight: 500 },
}));

export const HeadCell = styled(Cell)({ position: 'relative' });

export const HeaderButton = styled('button')(({ theme }) => ({
  font: 'inherit',
  color: 'inherit',
  background: 'none',
  border: 0,
  padding: 0,
  cursor: 'pointer',
  maxWidth: '100%',
  overflow: 'hidden',
  textOverflow: 'ellipsis',
  whiteSpace: 'nowrap',
  '&:hover, [aria-sort="ascending"] &, [aria-sort="descending"] &': {
    color: theme.vars.palette.text.primary,
  },
}));

/** A check box that is drawn by the browser: hundreds of MUI's would cost more than the rows. */
export const Check = styled('input')(({ theme }) => ({
  margin: 0,
  verticalAlign: 'middle',
  accentColor: theme.vars.palette.primary.main,
}));

/** The border of a column that is dragged to make it wider; double-clicked, it is as wide as there is room again. */
export const Edge = styled('span')(({ theme }) => ({
  position: 'absolute',
  top: 0,
  bottom: 0,
  right: 0,
  width: theme.spacing(1.5),
  cursor: 'col-resize',
  touchAction: 'none',
  '&:hover, &[data-dragged="true"]': { backgroundColor: theme.vars.palette.divider },
}));

import { styled } from '@mui/material/styles';

export const Scroller = styled('div')({ flex: 1, minHeight: 0, overflow: 'auto', position: 'relative' });

export const Grid = styled('div')({ minWidth: 'var(--wf-least)', outline: 'none' });

/** What holds the lines: as high as all of them. */
export const Rows = styled('div')({ position: 'relative' });

export const HeaderRow = styled('div')(({ theme }) => ({
  display: 'grid',
  gridTemplateColumns: 'var(--wf-columns)',
  alignItems: 'center',
  position: 'sticky',
  top: 0,
  zIndex: 2,
  height: theme.row,
  backgroundColor: theme.vars.palette.background.paper,
  borderBottom: `1px solid ${theme.vars.palette.divider}`,
  ...theme.typography.label,
  color: theme.vars.palette.text.secondary,
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

export const HeadCell = styled('div')(({ theme }) => ({
  position: 'relative',
  padding: theme.spacing(0, 2),
  overflow: 'hidden',
  textOverflow: 'ellipsis',
  whiteSpace: 'nowrap',
}));

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

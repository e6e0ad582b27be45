import { styled } from '@mui/material/styles';

/** A plain table with hairlines; cells with the class `number` stand right-aligned, `name` stays on one line. */
export const Table = styled('table')(({ theme }) => ({
  width: '100%',
  borderCollapse: 'collapse',
  '& th, & td': {
    textAlign: 'left',
    fontWeight: 400,
    padding: theme.spacing(1, 2),
    borderBottom: `1px solid ${theme.vars.palette.divider}`,
    verticalAlign: 'top',
    overflowWrap: 'anywhere',
  },
  '& thead th': {
    ...theme.typography.label,
    color: theme.vars.palette.text.secondary,
    whiteSpace: 'nowrap',
    overflowWrap: 'normal',
  },
  '& .number': { textAlign: 'right', whiteSpace: 'nowrap' },
  '& .name': { whiteSpace: 'nowrap', maxWidth: '16rem' },
}));

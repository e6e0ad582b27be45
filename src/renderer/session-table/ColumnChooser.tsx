import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import Popover from '@mui/material/Popover';
import { useState, type ReactNode } from 'react';
import { movedColumn, toggledColumn } from './column-layout.ts';
import { COLUMN_NAMES, COLUMN_ORDER } from './columns.ts';
import type { Columns } from './use-columns.ts';

/** Which columns are shown and in which order. */
export function ColumnChooser({ columns }: { readonly columns: Columns }): ReactNode {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const shown = columns.shown.map(({ id }) => id);
  const hidden = COLUMN_ORDER.filter((id) => id !== 'select' && !shown.includes(id));
  const line = (id: string, place: number | null) => (
    <Box
      component="li"
      key={id}
      sx={{
        display: 'flex',
        alignItems: 'center',
        gap: 2,
        pl: 3,
        pr: 1,
        '&:hover': { bgcolor: 'surface.hover' },
      }}
    >
      <Box component="label" sx={{ flex: 1, display: 'flex', alignItems: 'center', gap: 2, py: 1 }}>
        <input
          type="checkbox"
          className="wf-check"
          checked={place !== null}
          onChange={() => {
            columns.change(toggledColumn(columns.shown, id, COLUMN_ORDER));
          }}
        />
        {COLUMN_NAMES[id]}
      </Box>
      {place === null ? null : (
        <>
          <IconButton
            aria-label={`${COLUMN_NAMES[id] ?? id}: further left`}
            aria-disabled={place === 0}
            onClick={() => {
              // Not `disabled`: the focus would be lost, and with it the Escape that closes the list.
              if (place > 0) columns.change(movedColumn(columns.shown, id, -1));
            }}
          >
            <Box component="span" aria-hidden="true" sx={{ typography: 'caption' }}>
              ↑
            </Box>
          </IconButton>
          <IconButton
            aria-label={`${COLUMN_NAMES[id] ?? id}: further right`}
            aria-disabled={place === shown.length - 1}
            onClick={() => {
              if (place < shown.length - 1) columns.change(movedColumn(columns.shown, id, 1));
            }}
          >
            <Box component="span" aria-hidden="true" sx={{ typography: 'caption' }}>
              ↓
            </Box>
          </IconButton>
        </>
      )}
    </Box>
  );
  return (
    <>
      <Button
        aria-haspopup="dialog"
        onClick={(event) => {
          setAnchor(event.currentTarget);
        }}
      >
        Columns
      </Button>
      <Popover
        open={anchor !== null}
        anchorEl={anchor}
        transitionDuration={0}
        anchorOrigin={{ vertical: 'bottom', horizontal: 'right' }}
        transformOrigin={{ vertical: 'top', horizontal: 'right' }}
        onClose={() => {
          setAnchor(null);
        }}
        slotProps={{ paper: { role: 'dialog', 'aria-label': 'Columns' } }}
      >
        <Box
          component="ul"
          aria-label="Columns"
          sx={{ m: 0, p: 0, py: 1, listStyle: 'none', minWidth: '15rem' }}
        >
          {shown.map((id, place) => line(id, place))}
          {hidden.map((id) => line(id, null))}
        </Box>
        <Box sx={{ px: 3, pb: 2 }}>
          <Button onClick={columns.reset}>Usual columns</Button>
        </Box>
      </Popover>
    </>
  );
}

import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import { useState, type ReactNode } from 'react';
import type { SavedView } from '#shared/ipc/main-contract.ts';
import { ONE_LINE } from '../components/one-line.ts';
import { deleteView, renameView } from '../store/saved-views.ts';
import { NameDialog } from './NameDialog.tsx';

/** The saved views of a table, to rename and to delete. */
export function SavedViewsDialog(props: {
  readonly views: readonly SavedView[];
  readonly onClose: () => void;
}): ReactNode {
  const [renaming, setRenaming] = useState<SavedView | null>(null);
  return (
    <Dialog open onClose={props.onClose} aria-labelledby="views-dialog-title" maxWidth="sm" fullWidth>
      <DialogTitle id="views-dialog-title">Saved views</DialogTitle>
      <DialogContent>
        {props.views.map((view) => (
          <Box
            key={view.name}
            sx={{
              display: 'flex',
              alignItems: 'center',
              gap: 2,
              py: 1,
              borderBottom: 1,
              borderColor: 'divider',
            }}
          >
            <Box sx={{ flex: 1, minWidth: 0 }}>
              <div>{view.name}</div>
              <Box
                sx={(theme) => ({
                  ...theme.typography.mono,
                  color: 'text.secondary',
                  ...ONE_LINE,
                })}
              >
                {view.search === '' ? 'everything' : view.search}
              </Box>
            </Box>
            <Button
              aria-label={`Rename ${view.name}`}
              onClick={() => {
                setRenaming(view);
              }}
            >
              Rename
            </Button>
            <Button color="error" aria-label={`Delete ${view.name}`} onClick={() => void deleteView(view)}>
              Delete
            </Button>
          </Box>
        ))}
      </DialogContent>
      <DialogActions>
        <Button onClick={props.onClose}>Close</Button>
      </DialogActions>
      {renaming === null ? null : (
        <NameDialog
          title={`Rename “${renaming.name}”`}
          button="Rename view"
          initial={renaming.name}
          taken={props.views.map(({ name }) => name).filter((name) => name !== renaming.name)}
          onName={(name) => {
            void renameView(renaming, name);
            setRenaming(null);
          }}
          onClose={() => {
            setRenaming(null);
          }}
        />
      )}
    </Dialog>
  );
}

import Button from '@mui/material/Button';
import Divider from '@mui/material/Divider';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import { useState, type ReactNode } from 'react';
import type { SavedView } from '#shared/ipc/main-contract.ts';
import { saveView, viewsOf } from '../store/saved-views.ts';
import { showOver, useShell } from '../store/shell-store.ts';
import { useSettings } from '../store/settings-store.ts';
import { NameDialog } from './NameDialog.tsx';
import { SavedViewsDialog } from './SavedViewsDialog.tsx';

/** Searches that were kept under a name: open one, keep the one on screen, rename and delete. */
export function SavedViews(props: {
  readonly current: Omit<SavedView, 'name'>;
  /** What a new one is called until the person writes something else; absent: its search. */
  readonly name?: string;
  readonly onOpen: (view: SavedView) => void;
}): ReactNode {
  const { current, onOpen } = props;
  const all = useSettings((state) => state.settings.savedViews);
  const views = viewsOf(all, current.table);
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const [dialog, setDialog] = useState<'none' | 'save' | 'manage'>('none');
  const asked = useShell((state) => state.over === 'save-view');
  const close = () => {
    setAnchor(null);
  };
  const done = () => {
    setDialog('none');
    if (asked) showOver('nothing');
  };
  return (
    <>
      <Button
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        onClick={(event) => {
          setAnchor(event.currentTarget);
        }}
      >
        Saved views
      </Button>
      <Menu open={anchor !== null} anchorEl={anchor} onClose={close}>
        {views.map((view) => (
          <MenuItem
            key={view.name}
            title={view.search}
            onClick={() => {
              close();
              onOpen(view);
            }}
          >
            {view.name}
          </MenuItem>
        ))}
        {views.length === 0 ? <MenuItem disabled>No view has been saved yet</MenuItem> : <Divider />}
        <MenuItem
          onClick={() => {
            close();
            setDialog('save');
          }}
        >
          Save this view…
        </MenuItem>
        <MenuItem
          disabled={views.length === 0}
          onClick={() => {
            close();
            setDialog('manage');
          }}
        >
          Rename or delete…
        </MenuItem>
      </Menu>
      {dialog === 'save' || asked ? (
        <NameDialog
          title="Save this view"
          button="Save view"
          taken={views.map(({ name }) => name)}
          initial={(props.name ?? current.search).slice(0, 80)}
          onName={(name) => {
            done();
            void saveView({ ...current, name });
          }}
          onClose={done}
        />
      ) : null}
      {dialog === 'manage' ? (
        <SavedViewsDialog
          views={views}
          onClose={() => {
            setDialog('none');
          }}
        />
      ) : null}
    </>
  );
}

import Divider from '@mui/material/Divider';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import type { ReactNode } from 'react';

/** Where a menu opens, in pixels of the window. */
export interface MenuPlace {
  readonly left: number;
  readonly top: number;
}
/** What can be done; a line between groups; nothing. */
export type MenuEntry =
  { readonly label: string; readonly act: () => void; readonly off: boolean } | 'divider' | null;

/** @param off shown, and not to be chosen */
export const action = (label: string, act: () => void, off = false): MenuEntry => ({ label, act, off });

/** What can be done with the thing under the pointer, or with the focus. */
export function ActionMenu(props: {
  readonly at: MenuPlace;
  /** What screen readers call it: `Actions for this session`. */
  readonly label: string;
  readonly entries: readonly MenuEntry[];
  readonly onClose: () => void;
}): ReactNode {
  const { at, label, entries, onClose } = props;
  return (
    <Menu
      open
      onClose={onClose}
      anchorReference="anchorPosition"
      anchorPosition={{ left: at.left, top: at.top }}
      slotProps={{ list: { 'aria-label': label, dense: true } }}
    >
      {entries.map((entry, index) =>
        entry === null ? null : entry === 'divider' ? (
          <Divider key={index} />
        ) : (
          <MenuItem
            key={index}
            disabled={entry.off}
            onClick={() => {
              onClose();
              entry.act();
            }}
          >
            {entry.label}
          </MenuItem>
        ),
      )}
    </Menu>
  );
}

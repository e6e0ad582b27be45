import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import { Fragment, type ReactNode } from 'react';
import { useRoute, type ViewName } from '../store/route-store.ts';
import { showOver, useShell } from '../store/shell-store.ts';
import { VIEW_TITLES } from './navigation.ts';

type Keys = readonly (readonly [string, string])[];
const EVERYWHERE: Keys = [
  ['Ctrl K', 'Go anywhere, do anything'],
  ['/', 'Search'],
  ['?', 'These keys'],
  ['Ctrl 1 … 9', 'The views, in their order'],
  ['Ctrl +, −, 0', 'Larger, smaller, as it was'],
  ['Ctrl Shift N', 'Another window'],
  ['Shift F10', 'On a person, an address, a network, a device: its menu'],
  ['Ctrl Z', 'Undo the last change of what is shown'],
  ['Esc', 'Close, then clear, then back'],
];
const TABLE: Keys = [
  ['j, k', 'Next and previous session'],
  ['x', 'Select'],
  ['Enter', 'Open the session'],
  ['Shift F10', 'Actions for the session'],
  ['Home, End', 'First and last session'],
  ['→, ←', 'On a group: open, close'],
  ['Drag', 'A session, or the selection, out of the window as CSV'],
];
const MAP: Keys = [
  ['Arrows', 'On a circle: to the next one; on the map: move it'],
  ['Enter', 'On a circle: show only its sessions'],
  ['+, −', 'Zoom the map'],
  ['p', 'Pause and resume what is happening'],
  ['←, →', 'On the time bar: earlier, later; with Shift four steps'],
  ['Home, End', 'On the time bar: its beginning, live'],
  ['Esc', 'Back to live'],
];
const DETECTIONS: Keys = [
  ['j, k', 'Next and previous detection'],
  ['x', 'Select'],
  ['e', 'Acknowledge'],
  ['a', 'Assign to me'],
  ['c', 'Close, with what it was'],
  ['s', 'Suppress what is like it'],
  ['n', 'Write a note'],
  ['u', 'Undo'],
];
const LIST: Keys = [
  ['j, k', 'Next and previous line'],
  ['Enter', 'On a line: what its first link does'],
  ['Tab', 'On a line: to its other links'],
  ['Esc', 'Out of the lines'],
];
const EVENTS: Keys = [['Shift F10', 'On an event: only what is like it, what it leads to, bookmark, copy']];
const BARS: Keys = [
  ['←, →', 'On the bars: choose one; with Shift a stretch'],
  ['Enter', 'On the bars: show only that stretch'],
];
const BY_VIEW: Partial<Record<ViewName, Keys>> = {
  watch: [...TABLE, ...MAP],
  sessions: TABLE,
  detections: DETECTIONS,
  people: LIST,
  audit: [...LIST, ...EVENTS, ...BARS],
  investigate: LIST,
};

function List({ keys }: { readonly keys: Keys }): ReactNode {
  return (
    <Box
      component="dl"
      sx={{ display: 'grid', gridTemplateColumns: 'max-content 1fr', columnGap: 4, rowGap: 1, m: 0 }}
    >
      {keys.map(([key, what]) => (
        <Fragment key={`${key} ${what}`}>
          <Box component="dt" sx={(theme) => ({ ...theme.typography.mono })}>
            {key}
          </Box>
          <Box component="dd" sx={{ m: 0, color: 'text.secondary' }}>
            {what}
          </Box>
        </Fragment>
      ))}
    </Box>
  );
}

/** The keys of this view. */
export function KeysHelp(): ReactNode {
  const open = useShell((state) => state.over === 'keys');
  const view = useRoute((route) => route.view);
  const close = () => {
    showOver('nothing');
  };
  const keys = BY_VIEW[view];
  return (
    <Dialog open={open} onClose={close} maxWidth="xs" aria-labelledby="keys-title">
      <DialogTitle id="keys-title">{`Keys in ${VIEW_TITLES[view]}`}</DialogTitle>
      <DialogContent sx={{ display: 'grid', gap: 3 }}>
        {keys === undefined ? null : <List keys={keys} />}
        <List keys={EVERYWHERE} />
      </DialogContent>
      <DialogActions>
        <Button onClick={close}>Close</Button>
      </DialogActions>
    </Dialog>
  );
}

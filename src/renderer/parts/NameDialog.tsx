import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import TextField from '@mui/material/TextField';
import { useState, type ReactNode } from 'react';

/** Asks for a name, and says when it would replace what has it. */
export function NameDialog(props: {
  readonly title: string;
  readonly button: string;
  readonly initial: string;
  readonly taken: readonly string[];
  readonly onName: (name: string) => void;
  readonly onClose: () => void;
}): ReactNode {
  const [name, setName] = useState(props.initial);
  const trimmed = name.trim();
  return (
    <Dialog open onClose={props.onClose} aria-labelledby="name-dialog-title" maxWidth="xs" fullWidth>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (trimmed !== '') props.onName(trimmed);
        }}
      >
        <DialogTitle id="name-dialog-title">{props.title}</DialogTitle>
        <DialogContent>
          <TextField
            autoFocus
            fullWidth
            label="Name"
            value={name}
            onFocus={(event) => {
              // What is proposed is replaced by typing.
              event.target.select();
            }}
            helperText={
              props.taken.includes(trimmed) ? 'There is a view of this name: it will be replaced.' : ' '
            }
            slotProps={{ htmlInput: { maxLength: 80 } }}
            onChange={(event) => {
              setName(event.target.value);
            }}
          />
        </DialogContent>
        <DialogActions>
          <Button onClick={props.onClose}>Cancel</Button>
          <Button type="submit" variant="contained" disabled={trimmed === ''}>
            {props.button}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

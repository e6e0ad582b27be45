import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import FormControlLabel from '@mui/material/FormControlLabel';
import Radio from '@mui/material/Radio';
import RadioGroup from '@mui/material/RadioGroup';
import { useState, type ReactNode } from 'react';
import type { EnvironmentView } from '#shared/ipc/views.ts';
import { removeEnvironment } from '../../store/environment-actions.ts';

/** Removing a connection asks once what becomes of the mirrored data. */
export function RemoveDialog(props: {
  readonly environment: EnvironmentView;
  readonly onClose: () => void;
}): ReactNode {
  const { environment, onClose } = props;
  const [forget, setForget] = useState(false);
  const [busy, setBusy] = useState(false);
  const remove = async () => {
    setBusy(true);
    const done = await removeEnvironment(environment.connection, forget);
    setBusy(false);
    if (done) onClose();
  };
  return (
    <Dialog open onClose={onClose} maxWidth="xs" aria-labelledby="remove-title">
      <DialogTitle id="remove-title">{`Remove ${environment.name}?`}</DialogTitle>
      <DialogContent>
        The console forgets the address and the token. The agent and its store are not touched, and nobody is
        signed out.
        <RadioGroup
          aria-label="What was mirrored"
          value={forget ? 'forget' : 'keep'}
          onChange={(_event, value) => {
            setForget(value === 'forget');
          }}
        >
          <FormControlLabel value="keep" control={<Radio size="small" />} label="Keep what was mirrored" />
          <FormControlLabel
            value="forget"
            control={<Radio size="small" />}
            label="Delete what was mirrored; this cannot be undone"
          />
        </RadioGroup>
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button
          variant="contained"
          color={forget ? 'error' : 'primary'}
          disabled={busy}
          onClick={() => void remove()}
        >
          {forget ? `Remove ${environment.name} and its data` : `Remove ${environment.name}`}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

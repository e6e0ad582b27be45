import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useState, type ReactNode, type SyntheticEvent } from 'react';
import type { EngineState } from '#shared/ipc/main-contract.ts';
import { ProblemBox } from '../components/ProblemBox.tsx';
import { unlockMirror } from '../store/unlock-mirror.ts';
import { useTask } from '../store/use-task.ts';
import { SIZE } from '../theme/size.ts';

type Locked = Extract<EngineState, { is: 'locked' }>;

/** In place of everything else while the mirror is encrypted and its passphrase was not given. */
export function Unlock({ locked }: { readonly locked: Locked }): ReactNode {
  const [passphrase, setPassphrase] = useState('');
  const [remember, setRemember] = useState(false);
  /** What was said when a passphrase was sent: until something else is said, it is being tried. */
  const [sent, setSent] = useState<Locked | null>(null);
  const task = useTask();
  const trying = task.busy || (sent === locked && task.problem === null);
  const problem = task.problem ?? (trying ? null : locked.problem);
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    setSent(locked);
    void task.run(() => unlockMirror(passphrase, remember));
  };
  return (
    <Box
      component="main"
      sx={{ height: '100%', display: 'grid', placeItems: 'center', bgcolor: 'background.paper', p: 4 }}
    >
      <Box
        component="form"
        noValidate
        aria-labelledby="unlock-title"
        onSubmit={submit}
        sx={{ display: 'grid', gap: 3, width: '100%', maxWidth: SIZE.dialog * 0.75 }}
      >
        <Typography id="unlock-title" variant="h1">
          The mirror is encrypted
        </Typography>
        <Typography sx={{ color: 'text.secondary' }}>
          Nothing is shown and nothing is collected until it is unlocked. Agents keep what happens meanwhile.
        </Typography>
        <TextField
          label="Passphrase"
          type="password"
          value={passphrase}
          autoFocus
          required
          error={problem !== null}
          slotProps={{ htmlInput: { spellCheck: false, autoComplete: 'off', maxLength: 1_024 } }}
          onChange={(event) => {
            setPassphrase(event.target.value);
          }}
        />
        {locked.canRemember ? (
          <FormControlLabel
            label="Keep the key in the keychain of this system, and do not ask again"
            control={
              <Checkbox
                checked={remember}
                onChange={(event) => {
                  setRemember(event.target.checked);
                }}
              />
            }
          />
        ) : null}
        {problem === null ? null : <ProblemBox problem={problem} />}
        <Button type="submit" variant="contained" disabled={trying || passphrase === ''}>
          {trying ? 'Unlocking…' : 'Unlock'}
        </Button>
      </Box>
    </Box>
  );
}

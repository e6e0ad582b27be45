import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import TextField from '@mui/material/TextField';
import { useState, type SyntheticEvent, type ReactNode } from 'react';
import type { EnvironmentView } from '#shared/ipc/views.ts';
import { ProblemBox } from '../../components/ProblemBox.tsx';
import { useTask } from '../../store/use-task.ts';
import { ColourChoice } from './ColourChoice.tsx';
import {
  emptyForm,
  formFromDialog,
  formFromFile,
  saveForm,
  testConnection,
  type FormState,
  type Tested,
} from '../../store/environment-form.ts';
import { ReachFields } from './ReachFields.tsx';
import { TestResult } from './TestResult.tsx';

/** Adding an agent by address and token or by a connection file, or changing one; can be tried before it is kept. */
export function EnvironmentForm(props: {
  readonly environment: EnvironmentView | null;
  readonly onClose: () => void;
}): ReactNode {
  const { environment, onClose } = props;
  const [form, setForm] = useState<FormState>(() => emptyForm(environment));
  const [tested, setTested] = useState<Tested>({ is: 'no' });
  const { busy, problem, run, forget } = useTask();
  const change = (changes: Partial<FormState>) => {
    setForm((before) => ({ ...before, ...changes }));
    setTested({ is: 'no' });
    forget();
  };
  const take = (from: () => Promise<Partial<FormState> | null>) =>
    run(async () => {
      const fields = await from();
      if (fields !== null) change(fields);
    });
  const test = () =>
    run(async () => {
      setTested({ is: 'asking' });
      try {
        setTested(await testConnection(form, environment));
      } catch (error) {
        setTested({ is: 'no' });
        throw error;
      }
    });
  const save = (event: SyntheticEvent) => {
    event.preventDefault();
    void run(async () => {
      await saveForm(form, environment);
      onClose();
    });
  };
  const incomplete = form.url.trim() === '' || (environment === null && form.token.trim() === '');
  return (
    <Dialog open onClose={onClose} maxWidth="sm" aria-labelledby="environment-title">
      <Box component="form" noValidate onSubmit={save} sx={{ display: 'contents' }}>
        <DialogTitle id="environment-title">
          {environment === null ? 'Add an environment' : `Edit ${environment.name}`}
        </DialogTitle>
        <DialogContent sx={{ display: 'grid', gap: 4, pt: 3 }}>
          {environment === null ? (
            <Box sx={{ display: 'flex', gap: 3, alignItems: 'center', color: 'text.secondary', mt: 2 }}>
              <Button disabled={busy} onClick={() => void take(formFromDialog)}>
                Open a connection file…
              </Button>
              <span>or paste its text into any field below, or fill them in.</span>
            </Box>
          ) : null}
          <Box
            sx={{ display: 'grid', gap: 4, pt: 2 }}
            onPaste={(event) => {
              const text = event.clipboardData.getData('text');
              if (!text.trimStart().startsWith('{')) return;
              event.preventDefault();
              void take(() => formFromFile(text));
            }}
          >
            <TextField
              label="Address of the agent"
              placeholder="https://agent.example.org:7420"
              value={form.url}
              required
              autoFocus
              slotProps={{ htmlInput: { spellCheck: false, maxLength: 2_048 } }}
              onChange={(event) => {
                change({ url: event.target.value });
              }}
            />
            <TextField
              label={environment === null ? 'Token' : 'New token (empty keeps the one there is)'}
              type="password"
              value={form.token}
              required={environment === null}
              slotProps={{ htmlInput: { spellCheck: false, autoComplete: 'off', maxLength: 1_024 } }}
              onChange={(event) => {
                change({ token: event.target.value });
              }}
            />
            <TextField
              label="Name (empty takes the agent’s)"
              value={form.name}
              slotProps={{ htmlInput: { maxLength: 256 } }}
              onChange={(event) => {
                change({ name: event.target.value });
              }}
            />
            <ColourChoice
              value={form.colour}
              onChange={(colour) => {
                change({ colour });
              }}
            />
            <TextField
              label="Certificate authority (PEM), if the agent has its own"
              multiline
              maxRows={4}
              value={form.ca}
              helperText={environment?.hasCa === true ? 'One is set. Text here replaces it.' : undefined}
              slotProps={{ htmlInput: { spellCheck: false, maxLength: 65_536 } }}
              onChange={(event) => {
                change({ ca: event.target.value });
              }}
            />
            {environment?.hasCa === true ? (
              <Button
                aria-pressed={form.dropCa}
                sx={{ justifySelf: 'start' }}
                onClick={() => {
                  change({ dropCa: !form.dropCa });
                }}
              >
                {form.dropCa ? 'The authority will be removed' : 'Remove the authority'}
              </Button>
            ) : null}
            <ReachFields form={form} environment={environment} onChange={change} />
          </Box>
          <TestResult
            tested={tested}
            pinned={form.pin.trim()}
            onPin={(pin) => {
              setForm((before) => ({ ...before, pin }));
            }}
          />
          {problem === null ? null : <ProblemBox problem={problem} />}
        </DialogContent>
        <DialogActions>
          <Button disabled={busy || incomplete} onClick={() => void test()}>
            Test connection
          </Button>
          <Box sx={{ flex: 1 }} />
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="contained" color="primary" disabled={busy || incomplete}>
            {environment === null ? 'Add environment' : 'Save'}
          </Button>
        </DialogActions>
      </Box>
    </Dialog>
  );
}

import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import FormControlLabel from '@mui/material/FormControlLabel';
import Radio from '@mui/material/Radio';
import RadioGroup from '@mui/material/RadioGroup';
import TextField from '@mui/material/TextField';
import { useState, type ReactNode } from 'react';
import { VERDICTS } from '#shared/ipc/verdicts.ts';
import type { Verdict } from '#shared/ipc/detections-views.ts';
import { KeyHint } from '../../components/KeyHint.tsx';
import { VERDICT_WORDS } from '../../format/detection-words.ts';
import { counted } from '../../format/words.ts';
import { clearDetections, showDialog, triage, type DetectionKey } from '../../store/detection-store.ts';

const shut = (): void => {
  showDialog('none');
};

/** Closes with a reason: was it an attack, harmless, or nothing at all. 1, 2, 3 choose. */
export function CloseDialog({ targets }: { readonly targets: readonly DetectionKey[] }): ReactNode {
  const [verdict, setVerdict] = useState<Verdict | ''>('');
  const [note, setNote] = useState('');
  const close = async (): Promise<void> => {
    if (verdict === '') return;
    const words = note.trim();
    const done = await triage(
      targets,
      { state: 'closed', verdict, ...(words === '' ? {} : { note: words }) },
      'Closed',
    );
    if (!done) return;
    clearDetections();
    shut();
  };
  return (
    <Dialog open onClose={shut} maxWidth="xs" aria-labelledby="close-detection">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void close();
        }}
        onKeyDown={(event) => {
          const chosen = VERDICTS[Number(event.key) - 1];
          if (chosen === undefined || event.target instanceof HTMLTextAreaElement) return;
          event.preventDefault();
          setVerdict(chosen);
        }}
      >
        <DialogTitle id="close-detection">{`Close ${counted(targets.length, 'detection')}`}</DialogTitle>
        <DialogContent>
          <RadioGroup
            aria-label="What it was"
            value={verdict}
            onChange={(event) => {
              setVerdict(event.target.value as Verdict);
            }}
          >
            {VERDICTS.map((one, index) => (
              <FormControlLabel
                key={one}
                value={one}
                control={<Radio size="small" autoFocus={index === 0} />}
                label={
                  <Box component="span">
                    {VERDICT_WORDS[one]}
                    <KeyHint>{String(index + 1)}</KeyHint>
                  </Box>
                }
              />
            ))}
          </RadioGroup>
          <TextField
            label="Note"
            multiline
            minRows={2}
            value={note}
            placeholder="What you found, for whoever comes after you"
            onChange={(event) => {
              setNote(event.target.value);
            }}
            sx={{ mt: 3 }}
          />
        </DialogContent>
        <DialogActions>
          <Button onClick={shut}>Cancel</Button>
          <Button type="submit" variant="contained" color="primary" disabled={verdict === ''}>
            {`Close ${counted(targets.length, 'detection')}`}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

/** Writes a note without changing anything else. */
export function NoteDialog({ targets }: { readonly targets: readonly DetectionKey[] }): ReactNode {
  const [note, setNote] = useState('');
  return (
    <Dialog open onClose={shut} maxWidth="xs" aria-labelledby="note-detection">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void triage(targets, { note: note.trim() }, 'Noted').then((done) => {
            if (done) shut();
          });
        }}
      >
        <DialogTitle id="note-detection">{`Note on ${counted(targets.length, 'detection')}`}</DialogTitle>
        <DialogContent>
          <TextField
            label="Note"
            autoFocus
            multiline
            minRows={3}
            value={note}
            onChange={(event) => {
              setNote(event.target.value);
            }}
            sx={{ mt: 2 }}
          />
        </DialogContent>
        <DialogActions>
          <Button onClick={shut}>Cancel</Button>
          <Button type="submit" variant="contained" color="primary" disabled={note.trim() === ''}>
            Add note
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

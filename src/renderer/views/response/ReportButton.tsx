import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useState, type ReactNode } from 'react';
import { DAY } from '#shared/domain/lengths.ts';
import { Choice } from '../../components/Choice.tsx';
import { saveReport } from '../../store/response-actions.ts';

type Format = 'pdf' | 'html' | 'csv';
const FORMATS: readonly (readonly [Format, string])[] = [
  ['pdf', 'PDF'],
  ['html', 'HTML'],
  ['csv', 'CSV'],
];
const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** A report for a period that somebody can read without the product. */
export function ReportButton(): ReactNode {
  const [open, setOpen] = useState(false);
  const [from, setFrom] = useState(() => dayOf(Date.now() - 30 * DAY));
  const [to, setTo] = useState(() => dayOf(Date.now()));
  const [format, setFormat] = useState<Format>('pdf');
  const [busy, setBusy] = useState(false);
  const since = Date.parse(`${from}T00:00:00Z`);
  const until = Date.parse(`${to}T00:00:00Z`) + DAY;
  const wrong = Number.isNaN(since) || Number.isNaN(until) || since >= until;
  const close = () => {
    setOpen(false);
  };
  const save = async () => {
    setBusy(true);
    await saveReport({ from: since, to: until, format });
    setBusy(false);
    close();
  };
  return (
    <>
      <Button
        onClick={() => {
          setOpen(true);
        }}
      >
        Report…
      </Button>
      <Dialog open={open} onClose={close} maxWidth="sm" aria-labelledby="report-title">
        <DialogTitle id="report-title">Report for a period</DialogTitle>
        <DialogContent sx={{ display: 'grid', gap: 3 }}>
          <Typography sx={{ color: 'text.secondary' }}>
            Sign-ins, failures, privileged use, sessions ended by whom and why, changes of rules and roles,
            open detections; for everyone who has to read it without Watchfloor.
          </Typography>
          <TextField
            label="First day (UTC)"
            type="date"
            value={from}
            error={wrong}
            slotProps={{ inputLabel: { shrink: true } }}
            onChange={(event) => {
              setFrom(event.target.value);
            }}
          />
          <TextField
            label="Last day (UTC)"
            type="date"
            value={to}
            error={wrong}
            helperText={wrong ? 'The last day has to be the first or a later one.' : ' '}
            slotProps={{ inputLabel: { shrink: true } }}
            onChange={(event) => {
              setTo(event.target.value);
            }}
          />
          <Choice label="As" value={format} options={FORMATS} onChange={setFormat} />
        </DialogContent>
        <DialogActions>
          <Button onClick={close}>Cancel</Button>
          <Button variant="contained" color="primary" disabled={busy || wrong} onClick={() => void save()}>
            {busy ? 'Collecting…' : 'Save…'}
          </Button>
        </DialogActions>
      </Dialog>
    </>
  );
}

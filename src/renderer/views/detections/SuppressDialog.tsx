import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import FormControlLabel from '@mui/material/FormControlLabel';
import TextField from '@mui/material/TextField';
import { useState, type ReactNode } from 'react';
import { DAY, HOUR } from '#shared/domain/lengths.ts';
import type { DetectionDetail } from '#shared/ipc/detections-views.ts';
import { Choice } from '../../components/Choice.tsx';
import { ProblemBox } from '../../components/ProblemBox.tsx';
import { aboutText } from '../../format/detection-words.ts';
import { exactTime } from '../../format/time.ts';
import { countryName } from '../../format/words.ts';
import { useMaskedText } from '../../parts/Address.tsx';
import { showDialog, suppress } from '../../store/detection-store.ts';
import { useSettings } from '../../store/settings-store.ts';
import { useTask } from '../../store/use-task.ts';
import { Reach, scopeOf, type ScopeChoice } from './SuppressionReach.tsx';

const LENGTHS = [
  [String(HOUR), '1 hour'],
  [String(8 * HOUR), '8 hours (a shift)'],
  [String(DAY), '1 day'],
  [String(7 * DAY), '7 days'],
  [String(30 * DAY), '30 days'],
  [String(90 * DAY), '90 days'],
] as const;

/** Silences what matches every ticked line, until it expires; shows what else that would silence before it is done. */
export function SuppressDialog({ detail }: { readonly detail: DetectionDetail }): ReactNode {
  const { row } = detail;
  const [person] = row.people;
  const [choice, setChoice] = useState<ScopeChoice>({
    detection: true,
    account: person !== undefined,
    ip: person === undefined && row.ip !== null,
    country: false,
    everywhere: false,
  });
  const [length, setLength] = useState<string>(String(7 * DAY));
  const [reason, setReason] = useState('');
  const [now] = useState(() => Date.now());
  const zone = useSettings((state) => state.settings.timeZone);
  const masked = useMaskedText();
  const task = useTask();
  const scope = scopeOf(row, choice);
  const expiresAt = now + Number(length);
  const close = (): void => {
    showDialog('none');
  };
  const lines: readonly (readonly [keyof ScopeChoice, string, boolean])[] = [
    ['detection', `Detection: ${detail.evidence.title}`, true],
    ['account', `Person: ${person?.name ?? ''}`, person !== undefined],
    ['ip', masked(`Address: ${row.ip ?? ''}`), row.ip !== null],
    ['country', `Country: ${row.country === null ? '' : countryName(row.country)}`, row.country !== null],
    ['everywhere', 'In every environment, not only in this one', !choice.account],
  ];
  return (
    <Dialog open onClose={close} maxWidth="sm" aria-labelledby="suppress-detection">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (scope === null) return;
          void task.run(async () => {
            await suppress({ scope, expiresAt, reason: reason.trim(), existing: true });
            close();
          });
        }}
      >
        <DialogTitle id="suppress-detection">
          {masked(`Suppress what is like ${row.title.toLowerCase()} of ${aboutText(row)}`)}
        </DialogTitle>
        <DialogContent sx={{ display: 'grid', gap: 3 }}>
          <Box role="group" aria-label="What must match" sx={{ display: 'grid' }}>
            {lines
              .filter(([, , offered]) => offered)
              .map(([name, label]) => (
                <FormControlLabel
                  key={name}
                  control={
                    <Checkbox
                      checked={choice[name]}
                      onChange={(_, checked) => {
                        setChoice({
                          ...choice,
                          [name]: checked,
                          ...(name === 'account' && checked ? { everywhere: false } : {}),
                        });
                      }}
                    />
                  }
                  label={label}
                />
              ))}
          </Box>
          <Reach scope={scope} except={row} />
          <Box sx={{ display: 'flex', gap: 3, alignItems: 'flex-end', mt: 1 }}>
            <Choice label="For" value={length} options={LENGTHS} onChange={setLength} />
            <Box
              sx={{ color: 'text.secondary', pb: 1.5 }}
            >{`until ${exactTime(expiresAt, zone)}; kept and shown under Silenced`}</Box>
          </Box>
          <TextField
            label="Reason"
            required
            value={reason}
            placeholder="Why this is expected"
            onChange={(event) => {
              setReason(event.target.value);
            }}
          />
          {task.problem === null ? null : <ProblemBox problem={task.problem} />}
        </DialogContent>
        <DialogActions>
          <Button onClick={close}>Cancel</Button>
          <Button
            type="submit"
            variant="contained"
            color="primary"
            disabled={scope === null || reason.trim() === '' || task.busy}
          >
            Suppress
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

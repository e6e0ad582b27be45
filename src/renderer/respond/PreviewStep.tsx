import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useState, type SyntheticEvent, type ReactNode } from 'react';
import type { ConnectionId } from '#shared/domain/ids.ts';
import type { Problem } from '#shared/domain/result.ts';
import { RETRY_MS } from '#shared/ipc/respond-contract.ts';
import type { Preview } from '#shared/ipc/views.ts';
import { useEnvironmentName } from '../parts/EnvironmentTag.tsx';
import { ProblemBox } from '../components/ProblemBox.tsx';
import { TimeAgo } from '../parts/TimeText.tsx';
import { endButtonName, previewedSessions } from '../format/operation-words.ts';
import { counted } from '../format/words.ts';
import { useFromClock } from '../store/clock.ts';
import { closeRespond, executeEnding, previewAct, type Asked } from '../store/respond-store.ts';
import { PreviewTable } from './PreviewTable.tsx';
import { PreviewNotes } from './PreviewNotes.tsx';

const MAX_REASON = 1_024;
const NO_CONFIRMATIONS: Readonly<Record<ConnectionId, string>> = {};

/** What would be reached, who of them matters, and why it is done; only then the button that names it. */
export function PreviewStep(props: {
  readonly asked: Asked;
  readonly preview: Preview;
  readonly sending: boolean;
  readonly problem: Problem | null;
}): ReactNode {
  const { asked: request, preview, sending, problem } = props;
  const nameOf = useEnvironmentName();
  const [reason, setReason] = useState('');
  const [typed, setTyped] = useState(NO_CONFIRMATIONS);
  const [asked, setAsked] = useState(false);
  const total = previewedSessions(preview);
  const expired = useFromClock((now) =>
    preview.parts.some((part) => part.is === 'ready' && part.expiresAt <= now),
  );
  const toType = preview.parts.flatMap((part) =>
    part.is === 'ready' && part.needsConfirmation !== null && part.reach.sessions > 0
      ? [{ connection: part.connection, word: part.needsConfirmation }]
      : [],
  );
  const typedAll = toType.every(({ connection, word }) => typed[connection] === word);
  const reasonMissing = reason.trim() === '';

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setAsked(true);
    if (reasonMissing || !typedAll || total === 0 || sending || expired) return;
    void executeEnding({
      reason: reason.trim(),
      confirm: typed,
      retryForMs: RETRY_MS,
      queue: false,
      includeNew: false,
    });
  };

  return (
    <Box component="form" noValidate onSubmit={submit} sx={{ display: 'contents' }}>
      <DialogTitle id="respond-title">
        {total === 0
          ? 'There is nothing to end'
          : endButtonName(preview, nameOf).replace('Ask for approval: e', 'E')}
      </DialogTitle>
      <DialogContent sx={{ display: 'grid', gap: 3 }}>
        <Typography sx={{ color: 'text.secondary' }}>
          {total === 0
            ? 'None of these sessions is in the stores any more, or no agent could be asked.'
            : `${counted(total, 'session')} of what the agents see now. Asked `}
          {total === 0 ? null : <TimeAgo at={preview.askedAt} />}
          {total === 0 ? null : '.'}
        </Typography>
        <PreviewTable preview={preview} />
        <PreviewNotes preview={preview} asked={request} />
        {expired ? (
          <ProblemBox
            problem={{
              code: 'STALE',
              message: 'This preview is older than ten minutes, so the agents have forgotten it.',
              advice: 'Ask again to see what would be ended now.',
            }}
          />
        ) : null}
        {problem === null ? null : <ProblemBox problem={problem} />}
        {toType.map(({ connection, word }) => (
          <TextField
            key={connection}
            label={`Type “${word}” to end everyone's sessions there`}
            value={typed[connection] ?? ''}
            error={asked && typed[connection] !== word}
            onChange={(event) => {
              setTyped({ ...typed, [connection]: event.target.value });
            }}
          />
        ))}
        {total === 0 ? null : (
          <TextField
            label="Reason"
            placeholder="What happened, ticket"
            required
            autoFocus
            value={reason}
            disabled={sending}
            error={asked && reasonMissing}
            helperText={
              asked && reasonMissing ? 'Say why: it goes into the journal and the agent’s audit.' : ' '
            }
            slotProps={{ htmlInput: { maxLength: MAX_REASON } }}
            onChange={(event) => {
              setReason(event.target.value);
            }}
          />
        )}
      </DialogContent>
      <DialogActions>
        <Button onClick={closeRespond} disabled={sending}>
          {total === 0 ? 'Close' : 'Cancel'}
        </Button>
        {expired || problem !== null ? (
          <Button onClick={() => void previewAct(request)} disabled={sending}>
            Ask again
          </Button>
        ) : null}
        {total === 0 ? null : (
          <Button
            type="submit"
            variant="contained"
            color="error"
            disabled={sending || expired || !typedAll}
            data-testid="confirm-end"
          >
            {sending ? 'Sending…' : endButtonName(preview, nameOf)}
          </Button>
        )}
      </DialogActions>
    </Box>
  );
}

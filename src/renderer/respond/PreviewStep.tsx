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
import type { Preview } from '#shared/ipc/views.ts';
import { useEnvironmentName } from '../parts/EnvironmentTag.tsx';
import { ProblemBox } from '../components/ProblemBox.tsx';
import { TimeAgo } from '../parts/TimeText.tsx';
import { endButtonName, previewedSessions } from '../format/operation-words.ts';
import { counted } from '../format/words.ts';
import { useFromClock } from '../store/clock.ts';
import { closeRespond, executeEnding, previewAct, useDraft, type Asked } from '../store/respond-store.ts';
import { PreviewTable } from './PreviewTable.tsx';
import { ActChoice } from './ActChoice.tsx';
import { CarryChoices, USUAL_CARRY } from './CarryChoices.tsx';
import { NothingReached } from './NothingReached.tsx';
import { allAnswered } from './nothing-words.ts';
import { PreviewNotes } from './PreviewNotes.tsx';
import { ReasonField } from './ReasonField.tsx';

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
  const reason = useDraft((draft) => draft.reason);
  const [carry, setCarry] = useState(USUAL_CARRY);
  const [typed, setTyped] = useState(NO_CONFIRMATIONS);
  const [asked, setAsked] = useState(false);
  const total = previewedSessions(preview, carry.queue);
  const asks = preview.parts.some((part) => part.is === 'ready' || (part.is === 'unasked' && carry.queue));
  const waiting = preview.parts.some((part) => part.is === 'unasked' && part.reach.sessions > 0);
  // Holding and blocking are worth it for somebody who is not signed in, too.
  const nothing = preview.act.kind === 'revoke' ? total === 0 : !asks;
  // Nobody was seen by the agents, and nobody waits where none could be asked.
  const nobody = total === 0 && !waiting;
  const expired = useFromClock((now) =>
    preview.parts.some((part) => part.is === 'ready' && part.expiresAt <= now),
  );
  const toType = preview.parts.flatMap((part) =>
    part.is !== 'unavailable' &&
    (part.is === 'ready' || carry.queue) &&
    part.needsConfirmation !== null &&
    part.reach.sessions > 0
      ? [{ connection: part.connection, word: part.needsConfirmation }]
      : [],
  );
  const typedAll = toType.every(({ connection, word }) => typed[connection] === word);
  const reasonMissing = reason.trim() === '';

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setAsked(true);
    if (reasonMissing || !typedAll || nothing || sending || expired) return;
    void executeEnding({ reason: reason.trim(), confirm: typed, ...carry });
  };

  return (
    <Box component="form" noValidate onSubmit={submit} sx={{ display: 'contents' }}>
      <DialogTitle id="respond-title">
        {nothing
          ? allAnswered(preview)
            ? 'There is nothing to end'
            : 'Nothing can be ended now'
          : endButtonName(preview, nameOf, carry.queue).replace(
              /^Ask for approval: (.)/,
              (_all, first: string) => first.toUpperCase(),
            )}
      </DialogTitle>
      {/* Rows keep their height: the dialog scrolls as a whole, never a line within it. */}
      <DialogContent sx={{ display: 'grid', gridAutoRows: 'max-content', gap: 3 }}>
        {nothing ? (
          <NothingReached preview={preview} asked={request} />
        ) : (
          <Typography sx={{ color: 'text.secondary' }}>
            {nobody
              ? 'No session is there that would end. Asked '
              : `${counted(total, 'session')} of what the agents see now. Asked `}
            <TimeAgo at={preview.askedAt} />.
          </Typography>
        )}
        <ActChoice asked={request} nobody={nobody} />
        {nothing && !waiting ? null : <PreviewTable preview={preview} />}
        {nothing ? null : <PreviewNotes preview={preview} asked={request} />}
        {nothing && !waiting ? null : (
          <CarryChoices asked={request} preview={preview} carry={carry} onChange={setCarry} />
        )}
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
        {toType.length === 0 ? null : (
          <Box
            sx={{
              display: 'grid',
              gap: 3,
              gridTemplateColumns: `repeat(${String(Math.min(2, toType.length))}, minmax(0, 1fr))`,
            }}
          >
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
          </Box>
        )}
        {nothing ? null : <ReasonField disabled={sending} missing={asked && reasonMissing} />}
      </DialogContent>
      <DialogActions>
        <Button onClick={closeRespond} disabled={sending}>
          {nothing ? 'Close' : 'Cancel'}
        </Button>
        {expired || problem !== null || (nothing && !allAnswered(preview)) ? (
          <Button onClick={() => void previewAct(request)} disabled={sending}>
            Ask again
          </Button>
        ) : null}
        {nothing ? null : (
          <Button
            type="submit"
            variant="contained"
            color="error"
            disabled={sending || expired || !typedAll}
            data-testid="confirm-end"
          >
            {sending ? 'Sending…' : endButtonName(preview, nameOf, carry.queue)}
          </Button>
        )}
      </DialogActions>
    </Box>
  );
}

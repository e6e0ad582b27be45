import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import type { ReactNode } from 'react';
import type { DetectionDetail } from '#shared/ipc/detections-views.ts';
import { KeyHint } from '../../components/KeyHint.tsx';
import { hitAccounts } from '../../format/hit-accounts.ts';
import { counted } from '../../format/words.ts';
import { operatorName, showDialog, triage } from '../../store/detection-store.ts';
import { previewEnding } from '../../store/respond-store.ts';
import { acknowledge, assignToMe } from './use-queue-keys.ts';

/** The session that did it: the one it is about, or that of the last event that names one. */
function sessionOf(detail: DetectionDetail): DetectionDetail['row']['session'] {
  return (
    detail.row.session ?? detail.events.findLast(({ sessionId }) => sessionId !== null)?.sessionId ?? null
  );
}

/** What can be done, the suggested step first; ending goes through the preview always. */
export function CardActions({ detail }: { readonly detail: DetectionDetail }): ReactNode {
  const { row } = detail;
  const session = sessionOf(detail);
  const accounts = row.people.map(({ id }) => id);
  // Of an attack on many accounts nobody is suspected; whom it got into is signed out.
  const hit = accounts.length > 0 ? [] : hitAccounts(detail.evidence);
  const own = row.assignee === operatorName();
  const place = detail.line === null ? '' : ` in ${detail.line.to.label.split(',')[0] ?? ''}`;
  return (
    <Box role="group" aria-label="Actions" sx={{ display: 'flex', flexWrap: 'wrap', gap: 1.5 }}>
      {session === null ? null : (
        <Button
          variant="contained"
          color="error"
          onClick={() =>
            void previewEnding(
              [{ connection: row.connection, selector: { sessions: [session] } }],
              accounts.length === 0 ? [] : [{ connection: row.connection, selector: { accounts } }],
            )
          }
        >
          {`End the session${place}…`}
        </Button>
      )}
      {accounts.length === 0 ? null : (
        <Button
          variant={session === null ? 'contained' : 'outlined'}
          color={session === null ? 'error' : 'inherit'}
          onClick={() => void previewEnding([{ connection: row.connection, selector: { accounts } }])}
        >
          {accounts.length === 1
            ? 'Sign out everywhere…'
            : `Sign out ${counted(accounts.length, 'account')}…`}
        </Button>
      )}
      {hit.length === 0 ? null : (
        <Button
          variant="contained"
          color="error"
          onClick={() =>
            void previewEnding([{ connection: row.connection, selector: { accounts: [...hit] } }])
          }
        >
          {`Sign out ${counted(hit.length, 'account')} it got into…`}
        </Button>
      )}
      {row.state === 'open' ? (
        <Button onClick={() => void acknowledge([row])}>
          Acknowledge<KeyHint>e</KeyHint>
        </Button>
      ) : null}
      {own ? (
        <Button onClick={() => void triage([row], { assignee: null }, 'Given back')}>Give back</Button>
      ) : (
        <Button onClick={() => void assignToMe([row])}>
          Assign to me<KeyHint>a</KeyHint>
        </Button>
      )}
      {row.state === 'closed' ? (
        <Button onClick={() => void triage([row], { state: 'open' }, 'Opened again')}>Open again</Button>
      ) : (
        <Button
          onClick={() => {
            showDialog('close');
          }}
        >
          Close…<KeyHint>c</KeyHint>
        </Button>
      )}
      <Button
        onClick={() => {
          showDialog('suppress');
        }}
      >
        Suppress…<KeyHint>s</KeyHint>
      </Button>
    </Box>
  );
}

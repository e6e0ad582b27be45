import Button from '@mui/material/Button';
import type { ReactNode } from 'react';
import { stillBack } from '#shared/protocol/came-back.ts';
import type { CommandView } from '#shared/ipc/views.ts';
import { counted } from '../format/words.ts';
import { endSessions } from '../store/respond-store.ts';

/** Sessions that came back and are still there, to be ended again with one click and one look. */
export function CameBackAgain({ command }: { readonly command: CommandView }): ReactNode {
  const still = stillBack(command.proofs);
  if (still.length === 0) return null;
  const sessions = still.map(({ id, newId }) => ({ connection: command.connection, id: newId ?? id }));
  return (
    <Button sx={{ justifySelf: 'start' }} onClick={() => void endSessions(sessions)}>
      {`End ${counted(sessions.length, 'session')} that came back…`}
    </Button>
  );
}

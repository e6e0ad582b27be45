import type { ReactNode } from 'react';
import type { SessionRow } from '#shared/ipc/views.ts';
import { TextButton } from '../components/TextButton.tsx';
import { openPanel } from '../store/selection-store.ts';

/** Opens a session's panel from a list of sessions. */
export function OpenSession({
  row,
}: {
  readonly row: Pick<SessionRow, 'connection' | 'id' | 'account'>;
}): ReactNode {
  return (
    <TextButton
      label={`Open the session of ${row.account?.name ?? 'nobody'}`}
      onPress={() => {
        openPanel(row);
      }}
    >
      Session
    </TextButton>
  );
}

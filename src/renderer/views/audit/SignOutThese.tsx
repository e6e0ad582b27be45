import Button from '@mui/material/Button';
import type { ReactNode } from 'react';
import type { AuditRow } from '#shared/ipc/views.ts';
import { counted } from '../../format/words.ts';
import { useApp } from '../../store/app-store.ts';
import { accountsOfEvents, previewEnding } from '../../store/respond-store.ts';

/** Signs out everybody whom the events that were read name; the preview says who of them is signed in. */
export function SignOutThese({ rows }: { readonly rows: readonly AuditRow[] }): ReactNode {
  const environments = useApp((state) => state.environments);
  const targets = accountsOfEvents(rows, environments ?? []);
  const accounts = targets.reduce(
    (sum, { selector }) => sum + ('accounts' in selector ? selector.accounts.length : 0),
    0,
  );
  if (accounts === 0) return null;
  return (
    <Button
      color="error"
      title={`The accounts that the ${counted(rows.length, 'event')} below name; scroll down for more`}
      onClick={() => void previewEnding(targets)}
    >
      {`Sign out ${counted(accounts, 'account')}…`}
    </Button>
  );
}

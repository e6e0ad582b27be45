import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useState, type ReactNode } from 'react';
import type { LinkReason, PersonAccount } from '#shared/ipc/people-views.ts';
import { assertNever } from '#shared/domain/assert-never.ts';
import { ProblemBox } from '../../components/ProblemBox.tsx';
import { Mark } from '../../components/Marks.tsx';
import { EnvironmentTag } from '../../parts/EnvironmentTag.tsx';
import { joinAccounts, separateAccount, undoIdentity } from '../../store/identity-actions.ts';
import { useTask } from '../../store/use-task.ts';
import { LinkAccount } from './LinkAccount.tsx';

function why(reason: LinkReason): string {
  switch (reason.is) {
    case 'name':
      return `same name, ${reason.name}`;
    case 'email':
      return `same e-mail address, ${reason.email}`;
    case 'mapping':
      return `mapping: ${reason.person}`;
    case 'hand':
      return 'joined by hand';
    default:
      return assertNever(reason);
  }
}

/** The person's account in each environment, why they count as one, and the way to say otherwise. */
export function PersonAccounts(props: {
  readonly accounts: readonly PersonAccount[];
  readonly changed: () => void;
}): ReactNode {
  const { accounts, changed } = props;
  const task = useTask();
  const [linking, setLinking] = useState(false);
  const [undo, setUndo] = useState<{ readonly key: number; readonly text: string } | null>(null);
  const [first] = accounts;
  const act = (work: () => Promise<void>) => {
    void task.run(async () => {
      await work();
      changed();
    });
  };
  return (
    <Box sx={{ display: 'grid', gap: 2 }}>
      {task.problem === null ? null : <ProblemBox problem={task.problem} />}
      <Box component="ul" sx={{ m: 0, p: 0, listStyle: 'none', display: 'grid', gap: 2 }}>
        {accounts.map((account) => (
          <Box component="li" key={`${account.connection} ${account.id}`} sx={{ display: 'grid', gap: 0.5 }}>
            <Box sx={{ display: 'flex', gap: 2, alignItems: 'center', flexWrap: 'wrap' }}>
              <EnvironmentTag connection={account.connection} tier="shown" />
              <Box component="strong" sx={{ fontWeight: 500 }}>
                {account.name}
              </Box>
              {account.status === 'blocked' ? <Mark mark="blocked" /> : null}
              {account.privileged ? <Mark mark="privileged" /> : null}
              {account.service ? <Mark mark="service" /> : null}
              {account.removedAt === null ? null : <Mark mark="removed" />}
              {account.linkedBy.length === 0 ? null : (
                <Button
                  variant="text"
                  sx={{ py: 0 }}
                  disabled={task.busy}
                  title="This account is somebody else: it stands alone from now on"
                  onClick={() => {
                    act(async () => {
                      const made = await separateAccount(account);
                      setUndo({ key: made.key, text: `${account.name} stands alone now.` });
                    });
                  }}
                >
                  Not this person
                </Button>
              )}
            </Box>
            <Box sx={{ typography: 'caption', color: 'text.secondary' }}>
              {[
                account.email,
                account.roles.length === 0 ? null : account.roles.join(', '),
                account.linkedBy.length === 0 ? null : `joined: ${account.linkedBy.map(why).join('; ')}`,
              ]
                .filter((part) => part !== null)
                .join(' · ')}
            </Box>
          </Box>
        ))}
      </Box>
      {undo === null ? null : (
        <Box role="status" sx={{ display: 'flex', gap: 2, alignItems: 'center', color: 'text.secondary' }}>
          {undo.text}
          <Button
            variant="text"
            onClick={() => {
              setUndo(null);
              act(async () => {
                await undoIdentity(undo.key);
              });
            }}
          >
            Undo
          </Button>
        </Box>
      )}
      {first === undefined ? null : linking ? (
        <LinkAccount
          accounts={accounts}
          onDone={(linked) => {
            setLinking(false);
            if (linked !== null) {
              act(async () => {
                const made = await joinAccounts(first, linked);
                setUndo({ key: made.key, text: `${linked.name} belongs to this person now.` });
              });
            }
          }}
        />
      ) : (
        <Button
          sx={{ justifySelf: 'start' }}
          onClick={() => {
            setLinking(true);
          }}
        >
          Join another account…
        </Button>
      )}
    </Box>
  );
}

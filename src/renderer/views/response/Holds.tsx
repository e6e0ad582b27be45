import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useState, type ReactNode } from 'react';
import type { HoldView } from '#shared/ipc/respond-views.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { ProblemBox } from '../../components/ProblemBox.tsx';
import { Table } from '../../components/Table.tsx';
import { TableHead } from '../../components/TableHead.tsx';
import { Asked } from '../../parts/Asked.tsx';
import { EnvironmentTag } from '../../parts/EnvironmentTag.tsx';
import { TimeOfDay } from '../../parts/TimeText.tsx';
import { useApp } from '../../store/app-store.ts';
import { notify } from '../../store/notice-store.ts';
import { liftHold } from '../../store/response-actions.ts';
import { useEngineQuery } from '../../store/use-engine-query.ts';
import { useTask } from '../../store/use-task.ts';

/** Accounts that are kept out now, and lifting that. */
export function Holds(): ReactNode {
  const revision = useApp((state) => state.revision);
  const changes = useApp((state) => state.operations?.[0]?.commands[0]?.state ?? '');
  const answer = useEngineQuery('respond.holds', {}, { revision: revision + changes.length, everyMs: 3_000 });
  const [lifting, setLifting] = useState<HoldView | null>(null);
  const [reason, setReason] = useState('');
  const task = useTask();
  if (answer.is !== 'ready') return <Asked answer={answer} what="holds and blocks" lines={4} />;
  if (answer.value.length === 0) {
    return (
      <EmptyState title="Nobody is held or blocked">
        Sign somebody out with “End them and every new one for a time” and the hold stays here until it is
        over or lifted. Blocked accounts stay until they are unblocked.
      </EmptyState>
    );
  }
  const lift = (hold: HoldView) =>
    void task.run(async () => {
      const operation = await liftHold(hold, reason);
      notify({ tone: 'good', message: `${operation.summary}: sent` });
      setLifting(null);
      setReason('');
      answer.again();
    });
  return (
    <Box sx={{ px: 4, py: 2 }}>
      {task.problem === null ? null : <ProblemBox problem={task.problem} />}
      <Table>
        <TableHead heads={['Person', 'Environment', 'What', 'Until', 'By', { unseen: 'Actions' }]} />
        <tbody>
          {answer.value.map((hold) => (
            <tr key={`${hold.is} ${hold.connection} ${hold.account.id}`} data-testid="hold">
              <th scope="row">{hold.account.name}</th>
              <td className="name">
                <EnvironmentTag connection={hold.connection} />
              </td>
              <td>{hold.is === 'hold' ? 'new sessions are ended' : 'blocked in the store'}</td>
              <td className="name">
                <TimeOfDay at={hold.until} missing="A block stays until it is lifted" />
              </td>
              <td>{hold.by}</td>
              <td>
                {lifting === hold ? (
                  <Box sx={{ display: 'flex', gap: 2, alignItems: 'center' }}>
                    <TextField
                      label="Reason"
                      required
                      autoFocus
                      value={reason}
                      onChange={(event) => {
                        setReason(event.target.value);
                      }}
                    />
                    <Button
                      disabled={task.busy || reason.trim() === ''}
                      onClick={() => {
                        lift(hold);
                      }}
                    >
                      {hold.is === 'hold' ? 'Lift the hold' : 'Unblock'}
                    </Button>
                  </Box>
                ) : (
                  <Button
                    variant="text"
                    onClick={() => {
                      setLifting(hold);
                    }}
                  >
                    {hold.is === 'hold' ? 'Lift…' : 'Unblock…'}
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </Box>
  );
}

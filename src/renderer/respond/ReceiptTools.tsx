import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useState, type ReactNode } from 'react';
import type { LateView } from '#shared/ipc/respond-views.ts';
import type { OperationView } from '#shared/ipc/views.ts';
import { ProblemBox } from '../components/ProblemBox.tsx';
import { TimeOfDay } from '../parts/TimeText.tsx';
import { counted } from '../format/words.ts';
import { isUnderWay } from '../format/operation-words.ts';
import { previewEnding } from '../store/respond-store.ts';
import { cancelOperation, lateSessions, saveReceipt } from '../store/response-actions.ts';
import { useTask } from '../store/use-task.ts';

/** Taking back what was not sent, files of the receipt, and those that match since. */
export function ReceiptTools({ operation }: { readonly operation: OperationView }): ReactNode {
  const task = useTask();
  const [late, setLate] = useState<LateView | null>(null);
  const over = !operation.commands.some(isUnderWay);
  const ends = operation.kind !== 'release' && operation.kind !== 'unblock';
  const save = (format: 'csv' | 'json') => void saveReceipt(operation, format);
  return (
    <Box sx={{ display: 'grid', gap: 2, pt: 2 }}>
      {task.problem === null ? null : <ProblemBox problem={task.problem} />}
      <Box sx={{ display: 'flex', gap: 2, flexWrap: 'wrap', alignItems: 'center' }}>
        {operation.cancellable ? (
          <>
            <Button disabled={task.busy} onClick={() => void task.run(() => cancelOperation(operation))}>
              Take back what was not sent
            </Button>
            <Box component="span" sx={{ color: 'text.secondary' }}>
              tried until <TimeOfDay at={operation.retryUntil} />
            </Box>
          </>
        ) : null}
        {ends ? (
          <>
            <Button
              variant="text"
              onClick={() => {
                save('csv');
              }}
            >
              Save as CSV
            </Button>
            <Button
              variant="text"
              onClick={() => {
                save('json');
              }}
            >
              Save as JSON
            </Button>
          </>
        ) : null}
        {over && ends && late === null ? (
          <Button
            variant="text"
            disabled={task.busy}
            onClick={() =>
              void task.run(async () => {
                setLate(await lateSessions(operation));
              })
            }
          >
            Who matches since?
          </Button>
        ) : null}
        {late === null ? null : late.sessions === 0 ? (
          <Box component="span" sx={{ color: 'text.secondary' }}>
            Nobody has begun a matching session since.
          </Box>
        ) : (
          <Button color="error" onClick={() => void previewEnding(late.targets)}>
            {`End ${counted(late.sessions, 'session')} that matched since…`}
          </Button>
        )}
      </Box>
    </Box>
  );
}

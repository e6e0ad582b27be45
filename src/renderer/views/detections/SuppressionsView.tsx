import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import type { ReactNode } from 'react';
import type { SuppressionView } from '#shared/ipc/detections-views.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { ProblemBox } from '../../components/ProblemBox.tsx';
import { Table } from '../../components/Table.tsx';
import { TableHead } from '../../components/TableHead.tsx';
import { count, countryName } from '../../format/words.ts';
import { useMaskedText } from '../../parts/Address.tsx';
import { Asked } from '../../parts/Asked.tsx';
import { EnvironmentTag } from '../../parts/EnvironmentTag.tsx';
import { TimeAgo, TimeOfDay } from '../../parts/TimeText.tsx';
import { useApp } from '../../store/app-store.ts';
import { endSuppression, useDetections } from '../../store/detection-store.ts';
import { useFromClock } from '../../store/clock.ts';
import { useEngineQuery } from '../../store/use-engine-query.ts';
import { useTask } from '../../store/use-task.ts';

function scopeWords({ scope }: SuppressionView): string {
  return [
    scope.detection?.replaceAll('_', ' '),
    scope.account === undefined ? undefined : `account ${scope.account}`,
    scope.ip,
    scope.asn === undefined ? undefined : `AS${String(scope.asn)}`,
    scope.country === undefined ? undefined : countryName(scope.country),
    scope.entity,
  ]
    .filter((part) => part !== undefined)
    .join(' and ');
}

function Line({ one }: { readonly one: SuppressionView }): ReactNode {
  const masked = useMaskedText();
  const task = useTask();
  const over = useFromClock((now) => (one.removedAt !== null || one.expiresAt <= now ? 'over' : '')) !== '';
  return (
    <Box component="tr" sx={{ color: over ? 'text.secondary' : 'text.primary' }}>
      <td>
        {masked(scopeWords(one))}
        {task.problem === null ? null : <ProblemBox problem={task.problem} />}
      </td>
      <td>
        {one.scope.connection === null ? (
          'every environment'
        ) : (
          <EnvironmentTag connection={one.scope.connection} />
        )}
      </td>
      <td>{one.reason}</td>
      <td>
        {one.by || 'this console'} · <TimeAgo at={one.createdAt} />
      </td>
      <td>
        {one.removedAt === null ? (
          <TimeOfDay at={one.expiresAt} />
        ) : (
          <>
            ended <TimeAgo at={one.removedAt} />
          </>
        )}
      </td>
      <td className="number">{count(one.silenced)}</td>
      <td>
        {over ? null : (
          <Button disabled={task.busy} onClick={() => void task.run(() => endSuppression(one.id))}>
            End now
          </Button>
        )}
      </td>
    </Box>
  );
}

/** What is silenced on purpose, by whom, why and until when. */
export function SuppressionsView(): ReactNode {
  const revision = useApp((state) => state.detections?.revision ?? 0) + useDetections((state) => state.done);
  const answer = useEngineQuery('suppressions.list', {}, { revision });
  if (answer.is !== 'ready') return <Asked answer={answer} what="suppressions" />;
  if (answer.value.length === 0) {
    return (
      <EmptyState title="Nothing is suppressed">
        Press s on a detection to silence what is like it, for a time and with a reason. What is silenced is
        kept and shown in the queue under Silenced.
      </EmptyState>
    );
  }
  return (
    <Box
      role="region"
      aria-label="Suppressions"
      tabIndex={0}
      sx={{ flex: 1, minHeight: 0, overflow: 'auto', bgcolor: 'background.paper' }}
    >
      <Table>
        <TableHead
          heads={['What', 'Where', 'Why', 'By', 'Until', { number: 'Silenced' }, { unseen: 'Action' }]}
        />
        <tbody>
          {answer.value.map((one) => (
            <Line key={one.id} one={one} />
          ))}
        </tbody>
      </Table>
    </Box>
  );
}

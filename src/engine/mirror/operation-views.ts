import type { CommandView, OperationView } from '#shared/ipc/views.ts';
import type { ReadableDb } from './database.ts';
import { commandsOf, operationById, type CommandRecord } from './operations.ts';
import { readValues } from './statements.ts';

export function operationView(db: ReadableDb, id: string): OperationView | null {
  const one = operationById(db, id);
  if (one === null || one.executed_at === null) return null;
  const commands = commandsOf(db, id);
  return {
    id: one.id,
    kind: one.kind,
    forMs: one.for_ms,
    retryUntil: one.retry_until,
    cancellable: commands.some(isCancellable),
    summary: one.summary,
    reason: one.reason,
    by: one.operator,
    createdAt: one.executed_at,
    commands: commands.map(commandView),
  };
}

/** Not sent, or sent to an agent that never answered: it can be taken back if the agent has not seen it. */
export const isCancellable = (record: CommandRecord): boolean =>
  record.intended &&
  record.finishedAt === null &&
  record.outcome === null &&
  !record.cancel &&
  (record.state === 'intended' || record.state === 'unreachable');

export const latestOperations = (db: ReadableDb, limit: number): readonly OperationView[] =>
  readValues(db, 'SELECT id FROM operation WHERE executed_at IS NOT NULL ORDER BY executed_at DESC LIMIT ?', [
    limit,
  ]).flatMap((id) => operationView(db, String(id)) ?? []);

function commandView(record: CommandRecord): CommandView {
  const { outcome } = record;
  return {
    id: record.id,
    connection: record.connection,
    state: record.state === 'previewed' ? 'cancelled' : record.state,
    matched: outcome?.matched ?? 0,
    ended: outcome?.ended ?? 0,
    alreadyGone: outcome?.alreadyGone ?? 0,
    failedCount: outcome?.failedCount ?? 0,
    failed: outcome?.failed ?? [],
    outside: outcome?.outside ?? 0,
    reach: record.reach,
    findings: record.findings,
    done: record.done,
    proofs: record.proofs,
    problem: record.problem,
    finishedAt: record.finishedAt,
  };
}

import type { OperationId } from '#shared/domain/ids.ts';
import { notTouched } from '#shared/ipc/respond-words.ts';
import type { ReadableDb } from '../mirror/database.ts';
import { operationView } from '../mirror/operation-views.ts';
import { csvLine } from '../forensics/csv.ts';
import { receiptRows } from './receipt.ts';

const COLUMNS = [
  'operation',
  'environment',
  'session',
  'account id',
  'account',
  'outcome',
  'code',
  'message',
  'ended at (UTC)',
] as const;
const utc = (at: number | null): string => (at === null ? '' : new Date(at).toISOString());

/** A receipt as a file that stands by itself. Null when the operation is not known. */
export function receiptFile(
  db: ReadableDb,
  operation: OperationId,
  format: 'csv' | 'json',
): { readonly name: string; readonly text: string } | null {
  const view = operationView(db, operation);
  if (view === null) return null;
  const rows = receiptRows(db, operation);
  const stamp = new Date(view.createdAt).toISOString().slice(0, 16).replaceAll(':', '');
  const name = `receipt-${stamp}-${operation.slice(0, 8)}.${format}`;
  if (format === 'json') {
    const { id, kind, summary, reason, by, createdAt, commands } = view;
    const receipt = {
      operation: id,
      kind,
      summary,
      reason,
      by,
      at: utc(createdAt),
      notTouched: notTouched(kind),
      commands,
      sessions: rows,
    };
    return { name, text: `${JSON.stringify(receipt, null, 1)}\n` };
  }
  const lines = rows.map((row) =>
    csvLine([
      operation,
      row.environment,
      row.session,
      row.account?.id ?? '',
      row.account?.name ?? '',
      row.outcome,
      row.code ?? '',
      row.message ?? '',
      utc(row.endedAt),
    ]),
  );
  return { name, text: [csvLine(COLUMNS), ...lines].join('') };
}

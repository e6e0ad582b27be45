import { MINUTE } from '#shared/domain/lengths.ts';
import type { AuditRow } from '#shared/ipc/views.ts';

/** Rows that say the same thing several times in a row. */
export interface FeedGroup {
  readonly row: AuditRow;
  readonly times: number;
}

const TOGETHER_MS = 10 * MINUTE;

const same = (a: AuditRow, b: AuditRow): boolean =>
  a.connection === b.connection &&
  a.action === b.action &&
  a.outcome === b.outcome &&
  a.ip === b.ip &&
  (a.account?.name ?? null) === (b.account?.name ?? null) &&
  Math.abs(a.at - b.at) <= TOGETHER_MS;

/** Joins neighbours that tell the same (nine failed sign-ins of one account from one address) into one line. */
export function groupFeed(rows: readonly AuditRow[]): readonly FeedGroup[] {
  const groups: FeedGroup[] = [];
  for (const row of rows) {
    const last = groups.at(-1);
    if (last !== undefined && same(last.row, row))
      groups[groups.length - 1] = { ...last, times: last.times + 1 };
    else groups.push({ row, times: 1 });
  }
  return groups;
}

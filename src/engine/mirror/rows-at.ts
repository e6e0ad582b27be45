import { epochMs, type EpochMs } from '#shared/domain/units.ts';
import { sessionStatus } from '#shared/domain/status.ts';
import type { SessionRow } from '#shared/ipc/views.ts';
import { accountsAt, observedAt } from './accounts-at.ts';
import type { ReadableDb } from './database.ts';
import { KNOWN_COLUMNS, KnownRow, knownView } from './known-columns.ts';

/**
 * Sessions as they were at an instant: not ended yet, with the address and device seen last by then, of the account as it was. When a session was
 * active is kept only for its latest activity, so what lies behind that is not known and says so.
 */
export function rowsAt(
  db: ReadableDb,
  keys: readonly number[],
  rows: readonly SessionRow[],
  at: EpochMs,
): readonly SessionRow[] {
  const seen = db.prepare(
    `SELECT ${KNOWN_COLUMNS} FROM observation o LEFT JOIN address p ON p.key = o.address
     LEFT JOIN device d ON d.key = o.device WHERE o.session = ? AND o.at <= CAST(? AS INTEGER) ORDER BY o.at DESC LIMIT 1`,
  );
  const accounts = accountsAt(db, observedAt(db, keys, at), at);
  return rows.map((row, index) => {
    const raw = seen.get(keys[index], at);
    const lastSeenAt = row.lastSeenAt !== null && row.lastSeenAt <= at ? row.lastSeenAt : null;
    const then = raw === undefined ? {} : { ...knownView(KnownRow.parse(raw)), ipOf: 'last' as const };
    return {
      ...row,
      ...accounts.get(keys[index] ?? 0),
      ...then,
      lastSeenAt,
      endedAt: null,
      cause: null,
      status: sessionStatus({ endedAt: null, lastSeenAt }, null, epochMs(at)),
    };
  });
}

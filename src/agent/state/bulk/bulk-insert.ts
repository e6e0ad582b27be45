import type { SessionId } from '#shared/domain/ids.ts';
import type { EpochMs } from '#shared/domain/units.ts';
import type { HandleKeys } from '../../keys/handle-keys.ts';
import { storeKey } from '../../stores/store-adapter.ts';
import type { Db } from '../database.ts';
import { dropSessionIndexes, makeSessionIndexes, shortOf } from '../session-indexes.ts';
import { HANDLE_AT, type BulkPage } from './bulk-page.ts';

/** Rows in one statement: fewer calls, and still a small statement. */
const ROWS = 20;
const WIDTH = 10;
// Not reported as updated yet (reported_at 0): the first update need not wait.
const insertOf = (rows: number, now: EpochMs): string => {
  const values = `(${Array<string>(WIDTH - 1)
    .fill('?')
    .join(', ')}, CAST(? AS TEXT), 0, ${String(Math.trunc(now))})`;
  return `INSERT INTO sessions
    (id, short, sealed, account, via, opened_at, last_at, expires_at, ip, record, reported_at, first_seen_at)
    VALUES ${Array<string>(rows).fill(values).join(', ')}`;
};

export interface BulkInsert {
  /** Empties the mirror of sessions. */
  begin(): void;
  write(page: BulkPage): void;
  /** Makes the mirror complete: no session twice, and its indexes. */
  finish(): void;
}

/**
 * Writes a first listing: rows one after the other, indexes at the end.
 * @param now when its sessions count as first seen
 */
export function createBulkInsert(db: Db, keys: HandleKeys, now: EpochMs): BulkInsert {
  const several = db.prepare(insertOf(ROWS, now));
  const single = db.prepare(insertOf(1, now));
  const insert = db.transaction((page: BulkPage) => {
    const rows = rowsOf(page, keys);
    const whole = rows.length - (rows.length % (ROWS * WIDTH));
    for (let at = 0; at < whole; at += ROWS * WIDTH) several.run(rows.slice(at, at + ROWS * WIDTH));
    for (let at = whole; at < rows.length; at += WIDTH) single.run(rows.slice(at, at + WIDTH));
  });
  return {
    begin() {
      dropSessionIndexes(db);
      db.exec('DELETE FROM sessions');
    },
    write: (page) => insert(page),
    finish() {
      makeSessionIndexes(db);
      // A listing may name a session twice (a scan of Redis); the later reading counts.
      db.exec(
        `DELETE FROM sessions WHERE short IN (SELECT short FROM sessions GROUP BY short HAVING count(*) > 1)
           AND EXISTS (SELECT 1 FROM sessions later WHERE later.short = sessions.short AND later.id = sessions.id AND later.n > sessions.n)`,
      );
    },
  };
}

const textsOf = (json: string) => JSON.parse(json) as readonly (string | null)[];

/** The values of all rows, one after the other. */
function rowsOf(page: BulkPage, keys: HandleKeys): readonly unknown[] {
  const stored = (JSON.parse(page.keys) as readonly string[]).map(storeKey);
  const ids: SessionId[] = stored.map((key) => keys.session(key));
  const sealed = keys.sealAll(stored, ids);
  const { times } = page;
  const records = Buffer.from(page.records.buffer, page.records.byteOffset, page.records.byteLength);
  const accounts = textsOf(page.accounts);
  const ips = textsOf(page.ips);
  const vias = page.vias === null ? null : textsOf(page.vias);
  const time = (at: number): number | null => {
    const value = times[at] ?? Number.NaN;
    return Number.isNaN(value) ? null : value;
  };
  const values: unknown[] = [];
  let begin = 0;
  for (let row = 0; row < ids.length; row += 1) {
    const id = ids[row] ?? '';
    const end = page.ends[row] ?? begin;
    records.write(id, begin + HANDLE_AT, 'latin1');
    values.push(
      id,
      shortOf(id),
      sealed[row],
      accounts[row] ?? null,
      vias?.[row] ?? null,
      time(row * 3),
      time(row * 3 + 1),
      time(row * 3 + 2),
      ips[row] ?? null,
      records.subarray(begin, end),
    );
    begin = end;
  }
  return values;
}

import type { Seq, SessionId } from '#shared/domain/ids.ts';
import { seq } from '#shared/domain/ids.ts';
import type { Dispose } from '#shared/domain/log.ts';
import type { Clock, EpochMs } from '#shared/domain/units.ts';
import type { Change } from '#shared/protocol/changes.ts';
import type { Db } from './database.ts';
import { packable, packedSessions, pack, unpack } from './packed-ends.ts';
import type { Viewer } from './viewer.ts';
import { sees } from './viewer.ts';

type Unnumbered<T> = T extends unknown ? Omit<T, 'seq'> : never;
/** A change before it has its number, and whose it is. */
export interface NewChange {
  readonly change: Unnumbered<Change>;
  readonly account: string | null;
  readonly via: string | null;
}

export interface LoggedChange {
  readonly seq: Seq;
  readonly account: string | null;
  readonly via: string | null;
  readonly kind: string;
  /** JSON of the change without `seq`. */
  readonly body: string;
}

export interface ChangeLog {
  /** Numbers and stores changes; call inside the transaction that makes them true. */
  append(changes: readonly NewChange[]): void;
  head(): Seq;
  /** The oldest change that is still there, or head + 1. */
  tail(): Seq;
  /**
   * @param wanted kinds that are asked for; of many ends in one row that are not, the last stands for all, without its
   *   content
   */
  read(after: Seq, limit: number, wanted?: (kind: string) => boolean): readonly LoggedChange[];
  /** Forgets what is older than `before` or more than `maxRows`, but nothing after `keepAfter`. Returns rows removed. */
  trim(limits: { before: EpochMs; maxRows: number; keepAfter: Seq }): number;
  /**
   * Those of these sessions that this viewer saw end, as far back as the log reaches.
   * @param viewer one that sees own sessions only
   */
  closedFor(ids: readonly SessionId[], viewer: Viewer): ReadonlySet<SessionId>;
  clear(): void;
  /** Told after the transaction is over (see `announce`). */
  onChange(listener: () => void): Dispose;
  announce(): void;
}

const TRIM_STEP = 5_000;
const ROWS_AT_ONCE = 500;
/** Changes in one statement, and values of each. */
const [ROWS, COLUMNS] = [25, 9];

interface ChangeRow {
  seq: number;
  account: string | null;
  via: string | null;
  kind: string;
  body: string;
  count: number;
}

export function createChangeLog(db: Db, clock: Clock): ChangeLog {
  const listeners = new Set<() => void>();
  const insertOf = (rows: number): string =>
    `INSERT INTO changes (seq, logged_at, at, kind, account, via, closed, body, count)
     VALUES ${Array<string>(rows).fill('(?, ?, ?, ?, ?, ?, ?, ?, ?)').join(', ')}`;
  const several = db.prepare(insertOf(ROWS));
  const single = db.prepare(insertOf(1));
  const readHead = db.prepare<[], { value: string }>("SELECT value FROM meta WHERE key = 'head'");
  const writeHead = db.prepare(
    "INSERT INTO meta (key, value) VALUES ('head', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
  );
  const oldest = db.prepare<[], { seq: number }>(
    'SELECT seq - count + 1 AS seq FROM changes ORDER BY seq LIMIT 1',
  );
  const page = db.prepare<[number, number], ChangeRow>(
    'SELECT seq, account, via, kind, body, count FROM changes WHERE seq > ? ORDER BY seq LIMIT ?',
  );
  const ends = db.prepare<[string], { account: string | null; via: string | null }>(
    'SELECT account, via FROM changes WHERE closed = ?',
  );
  // One look through all of them, whatever is asked for: how long it takes must not tell what there is.
  const packed = db.prepare<[string], { body: string }>(
    `SELECT body FROM changes WHERE count > 1
     AND EXISTS (SELECT 1 FROM json_each(?) AS whose WHERE instr(body, whose.value) > 0)`,
  );
  const trimStep = db.prepare(
    'DELETE FROM changes WHERE seq IN (SELECT seq FROM changes ORDER BY seq LIMIT ?) AND (logged_at < ? OR seq <= ?) AND seq <= ?',
  );
  const head = () => seq(Number(readHead.get()?.value ?? 0));
  return {
    append(changes) {
      if (changes.length === 0) return;
      let next: number = head();
      const now = clock();
      let held: unknown[] = [];
      for (let from = 0; from < changes.length;) {
        const count = packable(changes, from);
        const first = changes[from];
        if (first === undefined) break;
        const { change, account, via } = first;
        next += count;
        if (count > 1) {
          const body = pack(changes.slice(from, from + count));
          single.run([next, now, change.at, change.kind, null, null, null, body, count]);
        } else {
          const closed = change.kind === 'session.closed' ? change.id : null;
          held.push(next, now, change.at, change.kind, account, via, closed, JSON.stringify(change), 1);
        }
        from += count;
        if (held.length < ROWS * COLUMNS) continue;
        several.run(held);
        held = [];
      }
      for (let at = 0; at < held.length; at += COLUMNS) single.run(held.slice(at, at + COLUMNS));
      writeHead.run(String(next));
    },
    head,
    tail: () => seq(oldest.get()?.seq ?? head() + 1),
    read(after, limit, wanted = () => true) {
      const found: LoggedChange[] = [];
      for (let from: number = after; found.length < limit;) {
        // A row can be many changes: the next ones are read when those are not enough.
        const rows = page.all(from, Math.min(ROWS_AT_ONCE, limit - found.length));
        for (const row of rows) {
          if (found.length >= limit) break;
          const { count, ...single } = row;
          if (count === 1) found.push({ ...single, seq: seq(row.seq) });
          else if (!wanted(row.kind)) found.push({ ...single, seq: seq(row.seq), body: '' });
          else found.push(...unpack(row, after, limit - found.length));
        }
        const last = rows.at(-1);
        if (last === undefined || rows.length < ROWS_AT_ONCE) break;
        from = last.seq;
      }
      return found;
    },
    trim({ before, maxRows, keepAfter }) {
      const last = head();
      const tooMany = last - maxRows;
      let removed = 0;
      for (;;) {
        const { changes } = trimStep.run(TRIM_STEP, before, tooMany, Math.min(keepAfter, last));
        removed += changes;
        if (changes < TRIM_STEP) return removed;
      }
    },
    closedFor(ids, viewer) {
      const wanted = new Set<string>(ids);
      const found = new Set<SessionId>();
      for (const id of ids) if (ends.all(id).some((row) => sees(viewer, row))) found.add(id);
      const whose = JSON.stringify([...viewer.accounts].map((account) => JSON.stringify(account)));
      for (const { body } of packed.iterate(whose))
        for (const row of packedSessions(body))
          if (wanted.has(row.id) && sees(viewer, row)) found.add(row.id as SessionId);
      return found;
    },
    clear() {
      db.exec('DELETE FROM changes');
      writeHead.run('0');
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    announce() {
      for (const listener of [...listeners]) listener();
    },
  };
}

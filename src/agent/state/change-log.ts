import type { Seq, SessionId } from '#shared/domain/ids.ts';
import { seq } from '#shared/domain/ids.ts';
import type { Dispose } from '#shared/domain/log.ts';
import type { Clock, EpochMs } from '#shared/domain/units.ts';
import type { Change } from '#shared/protocol/changes.ts';
import type { Db } from './database.ts';
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
  read(after: Seq, limit: number): readonly LoggedChange[];
  /** Forgets what is older than `before` or more than `maxRows`, but nothing after `keepAfter`. Returns rows removed. */
  trim(limits: { before: EpochMs; maxRows: number; keepAfter: Seq }): number;
  /** Did this viewer see a session end that is not there any more? As far back as the log reaches. */
  closedFor(id: SessionId, viewer: Viewer): boolean;
  clear(): void;
  /** Told after the transaction is over (see `announce`). */
  onChange(listener: () => void): Dispose;
  announce(): void;
}

const TRIM_STEP = 5_000;
/** Changes in one statement, and values of each. */
const [ROWS, COLUMNS] = [25, 8];

interface ChangeRow {
  seq: number;
  account: string | null;
  via: string | null;
  kind: string;
  body: string;
}

export function createChangeLog(db: Db, clock: Clock): ChangeLog {
  const listeners = new Set<() => void>();
  const insertOf = (rows: number): string =>
    `INSERT INTO changes (seq, logged_at, at, kind, account, via, closed, body)
     VALUES ${Array<string>(rows).fill('(?, ?, ?, ?, ?, ?, ?, ?)').join(', ')}`;
  const several = db.prepare(insertOf(ROWS));
  const single = db.prepare(insertOf(1));
  const readHead = db.prepare<[], { value: string }>("SELECT value FROM meta WHERE key = 'head'");
  const writeHead = db.prepare(
    "INSERT INTO meta (key, value) VALUES ('head', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
  );
  const oldest = db.prepare<[], { seq: number | null }>('SELECT min(seq) AS seq FROM changes');
  const page = db.prepare<[number, number], ChangeRow>(
    'SELECT seq, account, via, kind, body FROM changes WHERE seq > ? ORDER BY seq LIMIT ?',
  );
  const ends = db.prepare<[string], { account: string | null; via: string | null }>(
    'SELECT account, via FROM changes WHERE closed = ?',
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
      for (const { change, account, via } of changes) {
        next += 1;
        const closed = change.kind === 'session.closed' ? change.id : null;
        held.push(next, now, change.at, change.kind, account, via, closed, JSON.stringify(change));
        if (held.length < ROWS * COLUMNS) continue;
        several.run(held);
        held = [];
      }
      for (let at = 0; at < held.length; at += COLUMNS) single.run(held.slice(at, at + COLUMNS));
      writeHead.run(String(next));
    },
    head,
    tail() {
      const first = oldest.get()?.seq ?? null;
      return seq(first ?? head() + 1);
    },
    read: (after, limit) => page.all(after, limit).map((row) => ({ ...row, seq: seq(row.seq) })),
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
    closedFor: (id, viewer) => ends.all(id).some((row) => sees(viewer, row)),
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

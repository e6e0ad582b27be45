import type { SessionId } from '#shared/domain/ids.ts';
import type { EpochMs } from '#shared/domain/units.ts';
import type { Session } from '#shared/protocol/records.ts';
import type { Db } from './database.ts';
import type { Viewer } from './viewer.ts';
import { shortOf } from './session-indexes.ts';
import { ownSql } from './viewer.ts';

/** A live session as it is kept. */
export interface MirroredSession {
  readonly n: number;
  readonly id: SessionId;
  readonly sealed: Buffer;
  /** JSON of the wire record. */
  readonly record: string;
  readonly account: string | null;
  readonly via: string | null;
  readonly opened_at: number | null;
  readonly last_at: number | null;
  readonly expires_at: number | null;
  readonly ip: string | null;
  readonly first_seen_at: number;
  readonly reported_at: number;
  readonly pending: number;
}

export interface SessionMirror {
  get(id: SessionId): MirroredSession | undefined;
  insert(session: Session, sealed: Buffer, now: EpochMs): number;
  /** Replaces the record. `reported`: a change was logged now; otherwise it waits (`pending`). */
  update(n: number, session: Session, reported: EpochMs | null): void;
  remove(n: number): void;
  clear(): void;
  /** Rows were written by another connection. */
  recount(): void;
  count(viewer: Viewer): number;
  /** Highest row number in use: sizes the map of seen rows in a key diff. */
  highest(): number;
  numberOf(id: SessionId): number | undefined;
  /** Row by row in order of number, without holding a read open. */
  after(n: number, limit: number): readonly MirroredSession[];
  byAccount(account: string): readonly MirroredSession[];
  /** Sessions that this account runs as others. */
  byVia(account: string): readonly MirroredSession[];
  /** Sessions whose last report is older than `before` and that changed since. */
  waiting(before: EpochMs, limit: number): readonly MirroredSession[];
}

export function createSessionMirror(db: Db): SessionMirror {
  const byId = db.prepare<[number, string], MirroredSession>(
    'SELECT * FROM sessions WHERE short = ? AND id = ?',
  );
  const number = db.prepare<[number, string], { n: number }>(
    'SELECT n FROM sessions WHERE short = ? AND id = ?',
  );
  const insert = db.prepare(
    `INSERT INTO sessions (id, short, sealed, record, account, via, opened_at, last_at, expires_at, ip, first_seen_at, reported_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const columns = 'record = ?, account = ?, via = ?, opened_at = ?, last_at = ?, expires_at = ?, ip = ?';
  const updateReported = db.prepare(
    `UPDATE sessions SET ${columns}, reported_at = ?, pending = 0 WHERE n = ?`,
  );
  const updateWaiting = db.prepare(`UPDATE sessions SET ${columns}, pending = 1 WHERE n = ?`);
  const remove = db.prepare('DELETE FROM sessions WHERE n = ?');
  const all = db.prepare<[], { count: number }>('SELECT count(*) AS count FROM sessions');
  const own = db.prepare<[string, string], { count: number }>(
    `SELECT count(*) AS count FROM sessions WHERE ${ownSql}`,
  );
  const highest = db.prepare<[], { n: number | null }>('SELECT max(n) AS n FROM sessions');
  const after = db.prepare<[number, number], MirroredSession>(
    'SELECT * FROM sessions WHERE n > ? ORDER BY n LIMIT ?',
  );
  const byAccount = db.prepare<[string], MirroredSession>('SELECT * FROM sessions WHERE account = ?');
  const byVia = db.prepare<[string], MirroredSession>('SELECT * FROM sessions WHERE via = ?');
  const waiting = db.prepare<[number, number], MirroredSession>(
    'SELECT * FROM sessions WHERE pending = 1 AND reported_at <= ? ORDER BY reported_at LIMIT ?',
  );
  let known: number | null = null;
  const total = () => (known ??= all.get()?.count ?? 0);
  const facts = (session: Session) =>
    [
      JSON.stringify(session),
      session.account?.id ?? null,
      session.via?.account.id ?? null,
      session.opened.at,
      session.last.at,
      session.expiresAt,
      session.last.ip ?? session.opened.ip,
    ] as const;
  return {
    get: (id) => byId.get(shortOf(id), id),
    insert(session, sealed, now) {
      const [record, ...rest] = facts(session);
      // Not reported as updated yet: the first update need not wait.
      const n = Number(
        insert.run(session.id, shortOf(session.id), sealed, record, ...rest, now, 0).lastInsertRowid,
      );
      known = null;
      return n;
    },
    update(n, session, reported) {
      if (reported === null) updateWaiting.run(...facts(session), n);
      else updateReported.run(...facts(session), reported, n);
    },
    remove(n) {
      remove.run(n);
      known = null;
    },
    clear() {
      db.exec('DELETE FROM sessions');
      known = null;
    },
    recount() {
      known = null;
    },
    count: (viewer) => (viewer.own === null ? total() : (own.get(viewer.own, viewer.own)?.count ?? 0)),
    highest: () => highest.get()?.n ?? 0,
    numberOf: (id) => number.get(shortOf(id), id)?.n,
    after: (n, limit) => after.all(n, limit),
    byAccount: (account) => byAccount.all(account),
    byVia: (account) => byVia.all(account),
    waiting: (before, limit) => waiting.all(before, limit),
  };
}

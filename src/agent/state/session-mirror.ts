import type { SessionId } from '#shared/domain/ids.ts';
import type { EpochMs } from '#shared/domain/units.ts';
import type { Session } from '#shared/protocol/records.ts';
import type { ListedSessions } from './bulk/listed-sessions.ts';
import type { Db } from './database.ts';
import type { BriefSession, MirroredSession } from './mirrored-session.ts';
import { shortOf } from './session-short.ts';
import type { Viewer } from './viewer.ts';
import { ownSql, sees } from './viewer.ts';

export type { BriefSession, MirroredSession } from './mirrored-session.ts';

export interface SessionMirror {
  get(id: SessionId): MirroredSession | undefined;
  /** Those of these that are alive, in the order of their numbers: neighbours are read together. */
  named(ids: ReadonlySet<SessionId>): readonly MirroredSession[];
  /** The same in brief, and cheaper where it is this account's, as one remembers it. */
  brief(id: SessionId, account: string | null): BriefSession | undefined;
  insert(session: Session, sealed: Buffer, now: EpochMs): number;
  /** Replaces the record. `reported`: a change was logged now; otherwise it waits (`pending`). */
  update(n: number, session: Session, reported: EpochMs | null): void;
  remove(n: number): void;
  clear(): void;
  /** What was done since is taken back. */
  recount(): void;
  count(viewer: Viewer): number;
  /** Highest row number in use: sizes the map of seen rows in a key diff. */
  highest(): number;
  numberOf(id: SessionId): number | undefined;
  /** Row by row in order of number, without holding a read open. */
  after(n: number, limit: number): readonly MirroredSession[];
  /** Numbers above one, in order, of rows that pass; `next` is where to go on, null at the end. */
  numbers(
    after: number,
    wanted: (n: number) => boolean,
  ): { readonly found: readonly number[]; readonly next: number | null };
  row(n: number): MirroredSession | undefined;
  /** Addresses of the latest rows that have one. */
  latestAddresses(limit: number): readonly string[];
  byAccount(account: string): readonly MirroredSession[];
  /** Of an account, those that were first seen at this time or later. */
  seenSince(account: string, since: EpochMs): readonly MirroredSession[];
  /** Sessions that this account runs as others. */
  byVia(account: string): readonly MirroredSession[];
  /** Sessions whose last report is older than `before` and that changed since. */
  waiting(before: EpochMs, limit: number): readonly MirroredSession[];
}

/** Numbers looked through at once. */
const STEP = 20_000;

/** All live sessions: rows of the database, and those of the first listing that nothing happened to since. */
export function createSessionMirror(db: Db, listed: ListedSessions): SessionMirror {
  const byId = db.prepare<[number, string], MirroredSession>(
    'SELECT * FROM sessions WHERE short = ? AND id = ?',
  );
  const byNumber = db.prepare<[number], MirroredSession>('SELECT * FROM sessions WHERE n = ?');
  const number = db.prepare<[number, string], { n: number }>(
    'SELECT n FROM sessions WHERE short = ? AND id = ?',
  );
  const insert = db.prepare(
    `INSERT INTO sessions (n, id, short, sealed, record, account, via, opened_at, last_at, expires_at, ip, first_seen_at, reported_at, pending)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const columns = 'record = ?, account = ?, via = ?, opened_at = ?, last_at = ?, expires_at = ?, ip = ?';
  const updateReported = db.prepare(
    `UPDATE sessions SET ${columns}, reported_at = ?, pending = 0 WHERE n = ?`,
  );
  const updateWaiting = db.prepare(`UPDATE sessions SET ${columns}, pending = 1 WHERE n = ?`);
  const remove = db.prepare('DELETE FROM sessions WHERE n = ?');
  const all = db.prepare<[], { count: number }>('SELECT count(*) AS count FROM sessions');
  const owned = db.prepare<[string, string], { count: number }>(
    `SELECT count(*) AS count FROM sessions WHERE ${ownSql}`,
  );
  const highest = db.prepare<[], { n: number | null }>('SELECT max(n) AS n FROM sessions');
  const after = db.prepare<[number, number], MirroredSession>(
    'SELECT * FROM sessions WHERE n > ? ORDER BY n LIMIT ?',
  );
  const numbers = db
    .prepare<[number, number], number>('SELECT n FROM sessions WHERE n > ? ORDER BY n LIMIT ?')
    .pluck();
  const byAccount = db.prepare<[string], MirroredSession>('SELECT * FROM sessions WHERE account = ?');
  const seenSince = db.prepare<[string, number], MirroredSession>(
    'SELECT * FROM sessions WHERE account = ? AND first_seen_at >= ?',
  );
  const byVia = db.prepare<[string], MirroredSession>('SELECT * FROM sessions WHERE via = ?');
  const waiting = db.prepare<[number, number], MirroredSession>(
    'SELECT * FROM sessions WHERE pending = 1 AND reported_at <= ? ORDER BY reported_at LIMIT ?',
  );
  const latest = db.prepare<[number], { ip: string | null }>(
    'SELECT ip FROM sessions ORDER BY n DESC LIMIT ?',
  );
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
  let known: number | null = null;
  const rows = () => (known ??= all.get()?.count ?? 0);
  const top = () => Math.max(highest.get()?.n ?? 0, listed.highest);
  const listedById = (id: string): MirroredSession | undefined => {
    const n = listed.find(id);
    const row = n === undefined ? undefined : listed.read(n);
    return row?.id === id ? row : undefined;
  };
  const get = (id: SessionId) => listedById(id) ?? byId.get(shortOf(id), id);
  return {
    get,
    named(ids) {
      const numbers: number[] = [];
      const rows: MirroredSession[] = [];
      for (const id of ids) {
        const n = listed.find(id);
        if (n !== undefined) numbers.push(n);
        const row = n === undefined ? byId.get(shortOf(id), id) : undefined;
        if (row !== undefined) rows.push(row);
      }
      // Sixty bits of the handle found them.
      for (const row of listed.rows(numbers.sort((a, b) => a - b))) if (ids.has(row.id)) rows.push(row);
      return rows;
    },
    brief(id, account) {
      const n = listed.find(id);
      return n !== undefined && listed.isOf(n, account) ? { n, id, account, via: null } : get(id);
    },
    insert(session, sealed, now) {
      const n = top() + 1;
      // Not reported as updated yet: the first update need not wait.
      insert.run(n, session.id, shortOf(session.id), sealed, ...facts(session), now, 0, 0);
      known = null;
      return n;
    },
    update(n, session, reported) {
      const before = listed.read(n);
      if (before === undefined) {
        if (reported === null) updateWaiting.run(...facts(session), n);
        else updateReported.run(...facts(session), reported, n);
        return;
      }
      const { id, sealed, first_seen_at } = before;
      const pending = reported === null ? 1 : 0;
      insert.run(n, id, shortOf(id), sealed, ...facts(session), first_seen_at, reported ?? 0, pending);
      listed.leave(n);
      known = null;
    },
    remove(n) {
      known = null;
      if (listed.has(n)) listed.leave(n);
      else remove.run(n);
    },
    clear() {
      db.exec('DELETE FROM sessions');
      listed.clear();
      known = null;
    },
    recount() {
      known = null;
    },
    count(viewer) {
      if (viewer.own === null) return listed.alive + rows();
      const seen = new Set<number>();
      for (const account of viewer.accounts)
        for (const found of [listed.byAccount(account), listed.byVia(account)])
          for (const row of found) if (sees(viewer, row)) seen.add(row.n);
      return seen.size + (owned.get(viewer.own, viewer.own)?.count ?? 0);
    },
    highest: top,
    numberOf: (id) => listed.find(id) ?? number.get(shortOf(id), id)?.n,
    row: (n) => listed.read(n) ?? byNumber.get(n),
    after(n, limit) {
      const own = after.all(n, limit);
      const found = listed.after(n, limit);
      if (found.length === 0) return own;
      return [...found, ...own].sort((a, b) => a.n - b.n).slice(0, limit);
    },
    numbers(from, wanted) {
      const limit = from + STEP;
      if (from < listed.highest) {
        const to = Math.min(limit, listed.highest);
        const found = listed.numbers(from, to, wanted);
        const moved = numbers.all(from, STEP).filter((n) => n <= to && wanted(n));
        return { found: [...found, ...moved].sort((a, b) => a - b), next: to };
      }
      const found = numbers.all(from, STEP);
      const next = found.length < STEP ? null : (found.at(-1) ?? null);
      return { found: found.filter((n) => wanted(n)), next };
    },
    latestAddresses(limit) {
      const rows = latest.all(limit);
      const first = Math.max(0, listed.highest - (limit - rows.length));
      const older = rows.length < limit ? listed.after(first, limit - rows.length) : [];
      return [...rows, ...older].flatMap(({ ip }) => (ip === null ? [] : [ip]));
    },
    seenSince: (account, since) => [
      ...((listed.listedAt ?? 0) >= since ? listed.byAccount(account) : []),
      ...seenSince.all(account, since),
    ],
    byAccount: (account) => [...listed.byAccount(account), ...byAccount.all(account)],
    byVia: (account) => [...listed.byVia(account), ...byVia.all(account)],
    waiting: (before, limit) => waiting.all(before, limit),
  };
}

import type { EpochMs } from '#shared/domain/units.ts';
import type { AuditEvent } from '#shared/protocol/records.ts';
import type { Db } from './database.ts';
import type { Viewer } from './viewer.ts';
import { ownSql } from './viewer.ts';

/** Whose an event is: its account, and who was behind the session it belongs to. */
export interface Whose {
  readonly account: string | null;
  readonly via: string | null;
  /** The account whose name was typed in a sign-in that failed. */
  readonly attempted?: string | undefined;
}

export interface HistoryQuery {
  readonly since: EpochMs | null;
  readonly until: EpochMs | null;
  readonly before: { readonly at: number; readonly id: string } | null;
  readonly limit: number;
}

export interface AuditTrail {
  /** False when an event with this id is there already. */
  insert(event: AuditEvent, whose: Whose): boolean;
  has(id: string): boolean;
  /** Events of an action in a time, both inclusive. */
  near(action: string, from: number, to: number): readonly AuditEvent[];
  /** The same event, told more completely. */
  replace(event: AuditEvent): void;
  /** Newest first by (at, id). */
  page(query: HistoryQuery, viewer: Viewer): readonly AuditEvent[];
  /** Newest event of one of these actions for an account, at or after `since`. */
  latest(account: string, actions: readonly string[], since: EpochMs): AuditEvent | null;
  /** Events of these actions for an account at or after `since`, oldest first; the newest 1,000. */
  recent(account: string, actions: readonly string[], since: EpochMs): readonly AuditEvent[];
  /** Accounts with events of these actions at or after `since`. */
  accountsSince(actions: readonly string[], since: EpochMs): readonly string[];
  trim(before: EpochMs): number;
  count(): number;
}

interface AuditRow {
  body: string;
}

export function createAuditTrail(db: Db): AuditTrail {
  const insert = db.prepare(
    `INSERT INTO audit (id, at, recorded_at, action, account, via, session, attempted, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO NOTHING`,
  );
  const range = 'at >= ? AND at < ? AND (at, id) < (?, ?)';
  const everyone = db.prepare<[number, number, number, string, number], AuditRow>(
    `SELECT body FROM audit WHERE ${range} ORDER BY at DESC, id DESC LIMIT ?`,
  );
  const own = db.prepare<[number, number, number, string, string, string, number], AuditRow>(
    `SELECT body FROM audit WHERE ${range} AND ${ownSql} ORDER BY at DESC, id DESC LIMIT ?`,
  );
  const latest = db.prepare<[string, number, string], AuditRow>(
    `SELECT body FROM audit WHERE account = ? AND at >= ? AND action IN (SELECT value FROM json_each(?))
     ORDER BY at DESC LIMIT 1`,
  );
  const actions = 'action IN (SELECT value FROM json_each(@actions))';
  const recent = db.prepare<[{ account: string; since: number; actions: string }], AuditRow & { at: number }>(
    `SELECT at, body FROM (
       SELECT at, id, body FROM audit WHERE account = @account AND at >= @since AND ${actions}
       UNION ALL SELECT at, id, body FROM audit WHERE attempted = @account AND at >= @since AND ${actions}
     ) ORDER BY at DESC, id DESC LIMIT 1000`,
  );
  const trim = db.prepare(
    'DELETE FROM audit WHERE n IN (SELECT n FROM audit WHERE at < ? ORDER BY at LIMIT 5000)',
  );
  const has = db.prepare<[string]>('SELECT 1 FROM audit WHERE id = ?');
  const near = db.prepare<[number, number, string], AuditRow>(
    'SELECT body FROM audit WHERE at >= ? AND at <= ? AND action = ? ORDER BY at LIMIT 1000',
  );
  const replace = db.prepare('UPDATE audit SET session = ?, body = ? WHERE id = ?');
  const count = db.prepare<[], { count: number }>('SELECT count(*) AS count FROM audit');
  const read = (row: AuditRow) => JSON.parse(row.body) as AuditEvent;
  return {
    insert(event, whose) {
      const body = JSON.stringify(event);
      const session = event.sessionId ?? null;
      const { changes } = insert.run(
        event.id,
        event.at,
        event.recordedAt,
        event.action,
        whose.account,
        whose.via,
        session,
        whose.attempted ?? null,
        body,
      );
      return changes === 1;
    },
    has: (id) => has.get(id) !== undefined,
    near: (action, from, to) => near.all(from, to, action).map(read),
    replace: (event) => void replace.run(event.sessionId ?? null, JSON.stringify(event), event.id),
    page({ since, until, before, limit }, viewer) {
      const at = before?.at ?? Number.MAX_SAFE_INTEGER;
      const bounds = [since ?? 0, until ?? Number.MAX_SAFE_INTEGER, at, before?.id ?? ''] as const;
      const rows =
        viewer.own === null
          ? everyone.all(...bounds, limit)
          : own.all(...bounds, viewer.own, viewer.own, limit);
      return rows.map(read);
    },
    latest(account, actions, since) {
      const row = latest.get(account, since, JSON.stringify(actions));
      return row === undefined ? null : read(row);
    },
    recent: (account, of, since) =>
      recent
        .all({ account, since, actions: JSON.stringify(of) })
        .map(read)
        .reverse(),
    accountsSince: (of, since) =>
      db
        .prepare<[{ since: number; actions: string }], { account: string }>(
          `SELECT DISTINCT coalesce(account, attempted) AS account FROM audit
           WHERE at >= @since AND coalesce(account, attempted) IS NOT NULL AND ${actions}`,
        )
        .all({ since, actions: JSON.stringify(of) })
        .map(({ account }) => account),
    trim: (before) => trim.run(before).changes,
    count: () => count.get()?.count ?? 0,
  };
}

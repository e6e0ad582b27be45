import type { EpochMs } from '#shared/domain/units.ts';
import type { AuditEvent } from '#shared/protocol/records.ts';
import type { Db } from './database.ts';
import type { Viewer } from './viewer.ts';
import { ownSql } from './viewer.ts';

/** Whose an event is: its account, and who was behind the session it belongs to. */
export interface Whose {
  readonly account: string | null;
  readonly via: string | null;
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
    `INSERT INTO audit (id, at, recorded_at, action, account, via, session, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
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
  const recent = db.prepare<[string, number, string], AuditRow>(
    `SELECT body FROM audit WHERE account = ? AND at >= ? AND action IN (SELECT value FROM json_each(?))
     ORDER BY at DESC LIMIT 1000`,
  );
  const trim = db.prepare(
    'DELETE FROM audit WHERE n IN (SELECT n FROM audit WHERE at < ? ORDER BY at LIMIT 5000)',
  );
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
        body,
      );
      return changes === 1;
    },
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
    recent: (account, actions, since) =>
      recent.all(account, since, JSON.stringify(actions)).map(read).reverse(),
    accountsSince: (actions, since) =>
      db
        .prepare<[number, string], { account: string }>(
          `SELECT DISTINCT account FROM audit WHERE at >= ? AND account IS NOT NULL
             AND action IN (SELECT value FROM json_each(?))`,
        )
        .all(since, JSON.stringify(actions))
        .map(({ account }) => account),
    trim: (before) => trim.run(before).changes,
    count: () => count.get()?.count ?? 0,
  };
}

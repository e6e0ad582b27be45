import type { WritableDb } from '../mirror/database.ts';
import type { KnownKeys } from '../mirror/known-keys.ts';
import { WITH_LOGIN_MS, type OpenedWith } from './evaluator.ts';
import type { LoginScore } from './login-score.ts';
import type { Where } from './write.ts';

export interface RiskWriter {
  /** Scores of sign-ins, by the keys of their events; in the transaction of the batch they come from. */
  write(
    where: Where,
    logins: readonly LoginScore[],
    keyOf: (event: string) => number | undefined,
    opened?: readonly OpenedWith[],
  ): void;
}

export function createRiskWriter(db: WritableDb, keys: KnownKeys): RiskWriter {
  const save = db.prepare(
    `INSERT INTO login_risk (event, connection, account, at, score, learning, counts) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (event) DO UPDATE SET score = excluded.score, learning = excluded.learning, counts = excluded.counts`,
  );
  const ofAccount = db.prepare(
    `INSERT INTO account_risk (account, risk, risk_at) VALUES (?, ?, ?)
     ON CONFLICT (account) DO UPDATE SET risk = excluded.risk, risk_at = excluded.risk_at
     WHERE risk_at IS NULL OR risk_at <= excluded.risk_at`,
  );
  const ofSession = db.prepare(
    `INSERT INTO session_risk (session, risk) VALUES (?, ?)
     ON CONFLICT (session) DO UPDATE SET risk = excluded.risk WHERE risk IS NOT excluded.risk`,
  );
  // With the plus, as in stories.ts: of a bare parameter SQLite prepares a join anew each time it is bound.
  const openedBy = db
    .prepare(
      `SELECT s.key FROM session s LEFT JOIN session_risk r ON r.session = s.key
       JOIN address p ON p.key = coalesce(s.opened_address, s.last_address)
       WHERE s.account = +? AND s.opened_at BETWEEN +? AND +? AND p.ip = +? AND r.risk IS NULL LIMIT 1`,
    )
    .pluck();
  const numberOrNull = (found: unknown): number | null => (typeof found === 'number' ? found : null);

  return {
    write(where, logins, keyOf, opened = []) {
      /** A session that a sign-in names is mostly told of once more when it is opened. */
      const written = new Map<string, number>();
      for (const { event, ts, user, session, ip, score, learning, counts, risk } of logins) {
        const key = keyOf(event);
        if (key === undefined) continue;
        const who = user === null ? null : keys.account(where.key, user);
        save.run(key, where.key, who, ts, score, Number(learning), counts);
        if (risk === null) continue;
        if (who !== null) ofAccount.run(who, risk, ts);
        const of =
          session !== null
            ? keys.session(where.key, session)
            : who === null || ip === null
              ? null
              : numberOrNull(openedBy.get(who, ts - WITH_LOGIN_MS, ts + WITH_LOGIN_MS, ip));
        if (of !== null) ofSession.run(of, risk);
        if (session !== null) written.set(session, risk);
      }
      for (const { session, risk } of opened) {
        if (risk === null || written.get(session) === risk) continue;
        const of = keys.session(where.key, session);
        if (of !== null) ofSession.run(of, risk);
      }
    },
  };
}

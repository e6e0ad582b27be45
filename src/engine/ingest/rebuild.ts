import type { AuditEvent } from '#shared/protocol/records.ts';
import type { WritableDb } from '../mirror/database.ts';
import type { Dictionaries } from '../mirror/dictionaries.ts';
import type { AccountWriter } from '../mirror/write-accounts.ts';

export interface Rebuilder {
  /**
   * Puts sessions that ended before anybody watched together from the store's own log. Pages may come in any order
   * and twice. `snapshotAt`: a session of an event before it, that the snapshot did not hold, has ended.
   */
  fromHistory(connection: number, event: AuditEvent, snapshotAt: number): void;
  /** An end that was not watched (cause unknown) gets its cause from the log. */
  explain(connection: number, event: AuditEvent): void;
}

const ENDS: Readonly<Record<string, string>> = { logout: 'logout', 'session-revoked': 'revoked' };

/** All calls must be inside a transaction of `db`. */
export function createRebuilder(
  db: WritableDb,
  dictionaries: Dictionaries,
  accounts: AccountWriter,
): Rebuilder {
  const kind = db.prepare('SELECT rebuilt FROM session WHERE key = ?').pluck();
  const begin = db.prepare(
    `INSERT INTO session (key, connection, account, opened_at, last_seen_at, ended_at, cause, opened_address,
       opened_device, marks, rebuilt)
     VALUES (@key, @connection, @account, @openedAt, @at, @at, @cause, @address, @device, @marks, 1)`,
  );
  // Whatever order events come in: the earliest sign-in opens, the latest event ends, a stated cause beats "unknown".
  const extend = db.prepare(
    `UPDATE session SET account = coalesce(account, @account),
       opened_at = CASE WHEN @openedAt IS NULL THEN opened_at ELSE min(coalesce(opened_at, @openedAt), @openedAt) END,
       last_seen_at = max(coalesce(last_seen_at, 0), @at),
       ended_at = max(coalesce(ended_at, 0), @at),
       ended_after = NULL,
       cause = CASE WHEN @cause = @unknown THEN cause ELSE @cause END,
       opened_address = CASE WHEN @openedAt IS NULL THEN coalesce(opened_address, @address) ELSE coalesce(@address, opened_address) END,
       opened_device = CASE WHEN @openedAt IS NULL THEN coalesce(opened_device, @device) ELSE coalesce(@device, opened_device) END
     WHERE key = @key AND rebuilt = 1`,
  );
  const explain = db.prepare(
    `UPDATE session SET cause = @cause, ended_at = max(@at, coalesce(opened_at, 0)), ended_after = NULL
     WHERE key = @key AND cause = @unknown AND ended_at IS NOT NULL AND rebuilt = 0
       AND @at >= coalesce(ended_after, 0) - 3600000`,
  );
  const observe = db.prepare(
    `INSERT OR IGNORE INTO observation (session, at, address, device, account, via, marks) VALUES (?, ?, ?, ?, ?, 0, ?)`,
  );

  const observed = db.prepare(
    `SELECT 1 FROM observation WHERE session = @key AND (address = @address OR @address = 0)
       AND (device = @device OR @device = 0) AND at <= @at`,
  );

  const explainEnd = (connection: number, event: AuditEvent): void => {
    const cause = ENDS[event.action];
    if (event.sessionId === undefined || cause === undefined || event.outcome === 'failure') return;
    const { key, state } = dictionaries.session(connection, event.sessionId);
    // Known to be open, or not to be there: it has no end to be explained.
    if (state === null || state?.ended_at === null) return;
    explain.run({
      key,
      at: event.at,
      cause: dictionaries.word(cause),
      unknown: dictionaries.word('unknown'),
    });
  };

  return {
    explain: explainEnd,
    fromHistory(connection, event, snapshotAt) {
      if (event.sessionId === undefined || event.outcome === 'failure') return;
      const handle = dictionaries.session(connection, event.sessionId);
      const { key } = handle;
      const known = kind.get(key);
      if (known === 0) {
        explainEnd(connection, event);
        return;
      }
      if (event.at >= snapshotAt) return;
      const owner = event.account?.id;
      const marks = dictionaries.word('[]');
      const values = {
        key,
        connection,
        account:
          owner === undefined
            ? null
            : accounts.refer(connection, { id: owner, name: event.account?.name ?? '' }),
        openedAt: event.action === 'login' ? event.at : null,
        at: event.at,
        cause: dictionaries.word(ENDS[event.action] ?? 'unknown'),
        address: event.ip === undefined ? null : dictionaries.address(event.ip).key,
        device: event.userAgent === undefined ? null : dictionaries.device(event.userAgent).key,
      };
      handle.state = undefined;
      if (known === undefined) begin.run({ ...values, marks });
      else extend.run({ ...values, unknown: dictionaries.word('unknown') });
      // Also what is no sign-in says where the session was, and since when: history is read backwards.
      const seen =
        observed.get({ key, address: values.address ?? 0, device: values.device ?? 0, at: event.at }) !==
        undefined;
      if (event.action === 'login' || !seen) {
        observe.run(key, event.at, values.address ?? 0, values.device ?? 0, values.account ?? 0, marks);
      }
    },
  };
}

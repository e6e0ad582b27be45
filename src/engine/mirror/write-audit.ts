import type { AuditEvent } from '#shared/protocol/records.ts';
import { MINUTE } from '#shared/domain/units.ts';
import type { WritableDb } from './database.ts';
import type { Dictionaries } from './dictionaries.ts';
import type { AccountWriter } from './write-accounts.ts';
import type { Enriched } from './write-sessions.ts';

export interface AuditWriter {
  /** Null when the event is here already: history and stream overlap, and an event counts once. */
  write(connection: number, event: AuditEvent): AuditWritten | null;
}
export interface AuditWritten extends Enriched {
  readonly key: number;
}

const OUTCOMES = { unknown: 0, success: 1, failure: 2 } as const;

/** All calls must be inside a transaction of `db`. */
export function createAuditWriter(
  db: WritableDb,
  dictionaries: Dictionaries,
  accounts: AccountWriter,
): AuditWriter {
  const known = db.prepare('SELECT 1 FROM audit WHERE connection = ? AND id = ?').pluck();
  const insert = db.prepare(
    `INSERT INTO audit (connection, id, at, recorded_at, action, outcome, reason, account, account_name, address,
       device, session, actor_id, actor_name, object_kind, object_id, object_name, message, attributes)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const count = db.prepare(
    `INSERT INTO tally (connection, minute, sign_ins, failures) VALUES (?, ?, ?, ?)
     ON CONFLICT (connection, minute) DO UPDATE SET sign_ins = sign_ins + excluded.sign_ins,
       failures = failures + excluded.failures`,
  );
  const word = (text: string | undefined): number | null =>
    text === undefined ? null : dictionaries.word(text);

  return {
    write(connection, event) {
      if (known.get(connection, event.id) !== undefined) return null;
      const address = event.ip === undefined ? null : dictionaries.address(event.ip);
      const device = event.userAgent === undefined ? null : dictionaries.device(event.userAgent);
      const { account } = event;
      const { lastInsertRowid } = insert.run(
        connection,
        event.id,
        event.at,
        event.recordedAt,
        dictionaries.word(event.action),
        OUTCOMES[event.outcome],
        word(event.reason),
        account?.id === undefined ? null : accounts.refer(connection, { id: account.id, name: account.name }),
        word(account?.name),
        address?.key ?? null,
        device?.key ?? null,
        event.sessionId === undefined ? null : dictionaries.handle(connection, event.sessionId),
        event.actor?.id ?? null,
        word(event.actor?.name),
        word(event.object?.kind),
        event.object?.id ?? null,
        event.object?.name ?? null,
        event.message ?? null,
        event.attributes === undefined ? null : JSON.stringify(event.attributes),
      );
      if (event.action === 'login' && event.outcome !== 'unknown') {
        const failed = event.outcome === 'failure' ? 1 : 0;
        count.run(connection, Math.floor(event.at / MINUTE), 1 - failed, failed);
      }
      return { key: Number(lastInsertRowid), address, device };
    },
  };
}

import { z } from 'zod';
import type { CloseReason, Session } from '#shared/protocol/records.ts';
import type { AddressFacts, DeviceFacts, Dictionaries } from './dictionaries.ts';
import type { AccountWriter } from './write-accounts.ts';
import type { WritableDb } from './database.ts';

/** What a write did to the number of live sessions, and what was found out about the session. */
export interface SessionWritten {
  readonly live: -1 | 0 | 1;
  readonly opened: Enriched;
  readonly last: Enriched;
}
export interface Enriched {
  readonly address: AddressFacts | null;
  readonly device: DeviceFacts | null;
}

export interface Ending {
  readonly at: number;
  /** Set when the end was not watched: it lies between this and `at`. */
  readonly after?: number | null;
  readonly reason: CloseReason;
  readonly command?: string | undefined;
  readonly rule?: string | undefined;
}

export interface SessionWriter {
  /** @param at when the agent saw it so; used where the session itself does not say */
  upsert(connection: number, session: Session, at: number, view: string): SessionWritten;
  /** Returns the change in the number of live sessions. Unknown ids are nothing to end. */
  close(connection: number, id: string, ending: Ending): -1 | 0;
}

const Current = z.object({
  account: z.number().nullable(),
  via: z.number().nullable(),
  address: z.number().nullable(),
  device: z.number().nullable(),
  marks: z.number(),
  ended_at: z.number().nullable(),
});

/** All calls must be inside a transaction of `db`. */
export function createSessionWriter(
  db: WritableDb,
  dictionaries: Dictionaries,
  accounts: AccountWriter,
): SessionWriter {
  const current = db.prepare(
    `SELECT account, via, coalesce(last_address, opened_address) AS address,
       coalesce(last_device, opened_device) AS device, marks, ended_at
     FROM session WHERE key = ?`,
  );
  const write = db.prepare(
    `INSERT INTO session (key, connection, account, via, opened_at, last_seen_at, expires_at, opened_address,
       opened_device, last_address, last_device, marks, attributes, replaces, view)
     VALUES (@key, @connection, @account, @via, @openedAt, @lastSeenAt, @expiresAt, @openedAddress, @openedDevice,
       @lastAddress, @lastDevice, @marks, @attributes, @replaces, @view)
     ON CONFLICT (key) DO UPDATE SET account = excluded.account, via = excluded.via,
       opened_at = coalesce(excluded.opened_at, opened_at), last_seen_at = excluded.last_seen_at,
       expires_at = excluded.expires_at, opened_address = coalesce(excluded.opened_address, opened_address),
       opened_device = coalesce(excluded.opened_device, opened_device), last_address = excluded.last_address,
       last_device = excluded.last_device, marks = excluded.marks, attributes = excluded.attributes,
       replaces = coalesce(excluded.replaces, replaces), view = excluded.view, rebuilt = 0, ended_at = NULL,
       ended_after = NULL, cause = NULL, command = NULL, rule = NULL`,
  );
  const observe = db.prepare(
    `INSERT OR IGNORE INTO observation (session, at, address, device, account, via, marks)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const findHandle = db.prepare('SELECT key FROM handle WHERE connection = ? AND id = ?').pluck();
  const end = db.prepare(
    `UPDATE session SET ended_at = max(@at, coalesce(opened_at, 0)), ended_after = @after, cause = @cause,
       command = @command, rule = @rule
     WHERE key = @key AND ended_at IS NULL`,
  );
  // A cause learnt later is better than none.
  const explain = db.prepare(
    `UPDATE session SET ended_at = max(@at, coalesce(opened_at, 0)), ended_after = @after, cause = @cause,
       command = @command, rule = @rule
     WHERE key = @key AND cause = @unknown AND @cause <> @unknown`,
  );

  const facts = (ip: string | null, userAgent: string | null): Enriched => ({
    address: ip === null ? null : dictionaries.address(ip),
    device: userAgent === null ? null : dictionaries.device(userAgent),
  });

  return {
    upsert(connection, session, at, view) {
      const key = dictionaries.handle(connection, session.id);
      const opened = facts(session.opened.ip, session.opened.userAgent);
      const last = facts(session.last.ip, session.last.userAgent);
      const account = session.account === null ? null : accounts.refer(connection, session.account);
      const via = session.via === undefined ? null : accounts.refer(connection, session.via.account);
      const marks = dictionaries.word(JSON.stringify(session.marks));
      const raw = current.get(key);
      const before = raw === undefined ? null : Current.parse(raw);
      write.run({
        key,
        connection,
        account,
        via,
        openedAt: session.opened.at,
        lastSeenAt: session.last.at,
        expiresAt: session.expiresAt,
        openedAddress: opened.address?.key ?? null,
        openedDevice: opened.device?.key ?? null,
        lastAddress: last.address?.key ?? null,
        lastDevice: last.device?.key ?? null,
        marks,
        attributes: session.attributes === undefined ? null : JSON.stringify(session.attributes),
        replaces: session.replaces ?? null,
        view: dictionaries.word(view),
      });
      const address = (last.address ?? opened.address)?.key ?? null;
      const device = (last.device ?? opened.device)?.key ?? null;
      const rest = [account ?? 0, via ?? 0, marks] as const;
      const differs =
        before !== null &&
        (before.address !== address ||
          before.device !== device ||
          before.account !== account ||
          before.via !== via ||
          before.marks !== marks);
      if (before === null) {
        const first = [opened.address?.key ?? 0, opened.device?.key ?? 0] as const;
        observe.run(
          key,
          session.opened.at ?? at,
          first[0] === 0 ? (address ?? 0) : first[0],
          first[1] === 0 ? (device ?? 0) : first[1],
          ...rest,
        );
        const moved = (first[0] !== 0 && address !== first[0]) || (first[1] !== 0 && device !== first[1]);
        if (moved) observe.run(key, session.last.at ?? at, address ?? 0, device ?? 0, ...rest);
      } else if (differs) {
        observe.run(key, session.last.at ?? at, address ?? 0, device ?? 0, ...rest);
      }
      return { live: before === null || before.ended_at !== null ? 1 : 0, opened, last };
    },
    close(connection, id, ending) {
      const key = findHandle.get(connection, id);
      if (key === undefined) return 0;
      const values = {
        key,
        at: ending.at,
        after: ending.after ?? null,
        cause: dictionaries.word(ending.reason),
        command: ending.command ?? null,
        rule: ending.rule ?? null,
      };
      if (end.run(values).changes === 1) return -1;
      explain.run({ ...values, unknown: dictionaries.word('unknown') });
      return 0;
    },
  };
}

import type { AuditEvent } from '#shared/protocol/records.ts';
import { MINUTE } from '#shared/domain/units.ts';
import type { WritableDb } from './database.ts';
import type { SegmentKind } from './audit-segments.ts';
import type { Dictionaries } from './dictionaries.ts';
import { createSegmentsInUse } from './segments-in-use.ts';
import type { AccountWriter, MentionedAccount } from './write-accounts.ts';
import type { Enriched } from './write-sessions.ts';

export interface AuditWriter {
  /** Null when the event is here already: history and stream overlap, and an event counts once. */
  write(connection: number, event: AuditEvent, kind: SegmentKind): AuditWritten | null;
  /** Whether it would be: outside of transactions too. */
  readonly isHere: (connection: number, event: Pick<AuditEvent, 'id' | 'at'>) => boolean;
  /** Writes down what was counted; before every commit and every savepoint. */
  flush(): void;
  /** After a rollback. */
  forget(): void;
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
  limits: { readonly leastRows?: number } = {},
): AuditWriter {
  const segments = createSegmentsInUse(db, limits);
  const count = db.prepare(
    `INSERT INTO tally (connection, minute, sign_ins, failures) VALUES (?, ?, ?, ?)
     ON CONFLICT (connection, minute) DO UPDATE SET sign_ins = sign_ins + excluded.sign_ins,
       failures = failures + excluded.failures`,
  );
  const word = (text: string | undefined): number | null =>
    text === undefined ? null : dictionaries.word(text);

  /** People are mentioned by one name again and again. */
  const wordOf = (account: MentionedAccount, name: string): number => {
    if (account.written?.name !== name) account.written = { name, word: dictionaries.word(name) };
    return account.written.word;
  };

  /** Sign-ins since the last flush, by connection and minute. */
  const signIns = new Map<number, Map<number, { good: number; bad: number }>>();
  const note = (connection: number, at: number, failed: boolean): void => {
    let of = signIns.get(connection);
    if (of === undefined) signIns.set(connection, (of = new Map<number, { good: number; bad: number }>()));
    const minute = Math.floor(at / MINUTE);
    const held = of.get(minute);
    if (held === undefined) of.set(minute, { good: failed ? 0 : 1, bad: failed ? 1 : 0 });
    else if (failed) held.bad += 1;
    else held.good += 1;
  };

  return {
    isHere: (connection, { id, at }) => segments.find(connection, id, at).here,
    write(connection, event, kind) {
      const { hash, here } = segments.find(connection, event.id, event.at);
      if (here) return null;
      const { ip, userAgent, sessionId } = event;
      const of = sessionId === undefined ? null : dictionaries.session(connection, sessionId);
      const address =
        ip === undefined ? null : of === null ? dictionaries.address(ip) : dictionaries.addressOf(of, ip);
      const device =
        userAgent === undefined
          ? null
          : of === null
            ? dictionaries.device(userAgent)
            : dictionaries.deviceOf(of, userAgent);
      const { account } = event;
      const mentioned =
        account?.id === undefined ? null : accounts.mention(connection, account.id, account.name);
      const key = segments.insert(kind, hash, event.at, connection, [
        0,
        0,
        connection,
        event.id,
        event.at,
        event.recordedAt,
        dictionaries.word(event.action),
        OUTCOMES[event.outcome],
        word(event.reason),
        mentioned?.key ?? null,
        mentioned === null ? word(account?.name) : wordOf(mentioned, account?.name ?? ''),
        address?.key ?? null,
        device?.key ?? null,
        of?.key ?? null,
        event.actor?.id ?? null,
        word(event.actor?.name),
        word(event.object?.kind),
        event.object?.id ?? null,
        event.object?.name ?? null,
        event.message ?? null,
        event.attributes === undefined ? null : JSON.stringify(event.attributes),
      ]);
      if (event.action === 'login' && event.outcome !== 'unknown') {
        note(connection, event.at, event.outcome === 'failure');
      }
      return { key, address, device };
    },
    flush: () => {
      segments.flush();
      for (const [connection, minutes] of signIns) {
        for (const [minute, { good, bad }] of minutes) count.run(connection, minute, good, bad);
      }
      signIns.clear();
    },
    forget: () => {
      segments.forget();
      signIns.clear();
    },
  };
}

import { z } from 'zod';
import { AccountId, EventId, SessionId, type RuleId } from '#shared/domain/ids.ts';
import { EpochMs, epochMs } from '#shared/domain/units.ts';
import type { RuleAccount, RuleEvent, RuleFacts, RuleSession } from '#shared/rules/facts.ts';
import { auditSegments } from '../mirror/audit-segments.ts';
import type { ReadableDb } from '../mirror/database.ts';

/** A session of the past or present, with when it ended. */
export interface PastSession extends RuleSession {
  readonly endedAt: EpochMs | null;
}
/** One account's sessions and events, as the mirror has them. */
export interface MirroredGroup {
  /** Of the mirror. */
  readonly key: number;
  readonly account: RuleAccount;
  readonly privileged: boolean;
  readonly sessions: readonly PastSession[];
  readonly events: readonly RuleEvent[];
}

/** Where something was done from, as the mirror has it. */
export const SeenFrom = z.object({
  ip: z.string().nullable(),
  country: z.string().nullable(),
  region: z.string().nullable(),
  user_agent: z.string().nullable(),
  class: z.string().nullable(),
  type_key: z.string().nullable(),
});
const Row = SeenFrom.extend({
  holder: z.number(),
  id: SessionId,
  opened_at: EpochMs.nullable(),
  first_at: EpochMs.nullable(),
  last_seen_at: EpochMs.nullable(),
  expires_at: EpochMs.nullable(),
  ended_at: EpochMs.nullable(),
});
const AccountRow = z.object({
  key: z.number(),
  id: AccountId,
  name: z.string(),
  roles: z.string().transform((text) => z.array(z.string()).parse(JSON.parse(text))),
  privileged: z.number(),
  service: z.number(),
});

/** What the mirror knows of places and devices; filled while sessions are read. */
export interface MirroredFacts extends RuleFacts {
  note(row: z.infer<typeof SeenFrom>): void;
}

export function mirroredFacts(writeIntervalMs: number): MirroredFacts {
  const places = new Map<string, { country: string; region: string | null }>();
  const devices = new Map<string, { deviceClass: string | null; key: string }>();
  return {
    writeIntervalMs,
    place: (ip) => places.get(ip) ?? null,
    device: (text) => devices.get(text) ?? null,
    // The lists stay with the agent: by them it alone can say.
    list: () => null,
    note({ ip, country, region, user_agent, class: deviceClass, type_key }) {
      if (ip !== null && country !== null) places.set(ip, { country, region });
      if (user_agent !== null) devices.set(user_agent, { deviceClass, key: type_key ?? '' });
    },
  };
}

/** Keys of the accounts that had a session after `since` (null: that have one now). A masquerade is who is behind it. */
export function holders(db: ReadableDb, connection: number, since: number | null): readonly number[] {
  return db
    .prepare(
      `SELECT DISTINCT coalesce(via, account) AS holder FROM session
       WHERE connection = @connection AND coalesce(via, account) IS NOT NULL
         AND (ended_at IS NULL OR (@since IS NOT NULL AND ended_at >= @since))`,
    )
    .pluck()
    .all({ connection, since })
    .map((key) => z.number().parse(key));
}

const SESSIONS = `SELECT coalesce(s.via, s.account) AS holder, h.id, s.opened_at,
    (SELECT min(o.at) FROM observation o WHERE o.session = s.key) AS first_at, s.last_seen_at, s.expires_at, s.ended_at,
    p.ip, p.country, p.region, d.user_agent, d.class, d.type_key
  FROM session s JOIN handle h ON h.key = s.key
    LEFT JOIN address p ON p.key = coalesce(s.last_address, s.opened_address)
    LEFT JOIN device d ON d.key = coalesce(s.last_device, s.opened_device)`;

/** Groups of these accounts. `now` stands in where nothing says since when a session is there. */
export function readGroups(
  db: ReadableDb,
  connection: number,
  keys: readonly number[],
  since: number | null,
  now: number,
  facts: MirroredFacts,
  events: ReadonlyMap<number, readonly RuleEvent[]>,
): readonly MirroredGroup[] {
  const bound = { connection, keys: JSON.stringify(keys), since };
  const time =
    's.connection = @connection AND (s.ended_at IS NULL OR (@since IS NOT NULL AND s.ended_at >= @since))';
  const list = '(SELECT value FROM json_each(@keys))';
  const rows = db
    .prepare(
      `${SESSIONS} WHERE ${time} AND s.via IS NULL AND s.account IN ${list}
       UNION ALL ${SESSIONS} WHERE ${time} AND s.via IN ${list}`,
    )
    .all(bound)
    .map((raw) => Row.parse(raw));
  const sessions = new Map<number, PastSession[]>();
  for (const row of rows) {
    facts.note(row);
    const session: PastSession = {
      id: row.id,
      openedAt: row.opened_at,
      firstSeenAt: row.first_at ?? row.opened_at ?? row.last_seen_at ?? epochMs(now),
      lastSeenAt: row.last_seen_at,
      expiresAt: row.expires_at,
      ip: row.ip,
      userAgent: row.user_agent,
      endedAt: row.ended_at,
    };
    const known = sessions.get(row.holder);
    if (known === undefined) sessions.set(row.holder, [session]);
    else known.push(session);
  }
  return db
    .prepare(`SELECT key, id, name, roles, privileged, service FROM account WHERE key IN ${list}`)
    .all({ keys: bound.keys })
    .map((raw) => {
      const { key, id, name, roles, privileged, service } = AccountRow.parse(raw);
      return {
        key,
        account: { id, name, roles, service: service === 1 },
        privileged: privileged === 1,
        sessions: sessions.get(key) ?? [],
        events: events.get(key) ?? [],
      };
    });
}

const EventRow = z.object({
  id: EventId,
  at: EpochMs,
  account: z.number(),
  failed: z.number(),
  session: SessionId.nullable(),
  ip: z.string().nullable(),
});

/** Changed credentials and failed sign-ins since then, by account. Yields between the tables of the mirror. */
export function* readEvents(
  db: ReadableDb,
  connection: number,
  since: number,
): Generator<undefined, ReadonlyMap<number, readonly RuleEvent[]>, undefined> {
  const found = new Map<number, RuleEvent[]>();
  for (const { table } of auditSegments(db, { since, connections: [connection] })) {
    const rows = db
      .prepare(
        `SELECT e.id, e.at, coalesce(e.account, a.key) AS account, (w.text = 'login') AS failed, h.id AS session, p.ip
         FROM ${table} e JOIN word w ON w.key = e.action
           LEFT JOIN word n ON n.key = e.account_name
           LEFT JOIN account a ON e.account IS NULL AND a.connection = e.connection AND a.name = n.text COLLATE NOCASE
           LEFT JOIN handle h ON h.key = e.session
           LEFT JOIN address p ON p.key = e.address
         WHERE e.connection = @connection AND e.at >= @since AND coalesce(e.account, a.key) IS NOT NULL
           AND ((w.text = 'login' AND e.outcome = 2)
             OR (w.text IN ('password-changed', 'password-reset') AND e.outcome <> 2))`,
      )
      .all({ connection, since });
    for (const raw of rows) {
      const { id, at, account, failed, session, ip } = EventRow.parse(raw);
      const event: RuleEvent = {
        id,
        at,
        kind: failed === 1 ? 'login-failed' : 'credential-changed',
        sessionId: session,
        ip,
      };
      const known = found.get(account);
      if (known === undefined) found.set(account, [event]);
      else known.push(event);
    }
    yield;
  }
  for (const list of found.values()) list.sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  return found;
}

/** No rule of a simulation has acted before. */
export const nothingSettled = (_rule: RuleId): number => 0;

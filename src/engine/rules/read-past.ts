import { z } from 'zod';
import { AccountId, SessionId } from '#shared/domain/ids.ts';
import { EpochMs } from '#shared/domain/units.ts';
import type { RuleAccount } from '#shared/rules/facts.ts';
import type { ReadableDb } from '../mirror/database.ts';
import { SeenFrom, type MirroredFacts } from './read-groups.ts';

/** What was so from an instant on. */
interface From {
  readonly at: number;
}
/** Where a session was used from, from then on. */
export interface PastSighting extends From {
  readonly ip: string | null;
  readonly userAgent: string | null;
}
/** Name, roles and kind of an account, from then on. */
export interface PastAccount extends From {
  readonly account: RuleAccount;
}

const Change = z.object({
  key: z.number(),
  id: AccountId,
  at: EpochMs,
  name: z.string(),
  roles: z.string().transform((text) => z.array(z.string()).parse(JSON.parse(text))),
  service: z.number(),
});

/** How each of these accounts changed, oldest first. */
export function pastAccounts(
  db: ReadableDb,
  keys: readonly number[],
): ReadonlyMap<number, readonly PastAccount[]> {
  const found = new Map<number, PastAccount[]>();
  const rows = db.prepare(
    `SELECT a.key, a.id, x.at, x.name, x.roles, x.service FROM json_each(?) j
     CROSS JOIN account_change x ON x.account = j.value JOIN account a ON a.key = x.account ORDER BY x.account, x.at`,
  );
  for (const raw of rows.all(JSON.stringify(keys))) {
    const { key, id, at, name, roles, service } = Change.parse(raw);
    const known = found.get(key) ?? [];
    found.set(key, known);
    known.push({ at, account: { id, name, roles, service: service === 1 } });
  }
  return found;
}

const Sighting = SeenFrom.extend({ id: SessionId, at: EpochMs });

/** Where from the sessions of these accounts were used, oldest first. Places and devices are noted in `facts`. */
export function pastSightings(
  db: ReadableDb,
  connection: number,
  keys: readonly number[],
  since: number,
  facts: MirroredFacts,
): ReadonlyMap<string, readonly PastSighting[]> {
  const list = '(SELECT value FROM json_each(@keys))';
  const rows = db.prepare(
    `SELECT h.id, o.at, p.ip, p.country, p.region, d.user_agent, d.class, d.type_key
     FROM session s JOIN observation o ON o.session = s.key JOIN handle h ON h.key = s.key
       LEFT JOIN address p ON p.key = o.address LEFT JOIN device d ON d.key = o.device
     WHERE s.connection = @connection AND (s.ended_at IS NULL OR s.ended_at >= @since)
       AND (s.account IN ${list} OR s.via IN ${list})
     ORDER BY o.session, o.at`,
  );
  const found = new Map<string, PastSighting[]>();
  for (const raw of rows.all({ connection, since, keys: JSON.stringify(keys) })) {
    const row = Sighting.parse(raw);
    facts.note(row);
    const known = found.get(row.id) ?? [];
    found.set(row.id, known);
    known.push({ at: row.at, ip: row.ip, userAgent: row.user_agent });
  }
  return found;
}

/** What was so at an instant; before the first record, what that says. */
export function asOfThen<T extends From>(past: readonly T[] | undefined, at: number): T | null {
  let found = past?.[0] ?? null;
  for (const one of past ?? []) {
    if (one.at > at) break;
    found = one;
  }
  return found;
}

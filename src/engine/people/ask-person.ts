import { z } from 'zod';
import type { ParsedOf } from '#shared/ipc/contract.ts';
import { AccountId, ConnectionId, SessionId } from '#shared/domain/ids.ts';
import { DAY, EpochMs, epochMs } from '#shared/domain/units.ts';
import type { PEOPLE_METHODS } from '#shared/ipc/people-contract.ts';
import type { Lane, PersonAccount, PersonView } from '#shared/ipc/people-views.ts';
import { rowsOf } from '../mirror/session-rows.ts';
import { auditRows } from '../mirror/audit-rows.ts';
import type { ReadableDb } from '../mirror/database.ts';
import type { Question } from '../mirror/question.ts';
import { ownAccounts, ownKey } from '../mirror/own-accounts.ts';
import { dictionaryFacts } from './dictionary-facts.ts';
import { eachWithStays, type Stay } from './stays.ts';
import { createGatherer, daysBetween, regroup, SessionFacts } from './gather.ts';
import { findAccount } from './identities.ts';
import { edgeFinder, readRules } from './identity-edges.ts';
import { eventsOf, loginWord, newest } from './person-events.ts';

type Request = ParsedOf<(typeof PEOPLE_METHODS)['people.get']>;

const MOST_LIVE = 200;
const MOST_SESSIONS = 20_000;
const MOST_LANES = 400;
const MOST_EVENTS_SHOWN = 100;
const MOST_OF_A_KIND = 20;

/** Accounts that are the same person as this one, itself among them, smallest key first. */
const companions = (db: ReadableDb, account: number): readonly number[] =>
  db
    .prepare(
      `SELECT account FROM identity WHERE person = (SELECT person FROM identity WHERE account = @account)
       UNION SELECT @account ORDER BY 1`,
    )
    .pluck()
    .all({ account })
    .map(Number);

/** Everything about one person, over all the accounts that are joined, in steps. */
export function* personView(db: ReadableDb, request: Request, now: EpochMs): Question<PersonView | null> {
  const account = findAccount(db, request.at);
  if (account === null) return null;
  const keys = companions(db, account);
  const accounts = describeAccounts(db, keys);
  const since = epochMs(now - request.days * DAY);
  yield;
  const bound = { keys: JSON.stringify(keys), since, until: now };
  const live = db
    .prepare(
      `SELECT key FROM session WHERE account IN (SELECT value FROM json_each(@keys)) AND ended_at IS NULL
       ORDER BY last_seen_at DESC LIMIT ${String(MOST_LIVE)}`,
    )
    .pluck()
    .all({ keys: bound.keys })
    .map(Number);
  yield;
  const gatherer = createGatherer(loginWord(db), request.zone);
  const sessions = db
    .prepare(
      `SELECT key, account, opened_at AS "from", coalesce(ended_at, last_seen_at) AS "to" FROM session WHERE account IN (SELECT value FROM json_each(@keys))
         AND (ended_at IS NULL OR ended_at >= @since)
       ORDER BY opened_at DESC LIMIT ${String(MOST_SESSIONS)}`,
    )
    .all({ keys: bound.keys, since })
    .map((row) => SessionFacts.parse(row));
  yield;
  const among = new Set(keys);
  // Of the period, and of this person: in a session that was used on after a sign-out somebody else may have been before.
  const counts = ({ to, account: who }: Stay): boolean => to >= since && who !== null && among.has(who);
  yield* eachWithStays(db, sessions, (one, stays) => {
    gatherer.session(one, stays.filter(counts));
  });
  const shown = newest(MOST_EVENTS_SHOWN);
  const more = yield* eventsOf(db, 'account', keys, { since, until: now + DAY }, (event) => {
    gatherer.event(event);
    shown.take(event);
  });
  const { gathered } = gatherer;
  const facts = dictionaryFacts(db);
  const lanes = lanesOf(
    db,
    sessions.slice(0, MOST_LANES).map(({ key }) => key),
  );
  yield;
  const bounds = z.object({ first: EpochMs.nullable(), last: EpochMs.nullable() }).parse(
    db
      .prepare(
        `SELECT min(opened_at) AS first, max(coalesce(last_seen_at, ended_at)) AS last FROM session
           WHERE account IN (SELECT value FROM json_each(?))`,
      )
      .get(bound.keys),
  );
  const lower = [bounds.first, gathered.first].filter((one) => one !== null);
  const upper = [bounds.last, gathered.last].filter((one) => one !== null);
  return {
    at: accounts[0] ?? request.at,
    name: accounts[0]?.name ?? request.at.id,
    accounts,
    live: rowsOf(db, live, now),
    first: lower.length === 0 ? null : epochMs(Math.min(...lower)),
    last: upper.length === 0 ? null : epochMs(Math.max(...upper)),
    since,
    until: now,
    sessions: gathered.sessions,
    signIns: gathered.signIns,
    failures: gathered.failures,
    places: regroup(gathered.byAddress, facts.place, MOST_OF_A_KIND),
    networks: regroup(gathered.byAddress, facts.network, MOST_OF_A_KIND),
    devices: regroup(gathered.byDevice, facts.device, MOST_OF_A_KIND),
    addresses: regroup(gathered.byAddress, facts.ip, MOST_OF_A_KIND),
    hours: gathered.hours,
    days: daysBetween(gathered, since, now, request.zone),
    lanes,
    events: auditRows(db, shown.keys()),
    capped: more || sessions.length === MOST_SESSIONS,
  };
}

const Texts = z.string().transform((text) => z.array(z.string()).parse(JSON.parse(text)));
const AccountRow = z.object({
  key: z.number(),
  connection: ConnectionId,
  id: AccountId,
  name: z.string(),
  email: z.string().nullable(),
  roles: Texts,
  status: z.enum(['active', 'blocked', 'unknown']).catch('unknown'),
  privileged: z.number(),
  service: z.number(),
  removed_at: EpochMs.nullable(),
  live: z.number(),
});

function describeAccounts(db: ReadableDb, keys: readonly number[]): readonly PersonAccount[] {
  const own = ownAccounts(db);
  const edges = edgeFinder(db, readRules(db));
  const among = new Set(keys);
  return db
    .prepare(
      `SELECT a.key, c.id AS connection, a.id, a.name, a.email, a.roles, a.status, a.privileged, a.service,
         a.removed_at, (SELECT count(*) FROM session WHERE account = a.key AND ended_at IS NULL) AS live
       FROM account a JOIN connection c ON c.key = a.connection
       WHERE a.key IN (SELECT value FROM json_each(?)) ORDER BY a.key`,
    )
    .all(JSON.stringify(keys))
    .map((raw) => {
      const { key, removed_at, privileged, service, ...row } = AccountRow.parse(raw);
      const reasons = edges(key)
        .filter((edge) => among.has(edge.account))
        .map(({ reason }) => reason);
      return {
        ...row,
        privileged: privileged === 1,
        service: service === 1,
        removedAt: removed_at,
        own: own.has(ownKey(row.connection, row.id)),
        linkedBy: [...new Map(reasons.map((one) => [JSON.stringify(one), one])).values()],
      };
    });
}

const LaneRow = z.object({
  connection: ConnectionId,
  id: SessionId,
  from: EpochMs.nullable(),
  to: EpochMs.nullable(),
  cause: z.string().nullable(),
  country: z.string().nullable(),
  city: z.string().nullable(),
  browser: z.string().nullable(),
  system: z.string().nullable(),
});

function lanesOf(db: ReadableDb, keys: readonly number[]): readonly Lane[] {
  const one = db.prepare(
    `SELECT c.id AS connection, h.id, coalesce(s.opened_at, s.last_seen_at) AS "from", s.ended_at AS "to",
       w.text AS cause, p.country, p.city, d.browser, d.system
     FROM session s JOIN handle h ON h.key = s.key JOIN connection c ON c.key = s.connection
       LEFT JOIN word w ON w.key = s.cause
       LEFT JOIN address p ON p.key = coalesce(s.last_address, s.opened_address)
       LEFT JOIN device d ON d.key = coalesce(s.last_device, s.opened_device)
     WHERE s.key = ?`,
  );
  return keys.map((key): Lane => {
    const { browser, system, ...row } = LaneRow.parse(one.get(key));
    const device = [browser, system].filter((part) => part !== null).join(' · ');
    return { ...row, device: device === '' ? null : device };
  });
}

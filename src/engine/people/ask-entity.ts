import { z } from 'zod';
import type { ParsedOf } from '#shared/ipc/contract.ts';
import { AccountId, ConnectionId } from '#shared/domain/ids.ts';
import { DAY, epochMs, type EpochMs } from '#shared/domain/units.ts';
import type { PEOPLE_METHODS } from '#shared/ipc/people-contract.ts';
import type { DeviceSeen, EntityView } from '#shared/ipc/people-views.ts';
import { rowsOf } from '../mirror/session-rows.ts';
import { auditRows } from '../mirror/audit-rows.ts';
import type { ReadableDb } from '../mirror/database.ts';
import { KNOWN_COLUMNS, KnownRow, knownView } from '../mirror/known-columns.ts';
import type { Question } from '../mirror/question.ts';
import { dictionaryFacts } from './dictionary-facts.ts';
import { eachWithStays, type Stay } from './stays.ts';
import { createGatherer, daysBetween, regroup, SessionFacts } from './gather.ts';
import { eventsOf, loginWord, newest } from './person-events.ts';

type Request = ParsedOf<(typeof PEOPLE_METHODS)['entity.get']>;

const MOST_KEYS = 20_000;
const MOST_SESSIONS = 20_000;
const MOST_LIVE = 200;
const MOST_EVENTS_SHOWN = 100;
const MOST_OF_A_KIND = 50;
const MOST_ACCOUNTS = 500;

interface Meant {
  readonly title: string;
  readonly column: 'address' | 'device';
  /** Keys of addresses or devices. */
  readonly keys: readonly number[];
  readonly known: ReturnType<typeof knownView> | null;
  readonly device: DeviceSeen | null;
}

/** Which dictionary keys an address, a network or a kind of device stands for; null when the mirror has none. */
function meantBy(db: ReadableDb, { kind, value }: Request): Meant | null {
  const keysOf = (sql: string, bound: unknown): readonly number[] =>
    db
      .prepare(`${sql} LIMIT ${String(MOST_KEYS)}`)
      .pluck()
      .all(bound)
      .map(Number);
  switch (kind) {
    case 'address': {
      const raw = db
        .prepare(`SELECT p.key, ${KNOWN_COLUMNS} FROM address p LEFT JOIN device d ON 0 WHERE p.ip = ?`)
        .get(value);
      if (raw === undefined) return null;
      const row = KnownRow.extend({ key: z.number() }).parse(raw);
      return { title: value, column: 'address', keys: [row.key], known: knownView(row), device: null };
    }
    case 'network': {
      const asn = /^AS(\d{1,10})$/i.exec(value)?.[1];
      const keys =
        asn === undefined
          ? keysOf('SELECT key FROM address WHERE organisation = ?', value)
          : keysOf('SELECT key FROM address WHERE asn = ?', Number(asn));
      const [first] = keys;
      if (first === undefined) return null;
      const row = KnownRow.parse(
        db
          .prepare(`SELECT ${KNOWN_COLUMNS} FROM address p LEFT JOIN device d ON 0 WHERE p.key = ?`)
          .get(first),
      );
      // Its addresses may be anywhere: a network has no one place.
      const known = { ...knownView(row), place: null };
      return { title: row.organisation ?? value, column: 'address', keys, known, device: null };
    }
    case 'device': {
      const keys = keysOf('SELECT key FROM device WHERE type_key = ?', value);
      const [first] = keys;
      const device = first === undefined ? null : (dictionaryFacts(db).device(first)?.what ?? null);
      if (device === null) return null;
      const title = [device.browser, device.system, device.deviceClass]
        .filter((part) => part !== null)
        .join(' · ');
      return { title, column: 'device', keys, known: null, device };
    }
  }
}

/** Who else: everything that one address, network or kind of device touched in a stretch of time, in steps. */
export function* entityView(db: ReadableDb, request: Request, now: EpochMs): Question<EntityView | null> {
  const meant = meantBy(db, request);
  if (meant === null) return null;
  yield;
  const since = epochMs(now - request.days * DAY);
  const keys = JSON.stringify(meant.keys);
  const sessions = db
    .prepare(
      `SELECT s.key, s.account, s.opened_at AS "from", coalesce(s.ended_at, s.last_seen_at) AS "to" FROM session s WHERE s.key IN
         (SELECT session FROM observation WHERE ${meant.column} IN (SELECT value FROM json_each(@keys)))
         AND (s.ended_at IS NULL OR s.ended_at >= @since)
       ORDER BY s.key DESC LIMIT ${String(MOST_SESSIONS)}`,
    )
    .all({ keys, since })
    .map((row) => SessionFacts.parse(row));
  yield;
  const gatherer = createGatherer(loginWord(db), request.zone);
  const among = new Set(meant.keys);
  // Only while it was there: before or afterwards a session says nothing about this address or device.
  const counts = (stay: Stay): boolean => {
    const key = stay[meant.column];
    return stay.to >= since && key !== null && among.has(key);
  };
  const there: number[] = [];
  yield* eachWithStays(db, sessions, (one, stays) => {
    const counted = stays.filter(counts);
    if (counted.length > 0) there.push(one.key);
    gatherer.session(one, counted);
  });
  const shown = newest(MOST_EVENTS_SHOWN);
  // Events have no index by device: a page about a device is about its sessions.
  const more =
    meant.column === 'device'
      ? false
      : yield* eventsOf(db, 'address', meant.keys, { since, until: now + DAY }, (event) => {
          gatherer.event(event);
          shown.take(event);
        });
  const { gathered } = gatherer;
  const live = db
    .prepare(
      `SELECT key FROM session WHERE key IN (SELECT value FROM json_each(?)) AND ended_at IS NULL
       ORDER BY last_seen_at DESC LIMIT ${String(MOST_LIVE)}`,
    )
    .pluck()
    .all(JSON.stringify(there))
    .map(Number);
  yield;
  const facts = dictionaryFacts(db);
  const accountOf = accountFinder(db);
  const wordOf = db.prepare('SELECT text FROM word WHERE key = ?').pluck();
  return {
    kind: request.kind,
    value: request.value,
    title: meant.title,
    place: meant.known?.place ?? null,
    network: meant.known?.network ?? null,
    device: meant.device,
    first: gathered.first === null ? null : epochMs(gathered.first),
    last: gathered.last === null ? null : epochMs(gathered.last),
    since,
    until: now,
    sessions: gathered.sessions,
    signIns: gathered.signIns,
    failures: gathered.failures,
    live: rowsOf(db, live, now),
    accounts: regroup(gathered.byAccount, accountOf, MOST_ACCOUNTS),
    unknownNames: [...gathered.unknownNames]
      .sort((a, b) => b[1] - a[1])
      .slice(0, MOST_OF_A_KIND)
      .map(([key, failures]) => ({ name: String(wordOf.get(key)), failures })),
    addresses: regroup(gathered.byAddress, facts.ip, MOST_OF_A_KIND),
    devices: regroup(gathered.byDevice, facts.device, MOST_OF_A_KIND),
    networks: regroup(gathered.byAddress, facts.network, MOST_OF_A_KIND),
    days: daysBetween(gathered, since, now, request.zone),
    events: auditRows(db, shown.keys()),
    capped: more || sessions.length === MOST_SESSIONS || meant.keys.length === MOST_KEYS,
  };
}

const AccountRow = z.object({
  connection: ConnectionId,
  id: AccountId,
  name: z.string(),
  privileged: z.number().transform((value) => value === 1),
});

function accountFinder(
  db: ReadableDb,
): (key: number) => { readonly key: string; readonly what: z.output<typeof AccountRow> } | null {
  const find = db.prepare(
    `SELECT c.id AS connection, a.id, a.name, a.privileged FROM account a JOIN connection c ON c.key = a.connection
     WHERE a.key = ?`,
  );
  return (key) => {
    const row = find.get(key);
    return row === undefined ? null : { key: String(key), what: AccountRow.parse(row) };
  };
}

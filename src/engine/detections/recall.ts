import { z } from 'zod';
import { boundedCache } from '#geo/bounded-cache.ts';
import { CloseReason, type Session } from '#shared/protocol/records.ts';
import type { Change } from '#shared/protocol/changes.ts';
import type { EnrichedEvent } from '../detect/event.ts';
import type { Table } from '../detect/table.ts';
import type { EnrichedItem, Known } from '../ingest/hooks.ts';
import type { ReadableDb } from '../mirror/database.ts';
import { KNOWN_COLUMNS, KnownRow, knownView } from '../mirror/known-columns.ts';
import { SESSION, type StoredKeys } from './stored-keys.ts';
import { eventsOfItem, typeOf, type AccountFacts } from './to-events.ts';

/** Sessions of one person that are recalled, newest first; as many as a detection counts. */
const MOST_SESSIONS = 100;
/** Sessions of one person that are looked through for them. */
const MOST_LOOKED = 1_000;
/** Kind of the marks, among the memories of the detections, of people whose sessions have been recalled. */
export const MARK = 'recalled';

const Row = z.object({
  id: z.string(),
  account_id: z.string().nullable(),
  account_name: z.string().nullable(),
  opened_at: z.number().nullable(),
  last_seen_at: z.number().nullable(),
  expires_at: z.number().nullable(),
  ended_at: z.number().nullable(),
  cause: CloseReason.nullable(),
  opened_address: z.number().nullable(),
  opened_device: z.number().nullable(),
  last_address: z.number().nullable(),
  last_device: z.number().nullable(),
  marks: z.string(),
  attributes: z.string().nullable(),
});
const Marks = z.array(z.string());
const Attributes = z.record(z.string(), z.string());

const COLUMNS = `h.id, a.id AS account_id, a.name AS account_name, s.opened_at, s.last_seen_at, s.expires_at, s.ended_at,
  c.text AS cause, s.opened_address, s.opened_device, s.last_address, s.last_device, m.text AS marks, s.attributes
  FROM session s JOIN handle h ON h.key = s.key JOIN word m ON m.key = s.marks LEFT JOIN account a ON a.key = s.account
  LEFT JOIN word c ON c.key = s.cause`;

/**
 * What detections know of the sessions that an agent held before anybody watched. A snapshot may name a million of
 * them, and most are never heard of again: so they are not worked through when they come, but read from the mirror
 * when one of them, or the person whose they are, is next heard of.
 */
export interface Recall {
  /** What the mirror knows, and the detections do not yet, of sessions and people that a batch mentions, oldest first;
   * the mirror as it was before the batch. These people are marked as recalled. */
  before(mentioned: Mentioned): Recalled;
  /** Which sessions of a snapshot detections remember; the people of others are to be recalled anew. */
  remembered(sessions: readonly NamedSession[]): Remembered;
  /** The marks that were told are in the mirror. */
  committed(): void;
}
/** Whom and what a batch is about, as far as detections look at it. */
export interface Mentioned {
  readonly sessions: readonly string[];
  readonly users: readonly string[];
}
export interface Recalled {
  readonly events: readonly EnrichedEvent[];
  /** People who are to be marked. */
  readonly users: readonly string[];
}
/** A session with its account, null where that is not known. */
export type NamedSession = readonly [id: string, user: string | null];
export interface Remembered {
  readonly sessions: readonly string[];
  /** People whose mark is to be taken away. */
  readonly users: readonly string[];
}

/**
 * @param mirrored the sessions that the mirror may know
 * @param sessions the memories of sessions that the detector holds
 */
export function createRecall(
  db: ReadableDb,
  connection: number,
  facts: AccountFacts,
  keys: StoredKeys,
  mirrored: StoredKeys,
  sessions: () => Table<unknown>,
): Recall {
  // With the plus, as in stories.ts: of a bare parameter SQLite prepares a join anew each time it is bound.
  const one = db.prepare(`SELECT ${COLUMNS} WHERE h.connection = +? AND h.id = +? AND s.rebuilt = 0`);
  const ofAccount = db.prepare(
    `SELECT ${COLUMNS} WHERE s.key IN (SELECT key FROM session
       WHERE account = (SELECT key FROM account WHERE connection = @connection AND id = @user)
       ORDER BY opened_at DESC LIMIT ${String(MOST_LOOKED)}) AND s.ended_at IS NULL AND s.rebuilt = 0
     ORDER BY s.opened_at DESC LIMIT ${String(MOST_SESSIONS)}`,
  );
  const row = db
    .prepare('SELECT 1 FROM detector_entity WHERE connection = ? AND kind = ? AND id = ?')
    .pluck();
  const isStored = (kind: string, id: string): boolean =>
    keys.mayHave(kind, id) && row.get(connection, kind, id) !== undefined;
  const look = db.prepare(
    `SELECT ${KNOWN_COLUMNS} FROM (SELECT 1) LEFT JOIN address p ON p.key = @address
     LEFT JOIN device d ON d.key = @device`,
  );
  const views = boundedCache<ReturnType<typeof knownView>>(5_000);
  const people = boundedCache<true>(50_000);
  /** Marks that are not committed yet. */
  const marks = new Map<string, boolean>();

  const isRemembered = (id: string): boolean => {
    const table = sessions();
    if (table.held.has(id)) return true;
    return !table.changed.has(id) && isStored(table.kind, id);
  };
  const isRecalled = (user: string): boolean =>
    marks.get(user) ?? (people.peek(user) === true || isStored(MARK, user));
  const sight = (address: number | null, device: number | null, at: number | null) => {
    const view = views.get(`${String(address)} ${String(device)}`, () =>
      knownView(KnownRow.parse(look.get({ address, device }))),
    );
    const known: Known = { place: view.place, network: view.network, device: view.device };
    return { seen: { at, ip: view.ip, userAgent: view.userAgent }, known };
  };

  const eventsOf = (raw: unknown): readonly EnrichedEvent[] => {
    const row = Row.parse(raw);
    if (isRemembered(row.id)) return [];
    const opened = sight(row.opened_address, row.opened_device, row.opened_at);
    const last = sight(row.last_address, row.last_device, row.last_seen_at);
    const session = {
      id: row.id,
      account: row.account_id === null ? null : { id: row.account_id, name: row.account_name ?? '' },
      opened: opened.seen,
      last: last.seen,
      expiresAt: row.expires_at,
      marks: Marks.parse(JSON.parse(row.marks)),
      ...(row.attributes === null ? {} : { attributes: Attributes.parse(JSON.parse(row.attributes)) }),
    } as Session;
    const at = row.last_seen_at ?? row.opened_at ?? row.ended_at ?? 0;
    const [was, is] = [opened.known, last.known];
    const live = eventsOfItem(
      { is: 'session', kind: 'updated', at, session, opened: was, last: is },
      'snapshot',
      facts,
    );
    if (row.ended_at === null) return live;
    const reason: CloseReason = row.cause ?? 'unknown';
    const end: EnrichedItem = { is: 'session-closed', at: row.ended_at, id: row.id, reason };
    return [...live, ...eventsOfItem(end, 'snapshot', facts)];
  };

  return {
    before(mentioned) {
      // Most that are not remembered are new: the mirror knows nothing of them.
      const ids = mentioned.sessions.filter((id) => mirrored.mayHave(SESSION, id) && !isRemembered(id));
      for (const id of mentioned.sessions) mirrored.note(SESSION, id);
      const users = mentioned.users.filter((user) => !isRecalled(user));
      const found = new Map<string, EnrichedEvent>();
      const take = (raw: unknown): void => {
        for (const event of eventsOf(raw)) found.set(event.id, event);
      };
      for (const id of ids) {
        const raw = one.get(connection, id);
        if (raw !== undefined) take(raw);
      }
      for (const user of users) {
        for (const raw of ofAccount.all({ connection, user })) take(raw);
        marks.set(user, true);
      }
      return { events: [...found.values()].sort((a, b) => Number(a.ts) - Number(b.ts)), users };
    },
    remembered(sessions) {
      const kept: string[] = [];
      const users = new Set<string>();
      for (const [id, user] of sessions) {
        mirrored.note(SESSION, id);
        if (isRemembered(id)) kept.push(id);
        else if (user !== null) users.add(user);
      }
      if (users.size > 0) people.clear();
      for (const user of users) marks.set(user, false);
      return { sessions: kept, users: [...users] };
    },
    committed() {
      for (const [user, marked] of marks) {
        if (!marked) continue;
        keys.note(MARK, user);
        people.get(user, () => true);
      }
      marks.clear();
    },
  };
}

/** Whom and what changes mention. */
export function mentionedBy(changes: readonly Change[], facts: AccountFacts): Mentioned {
  const [sessions, users] = [new Set<string>(), new Set<string>()];
  for (const change of changes) {
    const { session, user } = mentioned(change, facts);
    if (session !== null) sessions.add(session);
    if (user !== null) users.add(user);
  }
  return { sessions: [...sessions], users: [...users] };
}

/** Whose and which session a change is about, as far as detections look at it. */
function mentioned(
  change: Change,
  facts: AccountFacts,
): { readonly session: string | null; readonly user: string | null } {
  switch (change.kind) {
    case 'session.opened':
    case 'session.updated':
      return { session: change.session.id, user: change.session.account?.id ?? null };
    case 'session.closed':
      return { session: change.id, user: null };
    case 'audit': {
      const { event } = change;
      if (typeOf(event.action, event.outcome) === null) return { session: null, user: null };
      const { account } = event;
      const user = account === null ? null : (account.id ?? facts.idOf(account.name));
      return { session: event.sessionId ?? null, user };
    }
    default:
      return { session: null, user: null };
  }
}

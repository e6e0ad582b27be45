import type { EnrichedEvent } from '../detect/event.ts';
import { auditSegments, type SegmentKind } from '../mirror/audit-segments.ts';
import type { ReadableDb } from '../mirror/database.ts';
import { KNOWN_COLUMNS, KnownRow, knownView } from '../mirror/known-columns.ts';
import { createSessionEnds } from './session-ends.ts';
import { attributesOf, enrichment, typeOf, userOf, type AccountFacts } from './to-events.ts';

/** An event of the mirror as the detections take it, and whether it was read in after the fact. */
export interface MirroredEvent {
  readonly event: EnrichedEvent;
  readonly history: boolean;
  /** Of its row. */
  readonly key: number;
}

/** Columns of a row as `raw` gives them; in the order of the query. */
type Raw = [
  at: number,
  key: number,
  id: string,
  recordedAt: number,
  action: number,
  outcome: number,
  reason: number | null,
  account: number | null,
  accountName: number | null,
  address: number | null,
  device: number | null,
  session: number | null,
  actorId: string | null,
  actorName: number | null,
  attributes: string | null,
];

const OUTCOMES = ['unknown', 'success', 'failure'] as const;
/** What detections look at in a log of events. */
export const ACTIONS = ['login', 'logout', 'password-changed', 'password-reset', 'role-changed'];

export interface MirrorRange {
  /** Agent's clock, included. */
  readonly since?: number;
  /** Agent's clock, excluded. */
  readonly until?: number;
  readonly actions?: readonly string[];
}

/** Facts about the accounts of a connection; asked once each until `forget`. */
export function createAccountFacts(db: ReadableDb, connection: number): AccountFacts & { forget(): void } {
  const byName = db
    .prepare(
      'SELECT id FROM account WHERE connection = ? AND name = ? COLLATE NOCASE ORDER BY known DESC, key LIMIT 1',
    )
    .pluck();
  const service = db.prepare('SELECT service FROM account WHERE connection = ? AND id = ?').pluck();
  const names = new Map<string, string | null>();
  const services = new Map<string, boolean>();
  const remember = <T>(cache: Map<string, T>, key: string, find: () => T): T => {
    const held = cache.get(key);
    if (held !== undefined) return held;
    const found = find();
    if (cache.size >= 50_000) cache.clear();
    cache.set(key, found);
    return found;
  };
  return {
    idOf: (name) =>
      remember(names, name, () => {
        const found = byName.get(connection, name);
        return typeof found === 'string' ? found : null;
      }),
    isService: (id) => remember(services, id, () => service.get(connection, id) === 1),
    forget: () => {
      names.clear();
      services.clear();
    },
  };
}

/** What the dictionaries of the mirror say, each entry read once. */
function createLookUps(db: ReadableDb) {
  const cached = <T>(sql: string, of: (row: unknown) => T): ((key: number | null) => T | null) => {
    const statement = db.prepare(sql);
    const cache = new Map<number, T | null>();
    return (key) => {
      if (key === null) return null;
      const held = cache.get(key);
      if (held !== undefined) return held;
      const row = statement.get(key);
      const value = row === undefined ? null : of(row);
      if (cache.size >= 200_000) cache.clear();
      cache.set(key, value);
      return value;
    };
  };
  const text = (row: unknown): string => (row as { readonly text: string }).text;
  const from =
    'FROM (SELECT 1) LEFT JOIN address p ON p.key = @address LEFT JOIN device d ON d.key = @device';
  const known = db.prepare(`SELECT ${KNOWN_COLUMNS} ${from}`);
  const pairs = new Map<
    string,
    { ip: string | null; agent: string | null; enrich: EnrichedEvent['enrich'] }
  >();
  return {
    word: cached('SELECT text FROM word WHERE key = ?', text),
    handle: cached('SELECT id AS text FROM handle WHERE key = ?', text),
    account: cached('SELECT id AS text FROM account WHERE key = ?', text),
    known: (address: number | null, device: number | null) => {
      const key = `${String(address)} ${String(device)}`;
      let held = pairs.get(key);
      if (held === undefined) {
        const view = knownView(KnownRow.parse(known.get({ address, device })));
        held = {
          ip: view.ip,
          agent: view.userAgent,
          enrich: enrichment(view.place, view.network, view.device),
        };
        if (pairs.size >= 200_000) pairs.clear();
        pairs.set(key, held);
      }
      return held;
    },
  };
}

/**
 * The sign-ins and changes of accounts of one connection, in event time, over all segments at once. The handle must
 * not be the one that writes: it is busy until the last event.
 */
export function* mirrorEvents(
  db: ReadableDb,
  connection: number,
  range: MirrorRange = {},
): Generator<MirroredEvent, void, undefined> {
  const facts = createAccountFacts(db, connection);
  const look = createLookUps(db);
  const endOf = createSessionEnds(db);
  const bound = {
    connection,
    since: range.since ?? Number.MIN_SAFE_INTEGER,
    until: range.until ?? Number.MAX_SAFE_INTEGER,
    actions: JSON.stringify(range.actions ?? ACTIONS),
  };
  interface Stream {
    readonly rows: Iterator<Raw>;
    readonly kind: SegmentKind;
    next: Raw;
  }
  // Segments that begin later are opened when their time comes: few are open at once.
  const waiting = auditSegments(db, { since: bound.since, until: bound.until, connections: [connection] })
    .slice()
    .sort((a, b) => a.from - b.from);
  const open: Stream[] = [];
  const begin = (table: string, kind: SegmentKind): void => {
    const rows = db
      .prepare(
        `SELECT at, key, id, recorded_at, action, outcome, reason, account, account_name, address, device, session,
           actor_id, actor_name, attributes
         FROM ${table} WHERE connection = @connection AND at >= @since AND at < @until
           AND action IN (SELECT key FROM word WHERE text IN (SELECT value FROM json_each(@actions)))
         ORDER BY at, key`,
      )
      .raw()
      .iterate(bound) as IterableIterator<Raw>;
    const first = rows.next();
    if (first.done !== true) open.push({ rows, kind, next: first.value });
  };
  const least = (): Stream | null => {
    let best: Stream | null = null;
    for (const one of open) {
      if (
        best === null ||
        one.next[0] < best.next[0] ||
        (one.next[0] === best.next[0] && one.next[1] < best.next[1])
      )
        best = one;
    }
    return best;
  };
  for (;;) {
    let stream = least();
    while (waiting[0] !== undefined && (stream === null || waiting[0].from <= stream.next[0])) {
      const { table, kind } = waiting[0];
      waiting.shift();
      begin(table, kind);
      stream = least();
    }
    if (stream === null) return;
    const event = eventOf(stream.next, look, facts, endOf);
    if (event !== null) yield { event, history: stream.kind === 'history', key: stream.next[1] };
    const following = stream.rows.next();
    if (following.done === true) open.splice(open.indexOf(stream), 1);
    else stream.next = following.value;
  }
}

function eventOf(
  row: Raw,
  look: ReturnType<typeof createLookUps>,
  facts: AccountFacts,
  endOf: ReturnType<typeof createSessionEnds>,
): EnrichedEvent | null {
  const [
    at,
    ,
    id,
    recordedAt,
    action,
    outcome,
    reason,
    account,
    name,
    address,
    device,
    session,
    actorId,
    actor,
    more,
  ] = row;
  const type = typeOf(look.word(action) ?? '', OUTCOMES[outcome] ?? 'unknown');
  if (type === null) return null;
  const typed = look.word(name);
  const user = userOf(
    account === null && typed === null ? null : { id: look.account(account), name: typed ?? '' },
    facts,
  );
  const known = look.known(address, device);
  const end = session === null || type !== 'login' ? null : endOf(session, at);
  return {
    id,
    ts: at,
    receivedAt: recordedAt,
    type,
    user,
    ip: known.ip,
    session: look.handle(session),
    userAgent: known.agent,
    reason: look.word(reason),
    actor: actorId ?? look.word(actor),
    attributes: attributesOf(
      more === null ? null : (JSON.parse(more) as Record<string, string>),
      user !== null && facts.isService(user),
      end,
    ),
    enrich: known.enrich,
  };
}

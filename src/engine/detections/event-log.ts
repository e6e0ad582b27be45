import type { EnrichedEvent } from '../detect/event.ts';
import type { ReadableDb, WritableDb } from '../mirror/database.ts';

/** What the log keeps of a batch. */
export interface Logged {
  readonly silent: boolean;
  readonly events: readonly EnrichedEvent[];
  /** Keys of the sign-ins among them in the mirror, by id. */
  readonly keys?: Readonly<Record<string, number>>;
}

/** In the order of a row; what is absent and what is null mean the same of all of these. */
type Row = readonly [
  id: string,
  ts: string | number,
  receivedAt: string | number | null,
  type: EnrichedEvent['type'],
  user: string | null,
  ip: string | null,
  session: string | null,
  /** Where it lies in `agents`; null: none. */
  userAgent: number | null,
  reason: string | null,
  actor: string | null,
  attributes: NonNullable<EnrichedEvent['attributes']> | null,
  /** Where it lies in `known`; null: none. */
  enrich: number | null,
];
/** A line of the log: what events have in common is written once. Earlier versions wrote `events`. */
interface Line extends Pick<Logged, 'silent' | 'keys'> {
  readonly events?: readonly EnrichedEvent[];
  readonly agents: readonly string[];
  readonly known: readonly NonNullable<EnrichedEvent['enrich']>[];
  readonly rows: readonly Row[];
}

/** Gives each value a number, in the order of their coming. */
function numbered<T>(): { readonly all: T[]; of(value: T | null | undefined): number | null } {
  const numbers = new Map<T, number>();
  const all: T[] = [];
  return {
    all,
    of(value) {
      if (value === null || value === undefined) return null;
      const known = numbers.get(value);
      if (known !== undefined) return known;
      numbers.set(value, all.length);
      return all.push(value) - 1;
    },
  };
}

/** A batch as a line of the log. What is known of origins is written once for each object, so let events share it. */
export function lineOf({ silent, events, keys }: Logged): string {
  const agents = numbered<string>();
  const known = numbered<NonNullable<EnrichedEvent['enrich']>>();
  const rows = events.map((event): Row => [
    event.id,
    event.ts,
    event.receivedAt ?? null,
    event.type,
    event.user ?? null,
    event.ip ?? null,
    event.session ?? null,
    agents.of(event.userAgent),
    event.reason ?? null,
    event.actor ?? null,
    event.attributes ?? null,
    known.of(event.enrich),
  ]);
  const line: Line = { silent, agents: agents.all, known: known.all, rows, ...(keys && { keys }) };
  return JSON.stringify(line);
}

/** The line of a batch whose sign-ins have been written meanwhile, with their keys. */
export const lineWithKeys = (line: string, keys: NonNullable<Logged['keys']>): string =>
  `${line.slice(0, -1)},"keys":${JSON.stringify(keys)}}`;

/**
 * The batch of a line.
 * @throws SyntaxError or TypeError for what is no line
 */
export function loggedOf(text: string): Logged {
  const { silent, keys, events, agents, known, rows } = JSON.parse(text) as Line;
  return {
    silent,
    events:
      events ??
      rows.map(([id, ts, receivedAt, type, user, ip, session, agent, reason, actor, attributes, origin]) => ({
        id,
        ts,
        receivedAt: receivedAt ?? undefined,
        type,
        user,
        ip,
        session,
        userAgent: agent === null ? null : (agents[agent] ?? null),
        reason,
        actor,
        attributes,
        enrich: origin === null ? null : (known[origin] ?? null),
      })),
    ...(keys && { keys }),
  };
}

/** The batches that the memory does not hold yet, oldest first, after a position. */
export function* loggedSince(
  db: ReadableDb,
  connection: number,
  after: number,
): Generator<{ readonly seq: number; readonly logged: Logged }> {
  // Read at once, parsed one by one: as objects a hundred thousand events take ten times the room.
  const rows = db
    .prepare('SELECT seq, events FROM detector_log WHERE connection = ? AND seq > ? ORDER BY seq')
    .all(connection, after) as { seq: number; events: string }[];
  for (const { seq, events } of rows) yield { seq, logged: loggedOf(events) };
}

/** Leaves the events of an account out of the batches that the memory does not hold yet. In a transaction. */
export function forgetLogged(db: WritableDb, connection: number, account: string): void {
  const write = db.prepare('UPDATE detector_log SET events = ? WHERE connection = ? AND seq = ?');
  for (const { seq, logged } of loggedSince(db, connection, 0)) {
    const events = logged.events.filter(({ user }) => user !== account);
    if (events.length < logged.events.length) write.run(lineOf({ ...logged, events }), connection, seq);
  }
}

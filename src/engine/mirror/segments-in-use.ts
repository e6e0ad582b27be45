import { z } from 'zod';
import { SEGMENT_KEYS, segmentTable, type SegmentKind } from './audit-segments.ts';
import type { WritableDb } from './database.ts';
import { eventHash } from './event-hash.ts';
import { EventKeys } from './event-keys.ts';
import { eventInserter, type EventInserter } from './event-inserter.ts';
import { createSegment, indexIds } from './segment-tables.ts';

/** A full segment has this many events … */
const LEAST_ROWS = 50_000;
/** … or this share of all, so that there are never more than a few hundred; keys leave room for this many. */
const SHARE = 1 / 50;
const MOST_ROWS = 1_000_000;

type Finder = (hash: number, connection: number, id: string) => boolean;
interface Part {
  from: number;
  to: number;
  events: number;
  changed: boolean;
}
interface Hot {
  readonly number: number;
  readonly kind: SegmentKind;
  events: number;
  nextKey: number;
  readonly rows: EventInserter;
  /** What it holds. */
  readonly seen: EventKeys;
  readonly find: Finder;
}

/** Where events are written, and where they are looked for before that. */
export interface SegmentsInUse {
  /** A number for the event, and whether it is here already. */
  find(connection: number, id: string, at: number): { readonly hash: number; readonly here: boolean };
  /**
   * Values in the order of EVENT_COLUMNS, null where there is none; the first two, key and hash, are filled in. Returns the
   * key; the row is in its table after the next `flush`.
   */
  insert(kind: SegmentKind, hash: number, at: number, connection: number, values: unknown[]): number;
  /** Writes rows that wait, and down what segments hold; before every commit, and before anybody reads them. */
  flush(): void;
  /** After a rollback. */
  forget(): void;
}

const PartRow = z.object({
  segment: z.number(),
  connection: z.number(),
  from_at: z.number(),
  to_at: z.number(),
  events: z.number(),
});
const SegmentRow = z.object({ number: z.number(), kind: z.enum(['stream', 'history']), state: z.string() });

const isHot = (inUse: ReadonlyMap<SegmentKind, Hot>, segment: number): boolean => {
  for (const one of inUse.values()) if (one.number === segment) return true;
  return false;
};

/** All calls must be inside a transaction of `db`. */
export function createSegmentsInUse(
  db: WritableDb,
  limits: { readonly leastRows?: number } = {},
): SegmentsInUse {
  const leastRows = limits.leastRows ?? LEAST_ROWS;
  const salt = Number(db.prepare("SELECT value FROM constant WHERE name = 'event_salt'").pluck().get());
  const savePart = db.prepare(
    `INSERT INTO audit_part (segment, connection, from_at, to_at, events) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET from_at = excluded.from_at, to_at = excluded.to_at, events = excluded.events`,
  );
  const full = db.prepare("UPDATE audit_segment SET state = 'sealing' WHERE number = ?");

  const finders = new Map<number, Finder>();
  let hot: Map<SegmentKind, Hot> | null = null;
  /** By connection and segment. */
  const parts = new Map<number, Map<number, Part>>();
  let total = 0;
  let dirty = false;

  const finder = (number: number): Finder => {
    const kept = finders.get(number);
    if (kept !== undefined) return kept;
    const statement = db
      .prepare(`SELECT 1 FROM ${segmentTable(number)} WHERE hash = ? AND connection = ? AND id = ?`)
      .pluck();
    const made: Finder = (hash, connection, id) => statement.get(hash, connection, id) !== undefined;
    finders.set(number, made);
    return made;
  };
  /** Kept over a rollback: what they say too much costs a look into the table, nothing else. */
  const written = new Map<number, EventKeys>();
  const writtenTo = (number: number, table: string): EventKeys => {
    const kept = written.get(number);
    if (kept !== undefined) return kept;
    const made = new EventKeys();
    for (const row of db
      .prepare(`SELECT hash, key - ? FROM ${table}`)
      .raw()
      .iterate(number * SEGMENT_KEYS)) {
      const [hash, key] = row as [number, number];
      made.add(hash, key);
    }
    written.set(number, made);
    return made;
  };
  const open = (number: number, kind: SegmentKind, events: number): Hot => {
    const table = segmentTable(number);
    const is = db.prepare(`SELECT 1 FROM ${table} WHERE key = ? AND connection = ? AND id = ?`).pluck();
    const last = db.prepare(`SELECT max(key) FROM ${table}`).pluck().get();
    const seen = writtenTo(number, table);
    const rows = eventInserter(db, table);
    const first = number * SEGMENT_KEYS;
    const isThere = (key: number, connection: number, id: string): boolean => {
      rows.flush();
      return is.get(first + key, connection, id) !== undefined;
    };
    return {
      number,
      kind,
      events,
      nextKey: last === null ? first + 1 : Number(last) + 1,
      rows,
      seen,
      find: (hash, connection, id) => seen.some(hash, (key) => isThere(key, connection, id)),
    };
  };
  const load = (): Map<SegmentKind, Hot> => {
    parts.clear();
    total = 0;
    dirty = false;
    const events = new Map<number, number>();
    for (const raw of db.prepare('SELECT * FROM audit_part').iterate()) {
      const row = PartRow.parse(raw);
      partsOf(row.connection).set(row.segment, {
        from: row.from_at,
        to: row.to_at,
        events: row.events,
        changed: false,
      });
      events.set(row.segment, (events.get(row.segment) ?? 0) + row.events);
      total += row.events;
    }
    const found = new Map<SegmentKind, Hot>();
    const segments = db.prepare('SELECT number, kind, state FROM audit_segment ORDER BY number').all();
    for (const raw of segments) {
      const { number, kind, state } = SegmentRow.parse(raw);
      if (state === 'hot') found.set(kind, open(number, kind, events.get(number) ?? 0));
    }
    hot = found;
    return found;
  };
  const partsOf = (connection: number): Map<number, Part> => {
    let of = parts.get(connection);
    if (of === undefined) parts.set(connection, (of = new Map<number, Part>()));
    return of;
  };
  const rowsOfFull = (): number => Math.min(MOST_ROWS, Math.max(leastRows, Math.floor(total * SHARE)));

  const flush = (): void => {
    if (!dirty) return;
    for (const { rows } of hot?.values() ?? []) rows.flush();
    for (const [connection, of] of parts) {
      for (const [segment, part] of of) {
        if (!part.changed) continue;
        savePart.run(segment, connection, part.from, part.to, part.events);
        part.changed = false;
      }
    }
    dirty = false;
  };

  const writable = (kind: SegmentKind): Hot => {
    const held = (hot ?? load()).get(kind);
    if (held !== undefined && held.events < rowsOfFull()) return held;
    if (held !== undefined) {
      held.rows.flush();
      full.run(held.number);
      // From now on its events are looked for in the table.
      indexIds(db, held.number);
      written.delete(held.number);
    }
    const next = open(createSegment(db, kind), kind, 0);
    hot?.set(kind, next);
    return next;
  };

  return {
    find(connection, id, at) {
      const hash = eventHash(salt, connection, id);
      const inUse = hot ?? load();
      const own = partsOf(connection);
      // What is still being written is searched whatever it says; of the others, one event has one time.
      for (const open of inUse.values())
        if (own.has(open.number) && open.find(hash, connection, id)) return { hash, here: true };
      for (const [segment, part] of own) {
        if (at < part.from || at > part.to || isHot(inUse, segment)) continue;
        if (finder(segment)(hash, connection, id)) return { hash, here: true };
      }
      return { hash, here: false };
    },
    insert(kind, hash, at, connection, values) {
      const into = writable(kind);
      const key = into.nextKey;
      values[0] = key;
      values[1] = hash;
      into.rows.add(values);
      into.seen.add(hash, key - into.number * SEGMENT_KEYS);
      into.nextKey += 1;
      into.events += 1;
      total += 1;
      const of = partsOf(connection);
      const part = of.get(into.number);
      if (part === undefined) of.set(into.number, { from: at, to: at, events: 1, changed: true });
      else {
        if (at < part.from) part.from = at;
        if (at > part.to) part.to = at;
        part.events += 1;
        part.changed = true;
      }
      dirty = true;
      return key;
    },
    flush,
    forget: () => {
      hot = null;
      // What was counted of rows that were not written after all; what is there is read again.
      dirty = false;
      finders.clear();
    },
  };
}

import { decodeState, encodeState } from '../detect/codec.ts';
import { isPacked, packEvents, unpackEvents, type PackedEvent } from '../detect/event-pack.ts';
import type { Expiry } from '../detect/expiry.ts';
import type { PreparedEvent } from '../detect/prepare.ts';
import type { Load, Table } from '../detect/table.ts';
import type { Segment, Timeline } from '../detect/timeline.ts';
import type { ReadableDb, WritableDb } from '../mirror/database.ts';

/** A timeline with more events than this lies in parts, so that a save writes only what changed. */
const INLINE_EVENTS = 300;

/** Memories forgotten at one save; the rest at the next. */
const MOST_FORGOTTEN = 20_000;

type AnyTimeline = Timeline<unknown>;
type AnySegment = Segment<unknown>;
interface Head extends Omit<AnyTimeline, 'segments'> {
  readonly parts: readonly number[];
}

const isTimeline = (value: unknown): value is AnyTimeline =>
  typeof value === 'object' && value !== null && 'segments' in value && 'floor' in value;
const isHead = (value: unknown): value is Head =>
  typeof value === 'object' && value !== null && 'parts' in value && 'floor' in value;

/** Where a segment lies and how long it was then: one that is the same object and no longer has not changed. */
interface Lies {
  readonly part: number;
  readonly events: number;
}

const bodyOf = (value: unknown): string => JSON.stringify(encodeState(value));
/** The last event that left, as one pack. */
const packedFloor = ({ floor }: { readonly floor: PreparedEvent | null }) => ({
  floor: floor === null ? null : packEvents([floor]),
});
const packed = (segment: AnySegment) => ({ ...segment, events: packEvents(segment.events) });
/** A segment as it was read: packed, or, from before that was done, with whole events. */
const unpacked = (segment: AnySegment): AnySegment =>
  isPacked(segment.events) ? { ...segment, events: unpackEvents(segment.events) } : segment;

/** The same of the last event that left. */
const floorOf = ({ floor }: { readonly floor: unknown }) => ({
  floor: Array.isArray(floor)
    ? (unpackEvents(floor as PackedEvent[])[0] ?? null)
    : (floor as PreparedEvent | null),
});

export interface Memory {
  readonly load: Load;
  /**
   * Writes what changed, lets go of what was not used lately and forgets what can matter no more. In a transaction.
   * @param watermark event time up to which everything has come; null: not known yet, nothing is forgotten
   */
  save(tables: readonly Table<unknown>[], most: number, watermark: number | null): void;
}

/** The memory of one environment's detections in the mirror. */
export function createMemory(db: WritableDb, connection: number, expires: Expiry): Memory {
  const read = reader(db, connection);
  const write = db.prepare(
    `INSERT INTO detector_entity (connection, kind, id, expires_at, body) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (connection, kind, id) DO UPDATE SET expires_at = excluded.expires_at, body = excluded.body`,
  );
  const remove = db.prepare('DELETE FROM detector_entity WHERE connection = ? AND kind = ? AND id = ?');
  const writePart = db.prepare(
    `INSERT INTO detector_part (connection, kind, id, part, body) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (connection, kind, id, part) DO UPDATE SET body = excluded.body`,
  );
  const dropParts = db.prepare(
    `DELETE FROM detector_part WHERE connection = ? AND kind = ? AND id = ?
       AND part NOT IN (SELECT value FROM json_each(?))`,
  );
  const forgotten = db.prepare(
    `DELETE FROM detector_entity WHERE key IN (SELECT key FROM detector_entity
       WHERE connection = ? AND expires_at IS NOT NULL AND expires_at < ? ORDER BY expires_at LIMIT ${MOST_FORGOTTEN})
     RETURNING kind, id`,
  );
  const lies = read.lies;
  const inParts = read.inParts;

  const saveTimeline = (kind: string, key: string, timeline: AnyTimeline): string => {
    if (timeline.count <= INLINE_EVENTS) {
      if (inParts.delete(timeline)) dropParts.run(connection, kind, key, '[]');
      return bodyOf({ ...timeline, ...packedFloor(timeline), segments: timeline.segments.map(packed) });
    }
    const { segments, ...head } = timeline;
    let next = 1 + Math.max(0, ...segments.map((segment) => lies.get(segment)?.part ?? 0));
    const parts = segments.map((segment) => {
      const before = lies.get(segment);
      if (before?.events === segment.events.length) return before.part;
      const part = before?.part ?? next++;
      writePart.run(connection, kind, key, part, bodyOf(packed(segment)));
      lies.set(segment, { part, events: segment.events.length });
      return part;
    });
    inParts.add(timeline);
    dropParts.run(connection, kind, key, JSON.stringify(parts));
    return bodyOf({ ...head, ...packedFloor(head), parts });
  };

  return {
    load: read.load,
    save(tables, most, watermark) {
      for (const table of tables) {
        for (const key of table.changed) {
          const value = table.held.get(key);
          if (value === undefined) {
            remove.run(connection, table.kind, key);
            dropParts.run(connection, table.kind, key, '[]');
          } else {
            const body = isTimeline(value) ? saveTimeline(table.kind, key, value) : bodyOf(value);
            const until = watermark === null ? null : expires(table.kind, value, watermark);
            write.run(connection, table.kind, key, until === null ? null : Math.ceil(until), body);
          }
        }
        table.clean(most);
      }
      if (watermark === null) return;
      const byKind = new Map(tables.map((table) => [table.kind, table]));
      for (const { kind, id } of forgotten.all(connection, watermark) as { kind: string; id: string }[]) {
        byKind.get(kind)?.held.delete(id);
        dropParts.run(connection, kind, id, '[]');
      }
    },
  };
}

function reader(db: ReadableDb, connection: number) {
  const body = db
    .prepare('SELECT body FROM detector_entity WHERE connection = ? AND kind = ? AND id = ?')
    .pluck();
  const parts = db.prepare(
    'SELECT part, body FROM detector_part WHERE connection = ? AND kind = ? AND id = ?',
  );
  const lies = new WeakMap<AnySegment, Lies>();
  const inParts = new WeakSet<AnyTimeline>();
  const load: Load = (kind, key) => {
    const text = body.get(connection, kind, key);
    if (typeof text !== 'string') return undefined;
    const value = decodeState(JSON.parse(text));
    if (isTimeline(value)) return { ...value, ...floorOf(value), segments: value.segments.map(unpacked) };
    if (!isHead(value)) return value;
    const bodies = new Map(
      (parts.all(connection, kind, key) as { part: number; body: string }[]).map((row) => [
        row.part,
        row.body,
      ]),
    );
    const { parts: list, ...head } = value;
    const segments = list.map((part) => {
      const segment = unpacked(decodeState(JSON.parse(bodies.get(part) ?? '{}')) as AnySegment);
      lies.set(segment, { part, events: segment.events.length });
      return segment;
    });
    const timeline: AnyTimeline = { ...head, ...floorOf(head), segments };
    inParts.add(timeline);
    return timeline;
  };
  return { load, lies, inParts };
}

/** Forgets everything that detections remember of an environment. In a transaction. */
export function forgetMemory(db: WritableDb, connection: number): void {
  for (const table of ['detector_entity', 'detector_part', 'detector_log', 'detector'])
    db.prepare(`DELETE FROM ${table} WHERE connection = ?`).run(connection);
}

const REMEMBERED = ['detector_entity', 'detector_part'] as const;

/** Forgets what detections remember under the id of an account. In a transaction. */
export function forgetAccount(db: WritableDb, connection: number, id: string): void {
  for (const table of REMEMBERED)
    db.prepare(`DELETE FROM ${table} WHERE connection = ? AND id = ?`).run(connection, id);
}

/** Forgets what detections remember of these sessions. In a transaction. */
export function forgetSessions(db: WritableDb, keys: readonly number[]): void {
  for (const table of REMEMBERED) {
    db.prepare(
      `DELETE FROM ${table} WHERE (connection, id) IN
         (SELECT connection, id FROM handle WHERE key IN (SELECT value FROM json_each(?)))`,
    ).run(JSON.stringify(keys));
  }
}

import { decodeState, encodeState } from '../detect/codec.ts';
import { isPacked, packEvents, unpackEvents, type PackedEvent } from '../detect/event-pack.ts';
import type { Expiry } from '../detect/expiry.ts';
import type { Placed } from '../detect/prepare.ts';
import type { Load, Table } from '../detect/table.ts';
import type { Segment, Timeline } from '../detect/timeline.ts';
import type { ReadableDb } from '../mirror/database.ts';
import { packOf, upgrade } from './packs.ts';
import { createRecentTexts, type RecentTexts } from './recent-texts.ts';
import type { StoredKeys } from './stored-keys.ts';

/** A timeline with more events than this lies in parts, so that a save writes only what changed. */
const INLINE_EVENTS = 300;

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
const packed = (segment: AnySegment) => ({ ...segment, events: packEvents(segment.events) });
/** A segment as it was read: packed, or, from before that was done, with whole events. */
const unpacked = (segment: AnySegment): AnySegment =>
  isPacked(segment.events) ? { ...segment, events: unpackEvents(segment.events) } : segment;

/** The last event that left; earlier versions packed the whole of it. */
const floorOf = ({ floor }: { readonly floor: unknown }) => ({
  floor: Array.isArray(floor) ? (unpackEvents(floor as PackedEvent[])[0] ?? null) : (floor as Placed | null),
});

/** A part of a save: memories of one kind as they are to lie in the mirror. */
export interface MemorySlice {
  readonly kind: string;
  /** Id, event time from which nothing can come of it (null: never), text. */
  readonly written: readonly (readonly [id: string, until: number | null, body: string])[];
  readonly removed: readonly string[];
  readonly parts: readonly (readonly [id: string, part: number, body: string])[];
  /** Of these ids only these parts are left. */
  readonly partsLeft: readonly (readonly [id: string, parts: readonly number[]])[];
}

export interface Memory {
  readonly load: Load;
  /**
   * Everything that changed, a slice at a time. It counts as changed until `saved`: what is not committed yet is not
   * let go of.
   * @param watermark event time up to which everything has come; null: not known yet, nothing is forgotten
   */
  slices(tables: readonly Table<unknown>[], watermark: number | null): Generator<MemorySlice>;
  /** It is gone from the mirror. */
  forgotten(kind: string, id: string): void;
}

/** Memories in a slice, and about how many characters of them: so that nobody waits long for the next. */
const SLICE_MEMORIES = 1_000;
const SLICE_CHARACTERS = 1_000_000;

/**
 * The memory of one environment's detections in the mirror.
 * @param keys which memories there are; null: none is read
 */
export function createMemory(
  db: ReadableDb,
  connection: number,
  expires: Expiry,
  keys: StoredKeys | null,
): Memory {
  const texts = createRecentTexts();
  const { load, lies, inParts } = reader(db, connection, texts);

  const whole = (kind: string, value: unknown): string => {
    const pack = packOf(kind);
    return pack === undefined ? bodyOf(value) : JSON.stringify(pack.write(value));
  };
  const encodeTimeline = (kind: string, key: string, timeline: AnyTimeline, to: Draft): string => {
    if (timeline.count <= INLINE_EVENTS) {
      if (inParts.delete(timeline)) to.partsLeft.push([key, []]);
      if (packOf(kind) !== undefined) return whole(kind, timeline);
      return bodyOf({ ...timeline, segments: timeline.segments.map(packed) });
    }
    const { segments, ...head } = timeline;
    let next = 1 + Math.max(0, ...segments.map((segment) => lies.get(segment)?.part ?? 0));
    const parts = segments.map((segment) => {
      const before = lies.get(segment);
      if (before?.events === segment.events.length) return before.part;
      const part = before?.part ?? next++;
      const body = bodyOf(packed(segment));
      to.parts.push([key, part, body]);
      to.characters += body.length;
      lies.set(segment, { part, events: segment.events.length });
      return part;
    });
    inParts.add(timeline);
    to.partsLeft.push([key, parts]);
    return bodyOf({ ...head, parts });
  };

  return {
    load: Object.assign(
      (kind: string, key: string) => (keys?.mayHave(kind, key) === true ? load(kind, key) : undefined),
      { mayHave: (kind: string, key: string) => keys?.mayHave(kind, key) ?? true },
    ),
    *slices(tables, watermark) {
      for (const { kind, held, changed } of tables) {
        let draft = newDraft(kind);
        for (const key of changed) {
          const value = held.get(key);
          if (value === undefined) {
            draft.removed.push(key);
            texts.delete(kind, key);
          } else {
            const body = isTimeline(value) ? encodeTimeline(kind, key, value, draft) : whole(kind, value);
            if (packOf(kind) !== undefined) texts.set(kind, key, body);
            const until = watermark === null ? null : expires(kind, value, watermark);
            keys?.note(kind, key);
            draft.written.push([key, until === null ? null : Math.ceil(until), body]);
            draft.characters += body.length;
          }
          const memories = draft.written.length + draft.removed.length;
          if (memories < SLICE_MEMORIES && draft.characters < SLICE_CHARACTERS) continue;
          yield draft;
          draft = newDraft(kind);
        }
        if (draft.written.length + draft.removed.length > 0) yield draft;
      }
    },
    forgotten(kind, id) {
      texts.delete(kind, id);
    },
  };
}

interface Draft {
  readonly kind: string;
  readonly written: [string, number | null, string][];
  readonly removed: string[];
  readonly parts: [string, number, string][];
  readonly partsLeft: [string, readonly number[]][];
  characters: number;
}
const newDraft = (kind: string): Draft => ({
  kind,
  written: [],
  removed: [],
  parts: [],
  partsLeft: [],
  characters: 0,
});

function reader(db: ReadableDb, connection: number, texts: RecentTexts) {
  const body = db
    .prepare('SELECT body FROM detector_entity WHERE connection = ? AND kind = ? AND id = ?')
    .pluck();
  const parts = db.prepare(
    'SELECT part, body FROM detector_part WHERE connection = ? AND kind = ? AND id = ?',
  );
  const lies = new WeakMap<AnySegment, Lies>();
  const inParts = new WeakSet<AnyTimeline>();
  const load: Load = (kind, key) => {
    const held = texts.get(kind, key);
    const text = held ?? body.get(connection, kind, key);
    if (typeof text !== 'string') return undefined;
    if (held === undefined && packOf(kind) !== undefined) texts.set(kind, key, text);
    const json: unknown = JSON.parse(text);
    const pack = Array.isArray(json) ? packOf(kind) : undefined;
    if (pack !== undefined) return pack.read(json);
    const value = decodeState(json);
    if (isTimeline(value)) {
      const timeline = { ...value, ...floorOf(value), segments: value.segments.map(unpacked) };
      upgrade(kind, timeline);
      return timeline;
    }
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
    upgrade(kind, timeline);
    inParts.add(timeline);
    return timeline;
  };
  return { load, lies, inParts };
}

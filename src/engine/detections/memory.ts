import { decodeState, encodeState } from '../detect/codec.ts';
import { isPacked, packEvents, unpackEvents, type PackedEvent } from '../detect/event-pack.ts';
import type { Expiry } from '../detect/expiry.ts';
import type { Placed } from '../detect/prepare.ts';
import type { Load, Table } from '../detect/table.ts';
import { ByteSink } from '../detect/pack/bytes.ts';
import { FrozenEvents } from '../detect/pack/frozen.ts';
import { joinForSave, thaw, type Segment, type Timeline } from '../detect/timeline.ts';
import type { ReadableDb } from '../mirror/database.ts';
import { packOf, upgrade, type Pack } from './packs.ts';
import { createPackedCache, type Found, type PackedCache } from './packed-cache.ts';
import type { StoredKeys } from './stored-keys.ts';

/** A timeline with more events than this lies in parts, so that a save writes only what changed. */
const INLINE_EVENTS = 300;
/**
 * Events of a part. With each lies a copy of the state before it, which for an environment is some hundred kilobytes;
 * an event that comes late repeats what follows it in its part.
 */
const JOINED: Readonly<Record<string, number>> = { environments: 2_048 };
const JOINED_OTHERS = 192;

type AnyTimeline = Timeline<unknown>;
type AnySegment = Segment<unknown>;
interface Head extends Omit<AnyTimeline, 'segments' | 'frozen'> {
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
/** Of a segment that is all objects. */
const packed = (segment: AnySegment) => ({
  ...segment,
  events: segment.events instanceof FrozenEvents ? [] : packEvents(segment.events),
});
/** A segment as it was read: packed, or, from before that was done, with whole events. */
const unpacked = (segment: AnySegment): AnySegment =>
  !(segment.events instanceof FrozenEvents) && isPacked(segment.events)
    ? { ...segment, events: unpackEvents(segment.events) }
    : segment;

/** The last event that left; earlier versions packed the whole of it. */
const floorOf = ({ floor }: { readonly floor: unknown }) => ({
  floor: Array.isArray(floor) ? (unpackEvents(floor as PackedEvent[])[0] ?? null) : (floor as Placed | null),
});

/** A part of a save: memories of one kind as they are to lie in the mirror. */
export interface MemorySlice {
  readonly kind: string;
  /** Id, event time from which nothing can come of it (null: never), text, or where its bytes end. */
  readonly written: readonly (readonly [id: string, until: number | null, body: string | number])[];
  /** Of the memories that are bytes, one after the other. */
  readonly bytes: Uint8Array;
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
   * @param mostHeld memories of a kind that stay as objects when the tables are cleaned after this. Where that is all of
   *   them, none is kept packed as well: a small installation would hold everything twice
   */
  slices(
    tables: readonly Table<unknown>[],
    watermark: number | null,
    mostHeld: (kind: string) => number,
  ): Generator<MemorySlice>;
  /** It is gone from the mirror. */
  forgotten(kind: string, id: string): void;
  /** Gives back memory beyond what it may take now. */
  fit(): void;
}

/** Memories in a slice, and about how many characters of them: so that nobody waits long for the next. */
const SLICE_MEMORIES = 1_000;
const SLICE_CHARACTERS = 1_000_000;

/**
 * The memory of one environment's detections in the mirror.
 * @param keys which memories there are; null: none is read
 * @param mostCached bytes of memory that its packed memories may take now
 */
export function createMemory(
  db: ReadableDb,
  connection: number,
  expires: Expiry,
  keys: StoredKeys | null,
  mostCached?: () => number,
): Memory {
  const cache = createPackedCache(mostCached);
  const sink = new ByteSink();
  const { load, lies, inParts } = reader(db, connection, cache);

  const encodeTimeline = (kind: string, key: string, timeline: AnyTimeline, to: Draft): string => {
    thaw(timeline);
    if (timeline.count <= INLINE_EVENTS) {
      notInParts(key, timeline, to);
      const { frozen: _, ...rest } = timeline;
      return bodyOf({ ...rest, segments: timeline.segments.map(packed) });
    }
    joinForSave(timeline, JOINED[kind] ?? JOINED_OTHERS);
    const { segments, frozen: _, ...head } = timeline;
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

  const notInParts = (key: string, timeline: AnyTimeline, to: Draft): void => {
    if (inParts.delete(timeline)) to.partsLeft.push([key, []]);
  };
  /** Text, or where the bytes end that were added. */
  const encode = (
    kind: string,
    key: string,
    value: unknown,
    leaving: boolean,
    to: Draft,
  ): string | number => {
    const timeline = isTimeline(value) ? value : null;
    const pack = packOf(kind);
    if (pack === undefined || (timeline !== null && timeline.count > INLINE_EVENTS)) {
      cache.delete(kind, key);
      return timeline === null ? bodyOf(value) : encodeTimeline(kind, key, timeline, to);
    }
    if (timeline !== null) notInParts(key, timeline, to);
    const start = sink.length;
    pack.write(value, sink);
    if (leaving) cache.set(kind, key, sink.bytes, start, sink.length);
    else cache.delete(kind, key);
    return sink.length;
  };
  const finish = (draft: Draft): MemorySlice => {
    const bytes = new Uint8Array(sink.length);
    bytes.set(sink.bytes.subarray(0, sink.length));
    sink.length = 0;
    return { ...draft, bytes };
  };

  return {
    load: Object.assign(
      (kind: string, key: string) =>
        keys === null ? undefined : load(kind, key, () => keys.mayHave(kind, key)),
      { mayHave: (kind: string, key: string) => keys?.mayHave(kind, key) ?? true },
    ),
    *slices(tables, watermark, mostHeld) {
      for (const { kind, held, changed } of tables) {
        const leaving = held.size > mostHeld(kind);
        let draft = newDraft(kind);
        for (const key of changed) {
          const value = held.get(key);
          if (value === undefined) {
            draft.removed.push(key);
            cache.delete(kind, key);
          } else {
            const body = encode(kind, key, value, leaving, draft);
            const until = watermark === null ? null : expires(kind, value, watermark);
            keys?.note(kind, key);
            draft.written.push([key, until === null ? null : Math.ceil(until), body]);
            if (typeof body === 'string') draft.characters += body.length;
          }
          const memories = draft.written.length + draft.removed.length;
          if (memories < SLICE_MEMORIES && draft.characters + sink.length < SLICE_CHARACTERS) continue;
          yield finish(draft);
          draft = newDraft(kind);
        }
        if (draft.written.length + draft.removed.length > 0) yield finish(draft);
      }
    },
    forgotten(kind, id) {
      cache.delete(kind, id);
    },
    fit: () => {
      cache.fit();
    },
  };
}

interface Draft {
  readonly kind: string;
  readonly written: [string, number | null, string | number][];
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

/** Copies are made in pieces of this many bytes: to ask for each by itself costs more than to read it. */
const SLAB = 65_536;
let slab = Buffer.allocUnsafeSlow(SLAB);
let slabFilled = 0;

/** What the cache holds is overwritten: whoever keeps parts of it gets bytes of its own. */
const readHeld = (pack: Pack, { bytes, start, end }: Found): unknown => {
  if (!pack.keeps) return pack.read(bytes, start);
  const length = end - start;
  if (length > SLAB / 8) return pack.read(Buffer.from(bytes.subarray(start, end)), 0);
  if (slabFilled + length > SLAB) [slab, slabFilled] = [Buffer.allocUnsafeSlow(SLAB), 0];
  const at = slabFilled;
  bytes.copy(slab, at, start, end);
  slabFilled += length;
  return pack.read(slab, at);
};

function reader(db: ReadableDb, connection: number, cache: PackedCache) {
  const body = db
    .prepare('SELECT packed, body FROM detector_entity WHERE connection = ? AND kind = ? AND id = ?')
    .raw();
  const parts = db.prepare(
    'SELECT part, body FROM detector_part WHERE connection = ? AND kind = ? AND id = ?',
  );
  const lies = new WeakMap<AnySegment, Lies>();
  const inParts = new WeakSet<AnyTimeline>();
  /** @param mayHave whether it may lie in the mirror; asked when it is not at hand */
  const load = (kind: string, key: string, mayHave: () => boolean): unknown => {
    const pack = packOf(kind);
    const held = pack === undefined ? undefined : cache.find(kind, key);
    if (pack !== undefined && held !== undefined) return readHeld(pack, held);
    if (!mayHave()) return undefined;
    const row = body.get(connection, kind, key) as readonly [Buffer | null, string] | undefined;
    if (row === undefined) return undefined;
    const [bytes, text] = row;
    if (pack !== undefined && bytes !== null) {
      cache.set(kind, key, bytes, 0, bytes.length);
      return pack.read(bytes, 0);
    }
    const json: unknown = JSON.parse(text);
    if (pack !== undefined && Array.isArray(json)) return pack.readJson(json);
    const value = decodeState(json);
    if (isTimeline(value)) {
      const timeline: AnyTimeline = {
        ...value,
        ...floorOf(value),
        frozen: null,
        segments: value.segments.map(unpacked),
      };
      upgrade(kind, timeline);
      return timeline;
    }
    if (!isHead(value)) {
      upgrade(kind, value);
      return value;
    }
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
    const timeline: AnyTimeline = { ...head, ...floorOf(head), frozen: null, segments };
    upgrade(kind, timeline);
    inParts.add(timeline);
    return timeline;
  };
  return { load, lies, inParts };
}

import type { DetectionRecord } from '#shared/domain/detection.ts';
import { EVENT_RANK, type EventType } from '../event.ts';
import type { Placed } from '../prepare.ts';
import type { Segment, Timeline } from '../timeline.ts';
import { PackReader, type ByteSink, type PackWriter } from './bytes.ts';
import { putEvents, takeEvents } from './event-bytes.ts';
import { FrozenEvents, FrozenRecords, FrozenState, type Frozen } from './frozen.ts';

/** How a value is written and read. */
export interface Bytes<T> {
  readonly put: (value: T, out: PackWriter) => void;
  readonly take: (from: PackReader) => T;
}

/** Before each part: how long it is. */
const LENGTH = 4;
const nothing = (): void => undefined;

type Records = Map<string, DetectionRecord> | FrozenRecords | null;
/** Findings are rare: JSON. */
const putRecords = (records: Records, out: PackWriter): void => {
  out.flag(records !== null);
  if (records === null) return;
  if (records instanceof FrozenRecords) {
    out.number(records.lastAt);
    out.text(records.json);
    return;
  }
  let last = 0;
  for (const { lastAt } of records.values()) last = Math.max(last, lastAt);
  out.number(last);
  out.json([...records.values()]);
};
const takeRecords = (from: PackReader): Records => {
  if (!from.flag()) return null;
  const lastAt = from.figure();
  return new FrozenRecords(from.name(), lastAt);
};

const putPlaced = (placed: Placed | null, out: PackWriter): void => {
  out.text(placed === null ? null : placed.type);
  if (placed === null) return;
  out.text(placed.id);
  out.number(placed.ts);
};
const takePlaced = (from: PackReader): Placed | null => {
  const type = from.text();
  if (type === null) return null;
  if (!Object.hasOwn(EVENT_RANK, type)) throw new RangeError(`A memory names a kind of event "${type}".`);
  return { type: type as EventType, id: from.name(), ts: from.figure() };
};

const readEvents = (bytes: Buffer, start: number) => takeEvents(new PackReader(bytes, start));

/**
 * A timeline as bytes. Before everything stands what is asked of the segments; then the state, and of each segment the
 * state before it and its events, all by themselves: what was not made an object since it was read is copied.
 */
export const timelineBytes = <S>({ put, take }: Bytes<S>, writer: PackWriter) => {
  const read = (bytes: Buffer, start: number): S => take(new PackReader(bytes, start));

  /** What was read, as it is, or what `put` puts, with its length before it. */
  const block = (sink: ByteSink, frozen: Frozen | null, put: () => void): void => {
    sink.room(LENGTH);
    const at = sink.length;
    sink.length += LENGTH;
    if (frozen !== null) sink.part(frozen.bytes, frozen.start, frozen.end);
    else {
      put();
      writer.end(sink);
    }
    sink.bytes.writeUInt32LE(sink.length - at - LENGTH, at);
  };
  const putState = (sink: ByteSink, state: S | FrozenState<S>): void => {
    if (state instanceof FrozenState) block(sink, state, nothing);
    else
      block(sink, null, () => {
        put(state, writer);
      });
  };

  return {
    write(timeline: Timeline<S>, sink: ByteSink): void {
      const { segments } = timeline;
      block(sink, null, () => {
        writer.uint(segments.length);
        writer.uint(timeline.count);
        putPlaced(timeline.floor, writer);
        putRecords(timeline.settled, writer);
        for (const { state, events, records } of segments) {
          writer.flag(state !== null);
          writer.uint(events.length);
          const isFrozen = events instanceof FrozenEvents;
          writer.number(isFrozen ? events.since : (events[0]?.ts ?? 0));
          putPlaced(isFrozen ? events.last : (events[events.length - 1] ?? null), writer);
          putRecords(records, writer);
        }
      });
      putState(sink, timeline.frozen ?? timeline.state);
      for (const { state, events } of segments) {
        if (state !== null) putState(sink, state);
        if (events instanceof FrozenEvents) block(sink, events, nothing);
        else
          block(sink, null, () => {
            putEvents(events, writer);
          });
      }
    },

    /** Of bytes that belong to the reader: parts of them are kept. */
    read(bytes: Buffer, start: number): Timeline<S> {
      const head = new PackReader(bytes, start + LENGTH);
      let end = start + LENGTH + bytes.readUInt32LE(start);
      let from = end;
      const next = (): void => {
        from = end + LENGTH;
        end = from + bytes.readUInt32LE(end);
      };
      const many = head.uint();
      const count = head.uint();
      const floor = takePlaced(head);
      const settled = takeRecords(head);
      next();
      const frozen = new FrozenState(bytes, from, end, read);
      const segments: Segment<S>[] = [];
      for (let left = many; left > 0; left -= 1) {
        const hasState = head.flag();
        const length = head.uint();
        const since = head.figure();
        const last = takePlaced(head);
        const records = takeRecords(head);
        let state: FrozenState<S> | null = null;
        if (hasState) {
          next();
          state = new FrozenState(bytes, from, end, read);
        }
        next();
        const about = last === null ? null : { length, since, last };
        const events = about === null ? [] : new FrozenEvents(bytes, from, end, about, readEvents);
        segments.push({ state, events, records });
      }
      return { segments, state: frozen.thaw(), frozen, settled, floor, count };
    },
  };
};

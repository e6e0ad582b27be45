import type { DetectionRecord } from '#shared/domain/detection.ts';
import { unpackEvents, type PackedEvent } from '../event-pack.ts';
import type { EventType } from '../event.ts';
import type { Placed } from '../prepare.ts';
import type { Segment, Timeline } from '../timeline.ts';
import { createPass, type Shape } from './shape.ts';

type Floor = readonly [id: string, ts: number, type: EventType];
type PackedSegment = readonly [state: unknown, events: number, records: readonly DetectionRecord[] | 0];
/** A timeline as JSON. `state` is written first, then the states before its segments, the latest first. */
export type PackedTimeline = readonly [
  state: unknown,
  segments: readonly PackedSegment[],
  events: readonly PackedEvent[],
  floor: Floor | 0,
  settled: readonly DetectionRecord[] | 0,
];

type Records = Map<string, DetectionRecord> | null;
const recordsIn = (packed: readonly DetectionRecord[] | 0): Records =>
  packed === 0 ? null : new Map(packed.map((record) => [record.id, record]));

const floorIn = (packed: Floor | 0): Placed | null => {
  if (packed === 0) return null;
  const [id, ts, type] = packed;
  return { id, ts, type };
};

/** Reads what an earlier version wrote with the same shape. */
export const unpackTimeline = <S>(shape: Shape<S>, packed: PackedTimeline): Timeline<S> => {
  const [state, reversed, packedEvents, floor, settled] = packed;
  const pass = createPass();
  const now = shape.read(state, pass);
  const events = unpackEvents(packedEvents);
  let end = events.length;
  const segments = reversed
    .map(([before, count, records]): Segment<S> => {
      const own = events.slice(end - count, end);
      end -= count;
      return {
        state: before === 0 ? null : shape.read(before, pass),
        events: own,
        records: recordsIn(records),
      };
    })
    .reverse();
  return {
    segments,
    state: now,
    frozen: null,
    settled: recordsIn(settled),
    floor: floorIn(floor),
    count: events.length,
  };
};

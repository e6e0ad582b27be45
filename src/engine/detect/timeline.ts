import type { DetectionRecord } from '#shared/domain/detection.ts';
import { HOUR } from '#shared/domain/units.ts';
import { FrozenEvents, FrozenRecords, FrozenState } from './pack/frozen.ts';
import { compareEvents, type Placed, type PreparedEvent } from './prepare.ts';

type Records = Map<string, DetectionRecord>;

/** A stretch of events with the state before them, from which they can be worked out again. */
export interface Segment<S> {
  /** Null: as created. Most entities are seen once or twice, and need no second copy. As read: bytes, until a late event. */
  state: S | FrozenState<S> | null;
  events: PreparedEvent[] | FrozenEvents;
  /** The last version of each finding that these events raised or updated; null when none. */
  records: Records | FrozenRecords | null;
}

/**
 * The events of one entity inside the reorder horizon, in event time. A late event is put where it belongs:
 * the state before its segment is taken up again and what follows is worked out anew. So the result depends
 * on the events alone, not on the order in which they came.
 */
export interface Timeline<S> {
  segments: Segment<S>[];
  /** State after the last event. */
  state: S;
  /** The same as it was read, while no event has changed it: a copy for the next segment that costs nothing. */
  frozen: FrozenState<S> | null;
  /** Last versions of findings whose events have left the horizon. */
  settled: Records | FrozenRecords | null;
  /** The last event that left; nothing can be placed before it. */
  floor: Placed | null;
  count: number;
}

export interface Fold<S> {
  create(): S;
  /** A copy that later events do not change. */
  clone(state: S): S;
  /** Works out one event; findings go to `records`. `first` is false when the event was seen before. */
  step(state: S, event: PreparedEvent, records: Records, first: boolean): void;
  /** Events in a segment. Larger: fewer copies of the state, longer repeats. */
  readonly segmentSize: number;
  /** Most events held; beyond it the oldest leave before their time. */
  readonly maxEvents: number;
  /** How long after its last event a finding is not updated any more, ms; absent: it may always be. */
  readonly settledMs?: (record: DetectionRecord) => number;
  /** With `settledMs`: the most that it gives. */
  readonly settledMostMs?: number;
}

/** What an insertion changed: a finding's new version, or null when it lost its ground. */
export type Changes = ReadonlyMap<string, DetectionRecord | null>;

/**
 * A segment spans at most this, so that the events of quiet entities leave soon after the horizon; a copy of the state is
 * made for each.
 */
const SEGMENT_SPAN = 72 * HOUR;
/** With more, the older half is joined. */
const MAX_SEGMENTS = 48;
const MAX_SETTLED = 64;

export const createTimeline = <S>(fold: Fold<S>): Timeline<S> => ({
  segments: [],
  state: fold.create(),
  frozen: null,
  settled: null,
  floor: null,
  count: 0,
});

/** The events of a segment, from now on as objects. */
const eventsOf = <S>(segment: Segment<S>): PreparedEvent[] => {
  const { events } = segment;
  if (!(events instanceof FrozenEvents)) return events;
  const thawed = events.thaw();
  segment.events = thawed;
  return thawed;
};
const recordsIn = (records: Records | FrozenRecords): Records =>
  records instanceof FrozenRecords ? records.thaw() : records;
/** The findings of a segment, from now on as objects. */
const recordsOf = (segment: Segment<unknown>): Records | null => {
  const { records } = segment;
  return records instanceof FrozenRecords ? (segment.records = records.thaw()) : records;
};
/** Those whose events have left, from now on as objects. */
const settledOf = (timeline: Timeline<unknown>): Records | null => {
  const { settled } = timeline;
  return settled instanceof FrozenRecords ? (timeline.settled = settled.thaw()) : settled;
};
const lastIn = ({ events }: Segment<unknown>): Placed | undefined =>
  events instanceof FrozenEvents ? events.last : events[events.length - 1];
const sinceOf = ({ events }: Segment<unknown>): number | undefined =>
  events instanceof FrozenEvents ? events.since : events[0]?.ts;

/** The last event that is held; undefined when there is none. */
export const lastHeld = ({ segments }: Pick<Timeline<unknown>, 'segments'>): Placed | undefined => {
  const segment = segments[segments.length - 1];
  return segment === undefined ? undefined : lastIn(segment);
};

/** Everything of a timeline as objects, in place. */
export const thaw = <S>(timeline: Timeline<S>): void => {
  timeline.frozen = null;
  settledOf(timeline);
  for (const segment of timeline.segments) {
    eventsOf(segment);
    recordsOf(segment);
    if (segment.state instanceof FrozenState) segment.state = segment.state.thaw();
  }
};

const settle = <S>(fold: Fold<S>, timeline: Timeline<S>): void => {
  const gone = timeline.segments.shift();
  if (!gone) return;
  timeline.count -= gone.events.length;
  const last = lastIn(gone);
  if (last) timeline.floor = { id: last.id, ts: last.ts, type: last.type };
  if (gone.records === null && timeline.settled === null) return;
  const { settledMs, settledMostMs = Infinity } = fold;
  // Nothing that is held, or comes, is older than the first event that is left.
  const [next] = timeline.segments;
  const since = (next === undefined ? undefined : sinceOf(next)) ?? timeline.floor?.ts ?? 0;
  const isLongSettled = (records: Records | FrozenRecords | null): boolean =>
    records instanceof FrozenRecords && records.lastAt < since - settledMostMs;
  if (isLongSettled(timeline.settled)) timeline.settled = null;
  if (isLongSettled(gone.records)) gone.records = null;
  if (gone.records === null && timeline.settled === null) return;
  const settled = settledOf(timeline) ?? (timeline.settled = new Map<string, DetectionRecord>());
  for (const [id, record] of recordsOf(gone) ?? []) {
    settled.delete(id);
    settled.set(id, record);
  }
  for (const [id, record] of settled)
    if (settled.size > MAX_SETTLED || (settledMs && record.lastAt < since - settledMs(record)))
      settled.delete(id);
  if (settled.size === 0) timeline.settled = null;
};

const joined = <S>(run: readonly Segment<S>[]): Segment<S> => {
  let records: Segment<S>['records'] = null;
  for (const one of run)
    if (one.records !== null)
      records = records === null ? one.records : new Map([...recordsIn(records), ...recordsIn(one.records)]);
  return { state: run[0]?.state ?? null, events: run.flatMap((one) => eventsOf(one)), records };
};
/**
 * Joins neighbours among the first `among` segments to at most `most` events. What is full stays the same object: it is
 * not copied again, and a save that has written it does not write it again.
 */
const join = <S>(segments: Segment<S>[], among: number, most: number): void => {
  const kept: Segment<S>[] = [];
  for (let from = 0; from < among;) {
    const first = segments[from];
    if (first === undefined) break;
    let events = first.events.length;
    let end = from + 1;
    for (; end < among; end += 1) {
      const more = segments[end]?.events.length ?? 0;
      if (events + more > most) break;
      events += more;
    }
    kept.push(end - from === 1 ? first : joined(segments.slice(from, end)));
    from = end;
  }
  segments.splice(0, among, ...kept);
};
/** Parts that the older half is joined to, of as many events as a timeline may hold. */
const OLDER_PARTS = 32;
/** Recent events keep short repeats, old ones cost less memory. */
const thin = <S>({ maxEvents }: Fold<S>, segments: Segment<S>[]): void => {
  join(segments, Math.floor(segments.length / 2), Math.ceil(maxEvents / OLDER_PARTS));
};
/** Joins all segments but the last, which still grows: of a long timeline each is written with a copy of its state. */
export const joinForSave = (timeline: Timeline<unknown>, most: number): void => {
  join(timeline.segments, timeline.segments.length - 1, most);
};

/** Lets events older than `before` (ms) go. */
const compact = <S>(fold: Fold<S>, timeline: Timeline<S>, before: number): void => {
  for (;;) {
    const [first] = timeline.segments;
    if (!first || timeline.segments.length < 2) return;
    const last = lastIn(first);
    if (last && last.ts >= before && timeline.count <= fold.maxEvents) return;
    settle(fold, timeline);
  }
};

/** Lists of fewer are made anew with each that is added: one that grows has room for sixteen more, and most stay short. */
const FEW = 4;
const withOne = <T>(list: T[], one: T): T[] => {
  if (list.length === 0) return [one];
  if (list.length < FEW) return list.concat([one]);
  list.push(one);
  return list;
};

/** Most events raise nothing: no list is made for them. */
const NOTHING: ReadonlyMap<string, DetectionRecord> = new Map();
let spare: Records = new Map();

const append = <S>(
  fold: Fold<S>,
  timeline: Timeline<S>,
  event: PreparedEvent,
  first: boolean,
): ReadonlyMap<string, DetectionRecord> => {
  let segment = timeline.segments[timeline.segments.length - 1];
  const since = segment === undefined ? undefined : sinceOf(segment);
  if (
    segment === undefined ||
    since === undefined ||
    segment.events.length >= fold.segmentSize ||
    event.ts - since > SEGMENT_SPAN
  ) {
    const fresh = timeline.count === 0 && timeline.floor === null;
    const before = fresh ? null : (timeline.frozen ?? fold.clone(timeline.state));
    segment = { state: before, events: [event], records: null };
    timeline.segments = withOne(timeline.segments, segment);
    if (timeline.segments.length > MAX_SEGMENTS) thin(fold, timeline.segments);
  } else segment.events = withOne(eventsOf(segment), event);
  timeline.count += 1;
  timeline.frozen = null;
  // What a step that threw left behind is nobody's.
  if (spare.size > 0) spare = new Map();
  const records = spare;
  fold.step(timeline.state, event, records, first);
  if (records.size === 0) return NOTHING;
  spare = new Map();
  const own = recordsOf(segment) ?? (segment.records = new Map());
  for (const [id, record] of records) own.set(id, record);
  return records;
};

const latest = <S>(segments: readonly Segment<S>[]): Records => {
  const all: Records = new Map();
  for (const segment of segments) for (const [id, record] of recordsOf(segment) ?? []) all.set(id, record);
  return all;
};

/** The last segment that begins before an event, or the first. */
const segmentBefore = <S>(segments: readonly Segment<S>[], event: PreparedEvent): number => {
  let from = segments.length - 1;
  while (from > 0) {
    const segment = segments[from];
    const start = segment === undefined ? undefined : eventsOf(segment)[0];
    if (start && compareEvents(start, event) < 0) break;
    from -= 1;
  }
  return Math.max(from, 0);
};

const isSame = (before: DetectionRecord | undefined, after: DetectionRecord): boolean =>
  before !== undefined && JSON.stringify(before) === JSON.stringify(after);

/** Works out anew everything from a segment on, with `change` applied to its events. */
const repeat = <S>(
  fold: Fold<S>,
  timeline: Timeline<S>,
  from: number,
  fresh: PreparedEvent | null,
  change: (events: PreparedEvent[]) => void,
): Changes => {
  const redone = timeline.segments.splice(from);
  const before = latest(redone);
  const events = redone.flatMap((segment) => eventsOf(segment));
  timeline.count -= events.length;
  change(events);
  const base = redone[0]?.state ?? null;
  timeline.frozen = base instanceof FrozenState ? base : null;
  timeline.state = base instanceof FrozenState ? base.thaw() : (base ?? fold.create());
  for (const each of events) append(fold, timeline, each, each === fresh);
  const { segments } = timeline;
  const after = latest(segments.slice(from));
  const changes = new Map<string, DetectionRecord | null>();
  // Most events that come late change nothing of what was found.
  for (const [id, record] of after) if (!isSame(before.get(id), record)) changes.set(id, record);
  const older = latest(segments.slice(0, from));
  const startsAt = events[0]?.ts ?? 0;
  for (const [id, record] of before) {
    if (after.has(id)) continue;
    const kept = older.get(id) ?? settledOf(timeline)?.get(id);
    if (kept) changes.set(id, kept);
    else if (record.raisedAt >= startsAt) changes.set(id, null);
  }
  return changes;
};

/** Whether this very event is here already. */
const isHeld = <S>(segments: readonly Segment<S>[], event: PreparedEvent): boolean => {
  const from = segmentBefore(segments, event);
  return segments
    .slice(from, from + 2)
    .some((segment) => eventsOf(segment).some((one) => one.id === event.id && one.ts === event.ts));
};

const placeLate = <S>(fold: Fold<S>, timeline: Timeline<S>, event: PreparedEvent): Changes =>
  repeat(fold, timeline, segmentBefore(timeline.segments, event), event, (events) => {
    let at = events.length;
    while (at > 0) {
      const previous = events[at - 1];
      if (previous && compareEvents(previous, event) < 0) break;
      at -= 1;
    }
    events.splice(at, 0, event);
  });

/** Puts a better known version of an event (same id, time and type) in its place. */
export const replace = <S>(fold: Fold<S>, timeline: Timeline<S>, event: PreparedEvent): Changes => {
  const from = timeline.segments.findIndex((segment) => eventsOf(segment).some(({ id }) => id === event.id));
  if (from < 0) return new Map();
  return repeat(fold, timeline, from, null, (events) => {
    const at = events.findIndex(({ id }) => id === event.id);
    if (at >= 0) events[at] = event;
  });
};

/**
 * Puts an event where it belongs. Returns what changed, or null when the event is older than everything
 * that is still held (the entity has more events inside the horizon than the bound allows).
 */
export const insert = <S>(
  fold: Fold<S>,
  timeline: Timeline<S>,
  event: PreparedEvent,
  horizonStart: number,
): Changes | null => {
  const last = lastHeld(timeline) ?? timeline.floor;
  if (last === null || compareEvents(last, event) < 0) {
    const records = append(fold, timeline, event, true);
    compact(fold, timeline, horizonStart);
    return records;
  }
  if (timeline.floor !== null && compareEvents(timeline.floor, event) >= 0) return null;
  if (isHeld(timeline.segments, event)) return new Map();
  return placeLate(fold, timeline, event);
};

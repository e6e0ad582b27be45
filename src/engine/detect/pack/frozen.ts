import type { DetectionRecord } from '#shared/domain/detection.ts';
import type { Placed, PreparedEvent } from '../prepare.ts';

/** A part of bytes that are never changed. */
export interface Frozen {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}
type Read<T> = (bytes: Buffer, start: number) => T;

/** A state as bytes: a copy that later events do not change, and that is made an object only when it is asked for. */
export class FrozenState<S> implements Frozen {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  readonly read: Read<S>;

  constructor(bytes: Buffer, start: number, end: number, read: Read<S>) {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.read = read;
  }
  /** A state of its own each time. */
  thaw(): S {
    return this.read(this.bytes, this.start);
  }
}

/** Events as bytes, in order, with what is asked of most of them. */
export class FrozenEvents implements Frozen {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  readonly read: Read<PreparedEvent[]>;
  readonly length: number;
  /** Event time of the first, ms. */
  readonly since: number;
  readonly last: Placed;

  constructor(
    bytes: Buffer,
    start: number,
    end: number,
    about: { readonly length: number; readonly since: number; readonly last: Placed },
    read: Read<PreparedEvent[]>,
  ) {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.read = read;
    this.length = about.length;
    this.since = about.since;
    this.last = about.last;
  }
  thaw(): PreparedEvent[] {
    return this.read(this.bytes, this.start);
  }
}

/** Findings as text: most are only carried along until they are settled. */
export class FrozenRecords {
  readonly json: string;
  /** Event time of the last update of any of them, ms. */
  readonly lastAt: number;

  constructor(json: string, lastAt: number) {
    this.json = json;
    this.lastAt = lastAt;
  }
  thaw(): Map<string, DetectionRecord> {
    return new Map((JSON.parse(this.json) as DetectionRecord[]).map((record) => [record.id, record]));
  }
}

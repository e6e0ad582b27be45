import { encodeState } from '../detect/codec.ts';
import { putAddress, takeAddress } from '../detect/pack/address-bytes.ts';
import { addressPack } from '../detect/pack/address-pack.ts';
import { ByteSink, PackReader, PackWriter } from '../detect/pack/bytes.ts';
import { recordsPack } from '../detect/pack/records-pack.ts';
import { putRiskPerson, putRiskValue, takeRiskPerson, takeRiskValue } from '../detect/pack/risk-bytes.ts';
import { riskPersonPack, riskValuePack } from '../detect/pack/risk-pack.ts';
import { sessionPack } from '../detect/pack/session-pack.ts';
import { createPass, type Shape } from '../detect/pack/shape.ts';
import { timelineBytes, type Bytes } from '../detect/pack/timeline-bytes.ts';
import { unpackTimeline, type PackedTimeline } from '../detect/pack/timeline-pack.ts';
import { upgradeRiskPerson, upgradeUser } from '../detect/pack/upgrade.ts';
import { putUser, takeUser } from '../detect/pack/user-bytes.ts';
import { userPack } from '../detect/pack/user-pack.ts';
import type { RiskPerson } from '../detect/risk/risk-state.ts';
import { thaw, type Timeline } from '../detect/timeline.ts';
import type { UserState } from '../detect/user-state.ts';

/** How memories of one kind are written in little room, as bytes. The caller asks for the pack of the value's own kind. */
export interface Pack {
  write(value: unknown, sink: ByteSink): void;
  /** What is read keeps parts of the bytes: they must not be changed. */
  readonly keeps: boolean;
  read(bytes: Buffer, start: number): unknown;
  /** What an earlier version wrote: a JSON list. */
  readJson(json: unknown): unknown;
}

/** First byte of what is written. Raised when what is already written would be read differently. */
const LAYOUT = 1;
const checkLayout = (layout: number | undefined): void => {
  if (layout !== LAYOUT)
    throw new Error(
      `What detections remember was written as layout ${String(layout)}; this program reads layout ${String(LAYOUT)}. Update the program.`,
    );
};

const ofTimeline = <S>(bytes: Bytes<S>, shape: Shape<S>, writer: PackWriter): Pack => {
  const timelines = timelineBytes(bytes, writer);
  return {
    write(value, sink) {
      sink.byte(LAYOUT);
      timelines.write(value as Timeline<S>, sink);
    },
    keeps: true,
    read(packed, start) {
      checkLayout(packed[start]);
      return timelines.read(packed, start + 1);
    },
    readJson: (json) => unpackTimeline(shape, json as PackedTimeline),
  };
};
const of = <T>({ put, take }: Bytes<T>, shape: Shape<T>, writer: PackWriter): Pack => {
  return {
    write(value, sink) {
      sink.byte(LAYOUT);
      put(value as T, writer);
      writer.end(sink);
    },
    keeps: false,
    read(packed, start) {
      checkLayout(packed[start]);
      return take(new PackReader(packed, start + 1));
    },
    readJson: (json) => shape.read(json, createPass()),
  };
};
/** What is seldom asked for: JSON in bytes. */
const json = <T>(shape: Shape<T>): Bytes<T> => ({
  put: (value, out) => {
    out.json(shape.write(value, createPass()));
  },
  take: (from) => shape.read(from.json(), createPass()),
});

/**
 * Kinds of which there are as many as people, places, sessions and findings.
 * @param change what is written in place of a text
 */
const createPacks = (change: ((text: string) => string) | null): ReadonlyMap<string, Pack> => {
  const writer = new PackWriter(change);
  return new Map([
    ['users', ofTimeline({ put: putUser, take: takeUser }, userPack, writer)],
    ['addresses', ofTimeline({ put: putAddress, take: takeAddress }, addressPack, writer)],
    ['sessions', ofTimeline(json(sessionPack), sessionPack, writer)],
    ['records', of(json(recordsPack), recordsPack, writer)],
    ['risk-people', of({ put: putRiskPerson, take: takeRiskPerson }, riskPersonPack, writer)],
    ['risk-values', of({ put: putRiskValue, take: takeRiskValue }, riskValuePack, writer)],
  ]);
};
const PACKS = createPacks(null);
export const packOf = (kind: string): Pack | undefined => PACKS.get(kind);

const isTimeline = (value: unknown): value is Timeline<unknown> =>
  typeof value === 'object' && value !== null && 'segments' in value;
/** A memory with every part as objects. */
const whole = (pack: Pack, bytes: Buffer): unknown => {
  const value = pack.read(bytes, 0);
  if (isTimeline(value)) thaw(value);
  return value;
};

/** Writes packed memories anew with other texts; null where that changes nothing. */
export function packChanger(
  change: (text: string) => string,
): (kind: string, bytes: Buffer) => Uint8Array | null {
  const changes = new Set<string>();
  const packs = createPacks((text) => {
    const made = change(text);
    if (made !== text) changes.add(text);
    return made;
  });
  const sink = new ByteSink();
  return (kind, bytes) => {
    const pack = packs.get(kind);
    if (pack === undefined) return null;
    changes.clear();
    sink.length = 0;
    pack.write(whole(pack, bytes), sink);
    return changes.size > 0 ? Uint8Array.from(sink.bytes.subarray(0, sink.length)) : null;
  };
}

/** A packed memory as JSON that can be read. */
export function readable(kind: string, bytes: Buffer): unknown {
  const pack = packOf(kind);
  return pack === undefined ? null : encodeState(whole(pack, bytes));
}

/** Brings what was not packed up to date, in place: an earlier version may have written it. */
export function upgrade(kind: string, value: unknown): void {
  if (kind === 'users') upgradeUser(value as Timeline<UserState>);
  else if (kind === 'risk-people') upgradeRiskPerson(value as RiskPerson);
}

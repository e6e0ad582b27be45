import { addressPack } from '../detect/pack/address-pack.ts';
import { recordsPack } from '../detect/pack/records-pack.ts';
import { riskPersonPack, riskValuePack } from '../detect/pack/risk-pack.ts';
import { sessionPack } from '../detect/pack/session-pack.ts';
import { createPass, type Shape } from '../detect/pack/shape.ts';
import { packTimeline, unpackTimeline, type PackedTimeline } from '../detect/pack/timeline-pack.ts';
import { upgradeUser } from '../detect/pack/upgrade.ts';
import { userPack } from '../detect/pack/user-pack.ts';
import type { Timeline } from '../detect/timeline.ts';
import type { UserState } from '../detect/user-state.ts';

/** How memories of one kind are written in little room: as a JSON list. Texts of earlier versions are objects. */
interface Pack {
  write(value: unknown): unknown;
  read(json: unknown): unknown;
}

const ofTimeline = <S>(shape: Shape<S>): Pack => ({
  // The caller asks for the pack of the value's own kind.
  write: (value) => packTimeline(shape, value as Timeline<S>),
  read: (json) => unpackTimeline(shape, json as PackedTimeline),
});
const of = <T>(shape: Shape<T>): Pack => ({
  write: (value) => shape.write(value as T, createPass()),
  read: (json) => shape.read(json, createPass()),
});

/** Kinds of which there are as many as people, places, sessions and findings. */
const PACKS: ReadonlyMap<string, Pack> = new Map([
  ['users', ofTimeline(userPack)],
  ['addresses', ofTimeline(addressPack)],
  ['sessions', ofTimeline(sessionPack)],
  ['records', of(recordsPack)],
  ['risk-people', of(riskPersonPack)],
  ['risk-values', of(riskValuePack)],
]);
export const packOf = (kind: string): Pack | undefined => PACKS.get(kind);

/** Brings what was not packed up to date, in place: an earlier version may have written it. */
export function upgrade(kind: string, value: unknown): void {
  if (kind === 'users') upgradeUser(value as Timeline<UserState>);
}

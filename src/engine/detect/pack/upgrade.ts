import { ownCountsOf } from '../risk/own-counts.ts';
import type { RiskPerson } from '../risk/risk-state.ts';
import { sightsOf, type Seen, type Sights } from '../sights.ts';
import type { Timeline } from '../timeline.ts';
import type { Profile, UserState } from '../user-state.ts';
import { FrozenState } from './frozen.ts';

const SEEN = [
  'countries',
  'devices',
  'asns',
  'addresses',
  'families',
] as const satisfies readonly (keyof Profile)[];

const upgradeState = (state: UserState): void => {
  const { profile } = state;
  for (const name of SEEN) {
    const seen: Sights | Map<string, Seen> = profile[name];
    if (seen instanceof Map) profile[name] = sightsOf(seen as Map<string, Seen>);
  }
};

/** Brings what an earlier version remembered of a person up to date, in place: sights were maps of objects. */
export const upgradeUser = (timeline: Timeline<UserState>): void => {
  upgradeState(timeline.state);
  for (const { state } of timeline.segments)
    if (state !== null && !(state instanceof FrozenState)) upgradeState(state);
};

/** The same of what was counted of a person: values were maps by level. */
export const upgradeRiskPerson = (person: RiskPerson & { levels?: Map<string, number>[] }): void => {
  if (person.levels === undefined) return;
  person.own = ownCountsOf(person.levels);
  delete person.levels;
};

import type { Episode } from '../episode.ts';
import { Table, type Load } from '../table.ts';
import { FEATURES, type FeatureName } from './features.ts';
import { createOwnCounts, type OwnCounts } from './own-counts.ts';

/** What is counted of one person. Bounded: the values least used leave first. */
export interface RiskPerson {
  /** Event time of the first login. */
  first: number | null;
  logins: number;
  /** Logins with each value, address levels first. */
  own: OwnCounts;
  /** The latest login, for the session that is opened with it; ts in event time. */
  last: { ts: number; ip: string | null; risk: number | null } | null;
  /** The latest finding that a sign-in was risky. */
  asked: Episode | null;
}

/** What is counted of one value of one level. */
export interface RiskValue {
  /** Logins of everybody. */
  n: number;
  /** Event time of the latest. */
  last: number;
  /** Of an exact value: for each coarser level, the values among its logins. Bounded. */
  within: string[][] | null;
}

export interface RiskTotals {
  logins: number;
  users: number;
  /** Distinct values of the coarser levels. */
  distinct: Record<FeatureName, number>;
}

/** Everything that the score is made from. */
export interface RiskState {
  readonly people: Table<RiskPerson>;
  /** By `level value`. */
  readonly values: Table<RiskValue>;
  /** By address or /64: event time of the latest attack from there. */
  readonly attacks: Table<number>;
  readonly totals: RiskTotals;
}

/** An empty state; with `load` what is not held is read when it is asked for, and `totals` say where it stood. */
export const createRiskState = (load: Load | null = null, totals?: RiskTotals): RiskState => ({
  people: new Table('risk-people', load),
  values: new Table('risk-values', load),
  attacks: new Table('risk-attacks', load),
  totals: totals ?? { logins: 0, users: 0, distinct: { ip: 0, ua: 0 } },
});

export const riskTables = (state: RiskState): readonly Table<unknown>[] => [
  state.people,
  state.values,
  state.attacks,
];

const LEVELS = FEATURES.ip.length + FEATURES.ua.length;
export const createRiskPerson = (): RiskPerson => ({
  first: null,
  logins: 0,
  own: createOwnCounts(LEVELS),
  last: null,
  asked: null,
});

import type { DetectionRecord } from '#shared/domain/detection.ts';
import type { AddressState } from './address-state.ts';
import { cloneState, decodeState, encodeState } from './codec.ts';
import type { SkewState } from './detections/clock-skew.ts';
import type { EnvironmentState } from './environment-fold.ts';
import type { Figures } from './figures.ts';
import type { PersonRisk } from './person-risk.ts';
import type { PreparedEvent } from './prepare.ts';
import type { SessionState } from './session-state.ts';
import { thaw, type Timeline } from './timeline.ts';
import { upgradeUser } from './pack/upgrade.ts';
import { Table, type Load } from './table.ts';
import type { UserState } from './user-state.ts';

/** Everything that a detector remembers. */
export interface DetectorState {
  users: Table<Timeline<UserState>>;
  addresses: Table<Timeline<AddressState>>;
  environments: Table<Timeline<EnvironmentState>>;
  sessions: Table<Timeline<SessionState>>;
  skews: Table<Timeline<SkewState>>;
  people: Table<PersonRisk>;
  /** Whose a session is. */
  owners: Table<string>;
  orphans: Table<PreparedEvent[]>;
  /** Whose roles and passwords somebody changed. */
  actors: Table<string[]>;
  /** Findings by id, then by who says so. */
  records: Table<Map<string, DetectionRecord>>;
  /** Ids inside the horizon; null when whoever feeds the detector gives each event once. */
  seen: Map<string, number> | null;
  /** Latest arrival, ms; null before the first live event. */
  watermark: number | null;
  sincePrune: number;
}

const TABLES = [
  'users',
  'addresses',
  'environments',
  'sessions',
  'skews',
  'people',
  'owners',
  'orphans',
  'actors',
  'records',
] as const;
const TIMELINES = ['users', 'addresses', 'environments', 'sessions', 'skews'] as const;
type TableName = (typeof TABLES)[number];

/** The tables of a memory, each with its kind. */
export const tablesOf = (state: DetectorState): readonly Table<unknown>[] =>
  TABLES.map((name) => state[name]);

/** An empty memory; with `load` the rest of it is read as it is needed. */
export const createState = (load: Load | null = null): DetectorState => ({
  users: new Table('users', load),
  addresses: new Table('addresses', load),
  environments: new Table('environments', load),
  sessions: new Table('sessions', load),
  skews: new Table('skews', load),
  people: new Table('people', load),
  owners: new Table('owners', load),
  orphans: new Table('orphans', load),
  actors: new Table('actors', load),
  records: new Table('records', load),
  seen: load === null ? new Map() : null,
  watermark: null,
  sincePrune: 0,
});

const VERSION = 2;

/** A detector's memory as JSON. */
export interface Snapshot {
  /** Version of the layout: 2. Of 1, what was seen with people was a map of objects. */
  readonly version: number;
  readonly state: unknown;
  readonly figures: Figures;
}

type Plain = Record<TableName, Map<string, unknown>> &
  Pick<DetectorState, 'seen' | 'watermark' | 'sincePrune'>;

export const writeSnapshot = (state: DetectorState, figures: Figures): Snapshot => {
  for (const name of TIMELINES)
    for (const timeline of (state[name] as Table<Timeline<unknown>>).held.values()) thaw(timeline);
  const held = Object.fromEntries(TABLES.map((name) => [name, state[name].held]));
  const { seen, watermark, sincePrune } = state;
  return {
    version: VERSION,
    state: encodeState(cloneState({ ...held, seen, watermark, sincePrune })),
    figures: structuredClone(figures),
  };
};

/** Takes what this and earlier versions wrote. Throws when a later one wrote it. */
export const readSnapshot = (snapshot: Snapshot): DetectorState => {
  if (snapshot.version < 1 || snapshot.version > VERSION)
    throw new Error(
      `This detector state has version ${String(snapshot.version)}; this program reads up to version ${String(VERSION)}. Update the program, or train anew.`,
    );
  const plain = decodeState(snapshot.state) as Plain;
  const state = createState();
  for (const name of TABLES)
    for (const [key, value] of plain[name]) (state[name] as Table<unknown>).set(key, value);
  for (const name of TIMELINES) for (const timeline of state[name].held.values()) timeline.frozen ??= null;
  for (const timeline of state.users.held.values()) upgradeUser(timeline);
  const { seen, watermark, sincePrune } = plain;
  return Object.assign(state, { seen, watermark, sincePrune });
};

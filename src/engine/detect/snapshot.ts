import type { DetectionRecord } from '#shared/domain/detection.ts';
import type { AddressState } from './address-state.ts';
import { decodeState, encodeState } from './codec.ts';
import type { SkewState } from './detections/clock-skew.ts';
import type { EnvironmentState } from './environment-fold.ts';
import type { Figures } from './figures.ts';
import type { PersonRisk } from './person-risk.ts';
import type { PreparedEvent } from './prepare.ts';
import type { SessionState } from './session-state.ts';
import type { Timeline } from './timeline.ts';
import type { UserState } from './user-state.ts';

/** Everything that a detector remembers. */
export interface DetectorState {
  users: Map<string, Timeline<UserState>>;
  addresses: Map<string, Timeline<AddressState>>;
  environments: Map<string, Timeline<EnvironmentState>>;
  sessions: Map<string, Timeline<SessionState>>;
  skews: Map<string, Timeline<SkewState>>;
  people: Map<string, PersonRisk>;
  /** Whose a session is. */
  owners: Map<string, string>;
  orphans: Map<string, PreparedEvent[]>;
  /** Whose roles and passwords somebody changed. */
  actors: Map<string, string[]>;
  /** Findings by id, then by who says so. */
  records: Map<string, Map<string, DetectionRecord>>;
  /** Ids inside the horizon. */
  seen: Map<string, number>;
  /** Latest arrival, ms; null before the first live event. */
  watermark: number | null;
  sincePrune: number;
}

/** A detector's memory as JSON. */
export interface Snapshot {
  /** Version of the layout: 1. */
  readonly version: number;
  readonly state: unknown;
  readonly figures: Figures;
}

export const writeSnapshot = (state: DetectorState, figures: Figures): Snapshot => ({
  version: 1,
  state: encodeState(state),
  figures: structuredClone(figures),
});

/** Throws when the snapshot was written by a later version. */
export const readSnapshot = (snapshot: Snapshot): DetectorState => {
  if (snapshot.version !== 1)
    throw new Error(
      `This detector state has version ${String(snapshot.version)}; this program reads version 1. Update the program, or train anew.`,
    );
  return decodeState(snapshot.state) as DetectorState;
};

import type { EpochMs } from '../domain/units.ts';

/** Place of a session that has none: it is in the table only. */
export const NO_PLACE = 0xffff_ffff;

/**
 * Sessions for the map, by column: cheap to clone, to hand to a worker and to draw. Either everything that fits the
 * filter, or only what may have changed since a revision.
 */
export interface MapChanges {
  /** Replaces whatever was known before. */
  readonly whole: boolean;
  /** Ask next for what has changed since this. */
  readonly revision: number;
  /** The mirror's key of each session that fits; a key that was known before is moved. */
  readonly keys: Uint32Array;
  /** Index into the columns of places, or NO_PLACE. */
  readonly place: Uint32Array;
  /** Severity of the worst open detection about the session: 0 none, 1 low … 4 critical. */
  readonly worst: Uint8Array;
  /** Keys that no longer fit. */
  readonly gone: Uint32Array;
  readonly places: {
    /** `placeCell` of each. */
    readonly cell: Float64Array;
    readonly latitude: Float64Array;
    readonly longitude: Float64Array;
    readonly label: readonly string[];
    /** ISO 3166-1 alpha-2. */
    readonly country: readonly string[];
  };
}

/** Where an account was seen, oldest first; a stay at one place is one stop. */
export interface TravelStop {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly latitude: number;
  readonly longitude: number;
  readonly label: string;
}

/** Sign-ins and failures in equal steps, oldest first. */
export interface Timeline {
  readonly from: EpochMs;
  readonly stepMs: number;
  readonly signIns: readonly number[];
  readonly failures: readonly number[];
  /** The oldest sign-in that the mirror has counted; null when there is none. */
  readonly oldest: EpochMs | null;
}

import { z } from 'zod';
import { AccountId, ConnectionId } from '../domain/ids.ts';
import { EpochMs } from '../domain/units.ts';
import { method } from './contract.ts';

/** The risk of one sign-in of a person. */
export interface RiskPoint {
  readonly connection: ConnectionId;
  /** Event time. */
  readonly at: EpochMs;
  /** 0 to 100, 50 is as usual; null: nothing to compare with yet. */
  readonly risk: number | null;
  readonly learning: boolean;
}
export interface RiskHistory {
  /** Oldest first; the newest 1,000. */
  readonly points: readonly RiskPoint[];
  /** Scored sign-ins of the period. */
  readonly total: number;
}

/** A threshold and what it gives on the environment's own history. */
export interface RiskThreshold {
  /** Product of the score; a question is asked above it. */
  readonly askAbove: number;
  /** The same on the scale of 0 to 100. */
  readonly risk: number;
  readonly questionsPerWeek: number;
  /** Share of the sign-ins that are asked, 0 to 1. */
  readonly share: number;
}
export interface RiskCalibration {
  /** Sign-ins with a score whose person was not being learned any more. */
  readonly signIns: number;
  /** Without a score, and of people who were still being learned. */
  readonly unscored: number;
  readonly learning: number;
  readonly weeks: number;
  /** From few questions to many. */
  readonly curve: readonly RiskThreshold[];
  /** For the number asked about; null: there is no history to choose on. */
  readonly chosen: RiskThreshold | null;
  /** What the threshold that is saved gives now; null: none is saved. */
  readonly saved: RiskThreshold | null;
}

/** Risk of sign-ins over the mirror, and how often somebody is asked about it (docs/detections.md). */
export const RISK_METHODS = {
  'risk.history': method<RiskHistory>()(() =>
    z.strictObject({
      accounts: z
        .array(z.strictObject({ connection: ConnectionId, id: AccountId }))
        .min(1)
        .max(100),
      since: EpochMs,
    }),
  ),
  'risk.calibrate': method<RiskCalibration>()(() =>
    z.strictObject({
      connection: ConnectionId,
      questionsPerWeek: z.number().min(0).max(100_000),
      /** Event time from which history counts; absent: all of it. */
      since: EpochMs.optional(),
    }),
  ),
} as const;

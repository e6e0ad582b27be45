import type { ProxyChoice } from '../domain/proxy.ts';
import type { EpochMs } from '../domain/units.ts';
import type { PostureCheck } from '../protocol/posture.ts';

/** What an agent showed when it was connected to last. */
export interface CertificateView {
  readonly subject: string;
  readonly issuer: string;
  /** Milliseconds since the epoch. */
  readonly validFrom: number;
  readonly validTo: number;
  /** SHA-256 of the public key, base64. */
  readonly pin: string;
}

/** How an environment is reached. */
export type ProxyView = ProxyChoice & {
  /** A name and a password for the proxy are kept. */
  readonly credentials: boolean;
};

/** What an agent says of the settings of its store. */
export interface PostureView {
  readonly checks: readonly PostureCheck[];
  /** Console clock. */
  readonly asOf: EpochMs;
}

/** A stretch in which an agent, or its store, could not be seen. */
export interface Outage {
  readonly is: 'offline' | 'store-down' | 'store-degraded';
  /** Console clock; `to` null: it goes on. */
  readonly from: EpochMs;
  readonly to: EpochMs | null;
  /** A code of a problem, or words; empty where nothing was said. */
  readonly why: string;
}
export interface OutageHistory {
  /** Nothing is known before: the environment was not configured then. */
  readonly since: EpochMs;
  /** Newest first. */
  readonly outages: readonly Outage[];
  /** Outages in all since then, of which these are the newest. */
  readonly total: number;
}

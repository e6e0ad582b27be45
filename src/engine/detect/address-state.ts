import { cloneState } from './codec.ts';
import { cloneLog, cloneSpan, createLog, createSpan, type AttemptLog, type Span } from './attempts.ts';
import type { AttackRun, Hit } from './attack-run.ts';
import type { Episodes } from './episode.ts';

/** The three attacks that one address makes on many accounts. */
export const ADDRESS_ATTACKS = ['password_spray', 'password_spray_slow', 'credential_stuffing'] as const;
export type AddressAttack = (typeof ADDRESS_ATTACKS)[number];

export interface AddressFailures {
  log: AttemptLog;
  spans: Record<AddressAttack, Span>;
  retries: Map<string, number>;
  runs: Record<AddressAttack, AttackRun | null>;
}

/** State of one address (or IPv6 /64) between events. Bounded. */
export interface AddressState {
  /** Null until somebody fails here. */
  failures: AddressFailures | null;
  /** Successes of the last day, for looking back when a pattern completes. */
  successes: Hit[];
  /** Event time of the first success of each person here. */
  established: Map<string, number>;
  episodes: Episodes;
  /** Who signed in during an episode, by its key. */
  visitors: Map<string, { at: string; users: string[] }>;
}

export const createAddressFailures = (): AddressFailures => ({
  log: createLog(),
  spans: {
    password_spray: createSpan(),
    password_spray_slow: createSpan(),
    credential_stuffing: createSpan(),
  },
  retries: new Map(),
  runs: { password_spray: null, password_spray_slow: null, credential_stuffing: null },
});

const cloneFailures = ({ log, spans, retries, runs }: AddressFailures): AddressFailures => ({
  log: cloneLog(log),
  spans: {
    password_spray: cloneSpan(spans.password_spray),
    password_spray_slow: cloneSpan(spans.password_spray_slow),
    credential_stuffing: cloneSpan(spans.credential_stuffing),
  },
  retries: new Map(retries),
  runs: {
    password_spray: cloneState(runs.password_spray),
    password_spray_slow: cloneState(runs.password_spray_slow),
    credential_stuffing: cloneState(runs.credential_stuffing),
  },
});
/** A copy that shares what is never changed in place. */
export const cloneAddressState = (state: AddressState): AddressState => ({
  failures: state.failures === null ? null : cloneFailures(state.failures),
  successes: state.successes.slice(),
  established: new Map(state.established),
  episodes: cloneState(state.episodes),
  visitors: cloneState(state.visitors),
});

export const createAddressState = (): AddressState => ({
  failures: null,
  successes: [],
  established: new Map(),
  episodes: new Map(),
  visitors: new Map(),
});

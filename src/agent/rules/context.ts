import type { Log } from '#shared/domain/log.ts';
import type { Clock } from '#shared/domain/units.ts';
import type { Hello, HelloLimits } from '#shared/protocol/handshake.ts';
import type { Evidence } from '../poll/evidence.ts';
import type { Flags } from '../poll/flags.ts';
import type { OneAtATime } from '../poll/one-at-a-time.ts';
import type { Recorder } from '../poll/recorder.ts';
import type { StoreStateHolder } from '../poll/store-state.ts';
import type { Notice } from '../server/services.ts';
import type { AgentState } from '../state/state.ts';
import type { StoreAdapter } from '../stores/store-adapter.ts';
import type { HeldReach } from './held-reach.ts';
import type { NetworkLists } from './lists.ts';
import type { Protection } from './protection.ts';

/** Moments at which a test can make the agent die. */
export type RulePoint = 'decided' | 'acted' | 'settled';

/** What was done, for those who are to be told. */
export type RuleNews =
  | {
      readonly is: 'applied';
      readonly rule: string;
      readonly name: string;
      readonly account: { readonly id: string; readonly name: string; readonly email: string | null };
      readonly reason: string;
      readonly at: number;
      readonly observed: boolean;
    }
  | {
      readonly is: 'stopped';
      readonly rule: string;
      readonly name: string;
      readonly wanted: number;
      readonly allowed: number;
      readonly at: number;
    };

/** What the parts of the rules side share. */
export interface RuleContext {
  readonly state: AgentState;
  readonly adapter: StoreAdapter;
  readonly store: StoreStateHolder;
  readonly gate: OneAtATime;
  readonly recorder: Recorder;
  readonly evidence: Evidence;
  readonly flags: Flags;
  readonly environment: Hello['environment'];
  readonly limits: HelloLimits;
  readonly clock: Clock;
  /** Milliseconds of a clock that nobody sets. */
  readonly monotonic: () => number;
  readonly log: Log;
  /** When to look again at what was ended, ms, besides after the store's longest request. */
  readonly proofAfterMs: readonly number[];
  readonly lists: NetworkLists;
  readonly heldReach: HeldReach;
  readonly protection: Protection;
  /** Opens the places; called once, when a rule first needs them. Null: there are none. */
  readonly openPlaces: () => Promise<PlaceFinder | null>;
  readonly notify: (notice: Notice) => void;
  readonly tell: (news: RuleNews) => void;
  readonly reached: (point: RulePoint) => void;
}
export type PlaceFinder = (ip: string) => { readonly country: string; readonly region: string | null } | null;

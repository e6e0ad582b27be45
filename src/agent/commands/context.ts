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

/** Moments of a command at which a test can make the agent die. */
export type CommandPoint = 'journalled' | 'attempted' | 'acted' | 'settled';

/** What the parts of the commands side share. */
export interface CommandContext {
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
  readonly log: Log;
  /** Looks at the store now; resolves when done. */
  readonly refresh: () => Promise<void>;
  readonly notify: (notice: Notice) => void;
  readonly reached: (point: CommandPoint) => void;
  /** When to look again after a command, in milliseconds, besides after the store's longest request. */
  readonly proofAfterMs: readonly number[];
  readonly answerWithinMs: number;
}

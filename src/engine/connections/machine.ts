import type { Epoch, Seq, SubscriptionId } from '#shared/domain/ids.ts';
import type { Problem } from '#shared/domain/result.ts';
import type { EpochMs } from '#shared/domain/units.ts';
import type { Goodbye, Hello } from '#shared/protocol/handshake.ts';
import type { WireError } from '#shared/protocol/codes.ts';
import type { ChangesEnvelope, SnapshotEnvelope, Want } from '#shared/protocol/stream.ts';
import type { Cursor } from '../mirror/cursors.ts';

/**
 * One connection as a state machine: what is known (Machine), what can happen (Input), what is to be done (Effect).
 * Nothing here touches a socket, a clock or a database; shell.ts does.
 */
export interface Machine {
  readonly phase: Phase;
  /** Committed position; null before the first snapshot. */
  readonly cursor: Cursor | null;
  /** Environment that this connection's data belongs to; null until the first hello. */
  readonly environment: string | null;
  /** Failed tries since the last time that it worked for a while. */
  readonly attempt: number;
  /** Faults in the stream lately, for back-off between subscriptions. */
  readonly strikes: number;
  readonly struckAt: EpochMs | null;
  /** A complete snapshot is being moved into the mirror; until then there is no position to go on from. */
  readonly applying: boolean;
  /** Grows with every subscription and every disconnection: answers to older ones are nobody's. */
  readonly round: number;
}

export type Phase =
  | { readonly is: 'stopped' }
  | { readonly is: 'refused'; readonly problem: Problem }
  | { readonly is: 'waiting'; readonly retryAt: EpochMs; readonly problem: Problem }
  | { readonly is: 'connecting' }
  | ({ readonly is: 'subscribing'; readonly resume: Cursor | null } & Linked)
  | ({ readonly is: 'pausing'; readonly retryAt: EpochMs; readonly problem: Problem } & Linked)
  | ({
      readonly is: 'snapshot';
      readonly subscription: SubscriptionId;
      /** Part that is due. */
      readonly next: number;
      /** The last part has been received. */
      readonly last: boolean;
      readonly epoch: Epoch | null;
      readonly asOf: Seq | null;
      /** Parts that are kept durably. */
      readonly staged: number;
      /** Sessions so far. */
      readonly received: number;
      readonly pending: readonly PendingAck[];
    } & Linked)
  | ({
      readonly is: 'streaming';
      readonly subscription: SubscriptionId;
      readonly epoch: Epoch;
      /** How many parts that snapshot had; undefined after a resume. */
      readonly snapshotParts?: number | undefined;
      /** Highest position received, committed or not. */
      readonly receivedTo: Seq;
      readonly committedTo: Seq;
      /** Highest position of the agent's log that is known; live when committed up to it. */
      readonly target: Seq;
      readonly since: EpochMs | null;
      readonly pending: readonly PendingAck[];
    } & Linked);

export interface Linked {
  readonly hello: Hello;
  readonly want: readonly Want[];
  readonly view: string;
  /** Subscriptions of this connection that were replaced, newest first. */
  readonly retired: readonly SubscriptionId[];
}
/** Names the callback of a message that waits for its acknowledgement. */
export type AckId = number;
export interface PendingAck {
  readonly ack: AckId;
  readonly to: number;
}

export type TimerName = 'retry' | 'handshake' | 'answer' | 'pause' | 'quiet';

export type Input =
  | { readonly type: 'start' }
  | { readonly type: 'stop' }
  /** A person asked, the configuration changed, or the machine woke up. */
  | { readonly type: 'reconnect' }
  | { readonly type: 'timer'; readonly name: TimerName }
  | {
      readonly type: 'failed';
      readonly problem: Problem;
      readonly person: boolean;
      readonly retryAfterMs: number | null;
    }
  | { readonly type: 'closed'; readonly problem: Problem }
  | { readonly type: 'hello'; readonly hello: Hello }
  | { readonly type: 'goodbye'; readonly goodbye: Goodbye }
  | {
      readonly type: 'subscribed';
      readonly round: number;
      readonly subscription: SubscriptionId;
      readonly mode: 'resume' | 'snapshot';
    }
  | { readonly type: 'subscribe-failed'; readonly round: number; readonly error: WireError | null }
  | { readonly type: 'snapshot'; readonly part: SnapshotEnvelope; readonly ack: AckId }
  | { readonly type: 'changes'; readonly batch: ChangesEnvelope; readonly ack: AckId }
  /** A snapshot or changes message whose envelope is not of the protocol. */
  | { readonly type: 'malformed'; readonly what: string; readonly ack: AckId | null }
  | { readonly type: 'staged'; readonly round: number; readonly part: number }
  | { readonly type: 'committed'; readonly round: number; readonly cursor: Cursor }
  /** What was handed over could not be written at all. */
  | { readonly type: 'unwritable'; readonly round: number };

export type AckAnswer =
  | { readonly ok: true; readonly seq: number }
  | { readonly ok: true; readonly part: number }
  | { readonly ok: false; readonly error: { readonly code: string; readonly message: string } };

export type Effect =
  | { readonly do: 'connect' }
  | { readonly do: 'disconnect' }
  | { readonly do: 'timer'; readonly name: TimerName; readonly ms: number }
  | { readonly do: 'cancel'; readonly name: TimerName }
  | {
      readonly do: 'subscribe';
      readonly round: number;
      readonly resume: Cursor | null;
      readonly want: readonly Want[];
    }
  | { readonly do: 'ack'; readonly ack: AckId; readonly answer: AckAnswer }
  | { readonly do: 'greeted'; readonly hello: Hello }
  | {
      readonly do: 'stage';
      readonly round: number;
      readonly part: SnapshotEnvelope;
      readonly view: string;
    }
  | {
      readonly do: 'write';
      readonly round: number;
      readonly batch: ChangesEnvelope;
      readonly after: Seq;
      readonly view: string;
    }
  /** All parts are kept: move the snapshot into the mirror; changes that come meanwhile are written after it. */
  | { readonly do: 'apply'; readonly round: number; readonly at: EpochMs }
  | { readonly do: 'note'; readonly problem: Problem };

/** What the machine is told of the world beside the input. */
export interface Surroundings {
  readonly now: EpochMs;
  /** 0 to 1. */
  readonly random: number;
}
export interface Step {
  readonly machine: Machine;
  readonly effects: readonly Effect[];
}

export const newMachine = (cursor: Cursor | null, environment: string | null): Machine => ({
  phase: { is: 'stopped' },
  cursor,
  environment,
  attempt: 0,
  strikes: 0,
  struckAt: null,
  applying: false,
  round: 0,
});

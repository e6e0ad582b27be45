import type { ConnectionId } from '#shared/domain/ids.ts';
import type { Device, Network, Place } from '#shared/domain/place.ts';
import type { Change } from '#shared/protocol/changes.ts';
import type { Account, AuditEvent, CloseReason, Session } from '#shared/protocol/records.ts';

/** What is known about an address and a user agent. */
export interface Known {
  readonly place: Place | null;
  readonly network: Network | null;
  readonly device: Device | null;
}

/** One thing that was just written, with what was found out about it. */
export type EnrichedItem =
  | {
      readonly is: 'session';
      readonly kind: 'opened' | 'updated';
      readonly at: number;
      readonly session: Session;
      readonly opened: Known;
      readonly last: Known;
    }
  | { readonly is: 'session-closed'; readonly at: number; readonly id: string; readonly reason: CloseReason }
  | { readonly is: 'account'; readonly at: number; readonly account: Account }
  | { readonly is: 'audit'; readonly key: number; readonly event: AuditEvent; readonly known: Known };

export interface EnrichedBatch {
  readonly connection: ConnectionId;
  readonly connectionKey: number;
  /** Where it came from: live, or from the past, which must not raise alarms as if it happened now. */
  readonly source: 'stream' | 'snapshot' | 'history';
  readonly items: readonly EnrichedItem[];
  /** Of the stream: what was made of it when it came. */
  readonly received?: ReceivedBatch | null;
}

export interface ArrivingBatch extends Pick<EnrichedBatch, 'connection' | 'connectionKey'> {
  readonly changes: readonly Change[];
}

/** A batch of the stream that waits to be written: work on it may begin before. */
export interface ReceivedBatch {
  /** It is worked on already, elsewhere. */
  readonly isAhead: () => boolean;
  /** It is about to be written, in this transaction: the mirror is as it was before it. */
  writing(): void;
  /** It will not be written. */
  dropped(): void;
}

/**
 * Where detections hook in. Called inside the transaction that writes the batch and its cursor, so that what it
 * writes is committed with them or not at all. It must not keep anything outside that transaction before `committed`.
 */
export interface IngestHook {
  /** A batch of the stream has come, and is written after all that came before it; outside of transactions. */
  onReceived?(batch: ArrivingBatch): ReceivedBatch;
  onEnriched(batch: EnrichedBatch): void;
  /** Everything of the transaction is written, and it is about to be committed. */
  beforeCommit?(): void;
  /** The transaction of everything since the last call is on disk. */
  committed?(): void;
  /** It was rolled back; the same items come again. */
  rolledBack?(): void;
}

import type { AccountId, CommandId, ConnectionId, OperationId, SessionId } from '../domain/ids.ts';
import type { EpochMs } from '../domain/units.ts';
import type { ApprovalItem } from '../protocol/approvals.ts';
import type { ReceiptOutcome, ResponseTarget } from './respond-contract.ts';

/** One session of a receipt. */
export interface ReceiptRow {
  readonly connection: ConnectionId;
  readonly environment: string;
  readonly command: CommandId;
  readonly session: SessionId;
  readonly account: { readonly id: AccountId; readonly name: string } | null;
  readonly outcome: ReceiptOutcome;
  /** Code and message of a failure, or why it came back. */
  readonly code: string | null;
  readonly message: string | null;
  /** As the mirror saw it end, agent's clock. */
  readonly endedAt: EpochMs | null;
}
export interface ReceiptPage {
  readonly rows: readonly ReceiptRow[];
  readonly total: number;
  readonly counts: Readonly<Partial<Record<ReceiptOutcome, number>>>;
  /** False where an agent cannot list its sessions: then the mirror was asked instead. */
  readonly listed: boolean;
}

/** Sessions that match since the preview. */
export interface LateView {
  readonly sessions: number;
  readonly targets: readonly ResponseTarget[];
}

/** Something that waits for a second operator. */
export interface ApprovalView {
  readonly connection: ConnectionId;
  readonly item: ApprovalItem;
  /** Asked for with this console's own token: somebody else has to decide. */
  readonly own: boolean;
  readonly mayDecide: boolean;
}

export interface HoldView {
  readonly is: 'hold' | 'block';
  readonly connection: ConnectionId;
  readonly account: { readonly id: AccountId; readonly name: string };
  /** Agent's clock; null for a block, which stays until it is lifted. */
  readonly until: EpochMs | null;
  readonly by: string;
  readonly operation: OperationId | null;
}

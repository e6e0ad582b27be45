import type { AccountId, CommandId, ConnectionId, EventId, OperationId, SessionId } from '../domain/ids.ts';
import type { Device, Network, Place } from '../domain/place.ts';
import type { Problem } from '../domain/result.ts';
import type { SessionStatus } from '../domain/status.ts';
import type { EpochMs } from '../domain/units.ts';
import type { CommandFailure, CommandKind, CommandState, Proof, Reach } from '../protocol/commands.ts';
import type { Hello, Status } from '../protocol/handshake.ts';
import type { Action, CloseReason, Mark } from '../protocol/records.ts';
import type { ResponseAct } from './respond-contract.ts';
import type { ApprovalView } from './respond-views.ts';
import type { CertificateView, ProxyView } from './desk-views.ts';
import type { DetectionNews } from './detections-views.ts';

/** Where a connection stands. Every state that needs a person says what to do. */
export type ConnectionState =
  | { readonly is: 'stopped' }
  | { readonly is: 'connecting'; readonly attempt: number }
  | { readonly is: 'syncing'; readonly received: number; readonly expected: number | null }
  | { readonly is: 'live'; readonly since: EpochMs }
  | { readonly is: 'waiting'; readonly retryAt: EpochMs; readonly attempt: number; readonly problem: Problem }
  | { readonly is: 'refused'; readonly problem: Problem };

/** How a token is kept: in the system's keychain, in memory until the program ends, or not at all. */
export type SecretState = 'keychain' | 'this-run' | 'missing';

export interface EnvironmentView {
  readonly connection: ConnectionId;
  readonly name: string;
  readonly url: string;
  /** Index into the palette of environment colours. */
  readonly colour: number;
  readonly demo: boolean;
  readonly enabled: boolean;
  readonly hasCa: boolean;
  /** The one key that is accepted; null: any that the authority vouches for. */
  readonly pin: string | null;
  /** What the agent showed last; null: nothing yet, or no TLS. */
  readonly certificate: CertificateView | null;
  readonly proxy: ProxyView;
  /** Under which heading it stands; empty: none. */
  readonly folder: string;
  readonly secret: SecretState;
  readonly state: ConnectionState;
  /** From the last hello, also while offline; null before the first. */
  readonly hello: Hello | null;
  readonly status: Status | null;
  /** Agent clock minus this machine's, ms; null when not known. */
  readonly skewMs: number | null;
  /** The mirror is true as of this instant; null when nothing has arrived yet. */
  readonly asOf: EpochMs | null;
  /** Live sessions in the mirror. */
  readonly liveSessions: number;
  /** Records that were set aside because they were malformed. */
  readonly setAside: number;
  /** Reading the past from the agent: how many events so far, and whether it is finished. */
  readonly history: { readonly is: 'none' | 'loading' | 'done'; readonly events: number };
}

export interface SessionRow {
  readonly connection: ConnectionId;
  readonly id: SessionId;
  readonly account: { readonly id: AccountId; readonly name: string } | null;
  readonly roles: readonly string[];
  readonly privileged: boolean;
  readonly service: boolean;
  /** Belongs to an account of the operator's own token. */
  readonly own: boolean;
  readonly status: SessionStatus;
  readonly cause: CloseReason | null;
  readonly openedAt: EpochMs | null;
  readonly lastSeenAt: EpochMs | null;
  readonly endedAt: EpochMs | null;
  readonly expiresAt: EpochMs | null;
  readonly ip: string | null;
  /** Which sighting the address belongs to. */
  readonly ipOf: 'last' | 'opened' | null;
  readonly userAgent: string | null;
  readonly place: Place | null;
  readonly network: Network | null;
  readonly device: Device | null;
  readonly marks: readonly Mark[];
  readonly via: { readonly id: AccountId; readonly name: string } | null;
  /** Risk of the sign-in that opened it, 0 to 100 (50: as usual); null: it has no score. */
  readonly risk: number | null;
}

/** One observed state of a session: from `at` on it looked like this. */
export interface SessionObservation {
  readonly at: EpochMs;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly place: Place | null;
  readonly network: Network | null;
  readonly device: Device | null;
}

export interface AuditRow {
  readonly connection: ConnectionId;
  readonly id: EventId;
  readonly at: EpochMs;
  readonly action: Action;
  readonly outcome: 'success' | 'failure' | 'unknown';
  readonly reason: string | null;
  readonly account: { readonly id: AccountId | null; readonly name: string } | null;
  readonly ip: string | null;
  readonly place: Place | null;
  readonly network: Network | null;
  readonly device: Device | null;
  readonly userAgent: string | null;
  readonly sessionId: SessionId | null;
  readonly actor: string | null;
  readonly object: string | null;
  readonly message: string | null;
}

export interface SessionDetail {
  readonly row: SessionRow;
  readonly observations: readonly SessionObservation[];
  readonly audit: readonly AuditRow[];
  /** Events that name no session: of the same account, from an address of the session, while it was open. */
  readonly inferred: readonly AuditRow[];
  /** Other live sessions of the same account in the same environment. */
  readonly siblings: readonly SessionRow[];
}

export interface Page<T> {
  readonly rows: readonly T[];
  readonly total: number;
  readonly asOf: EpochMs;
}

export interface SessionsPage extends Page<SessionRow> {
  /** Cursor of the page after this one, whatever comes or goes before it; null at the end. */
  readonly next: string | null;
}

export interface Figures {
  readonly at: EpochMs;
  readonly sessions: number;
  readonly accounts: number;
  /** Per minute, oldest first, the last one under way. */
  readonly signIns: readonly number[];
  readonly failures: readonly number[];
  /** Sign-ins and failures per 15 minutes over the last 24 hours, oldest first. */
  readonly day: {
    readonly from: EpochMs;
    readonly stepMs: number;
    readonly signIns: readonly number[];
    readonly failures: readonly number[];
  };
}

export type PreviewPart =
  | {
      readonly is: 'ready';
      readonly connection: ConnectionId;
      readonly reach: Reach;
      readonly sample: readonly SessionRow[];
      /** What the mirror thought would be reached. */
      readonly mirrored: number;
      /** The operator's own sessions that are kept, because nobody named them. */
      readonly kept: number;
      /** Sessions that may come back by themselves, as far as the mirror knows. */
      readonly comesBack: { readonly rememberMe: number; readonly singleSignOn: number };
      readonly expiresAt: EpochMs;
      readonly needsConfirmation: string | null;
      readonly needsApproval: boolean;
    }
  /** The agent could not be asked; what the mirror showed as of then can be queued. */
  | {
      readonly is: 'unasked';
      readonly connection: ConnectionId;
      readonly problem: Problem;
      readonly reach: Reach;
      readonly sample: readonly SessionRow[];
      readonly kept: number;
      readonly comesBack: { readonly rememberMe: number; readonly singleSignOn: number };
      readonly asOf: EpochMs | null;
      readonly needsConfirmation: string | null;
    }
  | { readonly is: 'unavailable'; readonly connection: ConnectionId; readonly problem: Problem };

export interface Preview {
  readonly operation: OperationId;
  readonly askedAt: EpochMs;
  readonly act: ResponseAct;
  readonly parts: readonly PreviewPart[];
}

/** One command of an operation: what one agent was asked and what became of it. */
export interface CommandView {
  readonly id: CommandId;
  readonly connection: ConnectionId;
  readonly state: 'intended' | 'sent' | 'unreachable' | 'refused' | 'cancelled' | CommandState;
  readonly matched: number;
  readonly ended: number;
  readonly alreadyGone: number;
  readonly failedCount: number;
  readonly failed: readonly CommandFailure[];
  /** Sessions that match since the preview and were left alone. */
  readonly outside: number;
  /** Sessions that the preview showed. */
  readonly reach: number;
  /** Ways in which the agent contradicts itself or the mirror, in words. */
  readonly findings: readonly Finding[];
  readonly done: number;
  readonly proofs: readonly Proof[];
  readonly problem: Problem | null;
  readonly finishedAt: EpochMs | null;
}

export interface Finding {
  readonly code: 'OTHER_ID' | 'CHANGED_ANSWER' | 'WRONG_SUM' | 'OUTSIDE' | 'STILL_THERE' | 'NOT_LISTED';
  readonly message: string;
}

export interface OperationView {
  readonly id: OperationId;
  readonly kind: CommandKind;
  readonly forMs: number | null;
  /** Until then agents that cannot be reached are tried, this machine's clock. */
  readonly retryUntil: EpochMs | null;
  /** Something of it has not been sent and can be taken back. */
  readonly cancellable: boolean;
  readonly summary: string;
  readonly reason: string;
  readonly by: string;
  readonly createdAt: EpochMs;
  readonly commands: readonly CommandView[];
}

/** What the engine says of itself: what it could open, what it could not, whom to credit. */
export interface EngineAbout {
  readonly version: string;
  readonly profile: string;
  readonly database: { readonly is: 'open' } | { readonly is: 'read-only'; readonly problem: Problem };
  /** Whether the file of the mirror is encrypted. */
  readonly encrypted: boolean;
  readonly problems: readonly Problem[];
  readonly attributions: readonly { readonly text: string; readonly url: string }[];
}

/** Sent to windows at most ten times a second: that something changed, not the rows. */
export interface EngineEvent {
  readonly at: EpochMs;
  /** Present when any connection changed its state or figures. */
  readonly environments?: readonly EnvironmentView[] | undefined;
  /** Grows with every commit that touched sessions. */
  readonly sessions?: { readonly revision: number; readonly live: number } | undefined;
  /** The newest audit rows since the last event, newest first, 50 at most, and how many there were. */
  readonly audit?: { readonly count: number; readonly newest: readonly AuditRow[] } | undefined;
  readonly operations?: readonly OperationView[] | undefined;
  /** All that wait, when any came or went. */
  readonly approvals?: readonly ApprovalView[] | undefined;
  readonly detections?: DetectionNews | undefined;
  /** Both grow: when an agent's rules or their effects changed, and when what is written here did. */
  readonly rules?: { readonly published: number; readonly drafts: number } | undefined;
  readonly problems?: readonly Problem[] | undefined;
}

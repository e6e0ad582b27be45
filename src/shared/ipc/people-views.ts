import type { AccountId, ConnectionId, SessionId } from '../domain/ids.ts';
import type { Device, Network, Place } from '../domain/place.ts';
import type { EpochMs } from '../domain/units.ts';
import type { CloseReason } from '../protocol/records.ts';
import type { AuditRow, SessionRow } from './views.ts';

/** An account, named the way a window can ask for it. */
export interface AccountAt {
  readonly connection: ConnectionId;
  readonly id: AccountId;
}

/** Why two accounts count as one person. */
export type LinkReason =
  | { readonly is: 'name'; readonly name: string }
  | { readonly is: 'email'; readonly email: string }
  | { readonly is: 'mapping'; readonly person: string }
  | { readonly is: 'hand'; readonly decision: number };

export interface PersonAccount extends AccountAt {
  readonly name: string;
  readonly email: string | null;
  readonly roles: readonly string[];
  readonly status: 'active' | 'blocked' | 'unknown';
  readonly privileged: boolean;
  readonly service: boolean;
  readonly removedAt: EpochMs | null;
  /** Belongs to the operator's own token. */
  readonly own: boolean;
  readonly live: number;
  /** Empty for an account that stands alone. */
  readonly linkedBy: readonly LinkReason[];
}

/** A line of the list of people. */
/** An account and what it is called. */
export interface AccountName extends AccountAt {
  readonly name: string;
}

export interface PersonRow {
  /** The account that the person's page is reached by: of all joined ones, the one that was mirrored first. */
  readonly at: AccountAt;
  readonly name: string;
  readonly accounts: readonly (AccountAt & { readonly name: string })[];
  readonly privileged: boolean;
  readonly service: boolean;
  readonly own: boolean;
  readonly live: number;
  readonly lastSeenAt: EpochMs | null;
  /** Countries of the live sessions, ISO 3166-1 alpha-2. */
  readonly countries: readonly string[];
  /** Distinct addresses of the live sessions. */
  readonly addresses: number;
  /** The worst risk of the live sessions’ sign-ins, 0 to 100; null: none of them has a score. */
  readonly risk: number | null;
}

export interface PeoplePage {
  readonly rows: readonly PersonRow[];
  /** Null: not counted. */
  readonly total: number | null;
  readonly next: string | null;
}

/** Something of a person, an address, a network or a device, with when it was seen. */
export interface Seen<T> {
  readonly what: T;
  readonly first: EpochMs;
  readonly last: EpochMs;
  readonly sessions: number;
  readonly signIns: number;
  readonly failures: number;
}

export interface PlaceSeen {
  readonly country: string;
  readonly city: string | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
}
export interface DeviceSeen {
  readonly key: string;
  readonly browser: string | null;
  readonly system: string | null;
  readonly deviceClass: Device['deviceClass'];
}
export type NetworkSeen = Pick<Network, 'asn' | 'organisation' | 'kind'>;

/** One session of a person on the time axis. */
export interface Lane {
  readonly connection: ConnectionId;
  readonly id: SessionId;
  readonly from: EpochMs | null;
  /** Null while it lives. */
  readonly to: EpochMs | null;
  readonly cause: CloseReason | null;
  readonly country: string | null;
  readonly city: string | null;
  readonly device: string | null;
}

export interface PersonView {
  readonly at: AccountAt;
  readonly name: string;
  readonly accounts: readonly PersonAccount[];
  readonly live: readonly SessionRow[];
  readonly first: EpochMs | null;
  readonly last: EpochMs | null;
  /** Everything below is of this stretch of time. */
  readonly since: EpochMs;
  readonly until: EpochMs;
  readonly sessions: number;
  readonly signIns: number;
  readonly failures: number;
  readonly places: readonly Seen<PlaceSeen>[];
  readonly networks: readonly Seen<NetworkSeen>[];
  readonly devices: readonly Seen<DeviceSeen>[];
  readonly addresses: readonly Seen<string>[];
  /** Successful sign-ins by weekday (Monday first) and hour in the zone asked for: 7 × 24. */
  readonly hours: readonly (readonly number[])[];
  /** Sign-ins and failures by day, oldest first, starting with the day of `since` in the zone asked for. */
  readonly days: readonly { readonly at: EpochMs; readonly signIns: number; readonly failures: number }[];
  readonly lanes: readonly Lane[];
  readonly events: readonly AuditRow[];
  /** More sessions or events than were looked at: the figures are of the newest. */
  readonly capped: boolean;
}

export type EntityKind = 'address' | 'network' | 'device';

/** Who else: everything one address, network or kind of device touched. */
export interface EntityView {
  readonly kind: EntityKind;
  readonly value: string;
  readonly title: string;
  readonly place: Place | null;
  readonly network: Network | null;
  readonly device: DeviceSeen | null;
  readonly first: EpochMs | null;
  readonly last: EpochMs | null;
  readonly since: EpochMs;
  readonly until: EpochMs;
  readonly sessions: number;
  readonly signIns: number;
  readonly failures: number;
  readonly live: readonly SessionRow[];
  readonly accounts: readonly Seen<AccountAt & { readonly name: string; readonly privileged: boolean }>[];
  /** Names that were tried and belong to no account. */
  readonly unknownNames: readonly { readonly name: string; readonly failures: number }[];
  readonly addresses: readonly Seen<string>[];
  readonly devices: readonly Seen<DeviceSeen>[];
  readonly networks: readonly Seen<NetworkSeen>[];
  readonly days: PersonView['days'];
  readonly events: readonly AuditRow[];
  readonly capped: boolean;
}

/** What joins accounts into people. */
export interface IdentityRules {
  readonly email: boolean;
  readonly name: boolean;
  /** Names that say nothing about who it is, lower case. */
  readonly commonNames: readonly string[];
  /** Lines of the mapping file that are in force. */
  readonly mapped: number;
}

export interface IdentityDecision {
  readonly key: number;
  readonly kind: 'link' | 'separate';
  readonly accounts: readonly (AccountAt & { readonly name: string })[];
  readonly at: EpochMs;
  readonly by: string;
  readonly undoneAt: EpochMs | null;
}

/** A remark of an operator's about something, or a bookmark of it. */
export interface NoteView {
  readonly key: number;
  readonly subject: string;
  /** The account's name, where the subject is a person or somebody's session; null: it has none, or it is gone. */
  readonly about: string | null;
  /** Empty: a bookmark. */
  readonly text: string;
  readonly at: EpochMs;
  readonly by: string;
}

import type { Device, Network, NetworkKind, Place } from '#shared/domain/place.ts';
import type { Address } from './address.ts';

/** Where data comes from, for the window's footer, the evidence of a detection and `status`. */
export interface DataSource {
  readonly name: string;
  /** When the data was made, ISO 8601 date; null when it does not say. */
  readonly date: string | null;
  readonly licence: string | null;
  readonly attribution: readonly Attribution[];
}

/** Credit that a licence asks for; the window shows it as a link. */
export interface Attribution {
  readonly text: string;
  readonly url: string;
}

/** Says where a public address is. Special addresses never reach it. */
export interface PlaceProvider {
  readonly source: DataSource;
  find(address: Address): Place | null;
}

/** Autonomous system that announces an address. */
interface NetworkOrigin {
  readonly asn: number;
  readonly organisation: string | null;
}
export interface NetworkProvider {
  readonly source: DataSource;
  find(address: Address): NetworkOrigin | null;
}

/** A kind of network and the list that says so. */
export interface KindFinding {
  readonly kind: NetworkKind;
  /** Name of the list. */
  readonly list: string;
  readonly listDate: string | null;
}
export interface KindProvider {
  readonly sources: readonly DataSource[];
  find(address: Address, asn: number | null): KindFinding | null;
}

/** How sure the reading of a user agent is: both browser and system found, something found, or nothing. */
type DeviceConfidence = 'high' | 'low' | 'none';
export interface DeviceFinding extends Device {
  readonly confidence: DeviceConfidence;
}
export interface UserAgentProvider {
  /** Never throws, whatever the string. */
  read(userAgent: string): DeviceFinding;
}

/** The network of an address with the reason for its kind. */
export interface NetworkFinding extends Network {
  /** Name and date of the list that gives the kind; null when no list does. */
  readonly kindList: string | null;
  readonly kindListDate: string | null;
}

/** Everything that is known about one sign-in's address and user agent. Frozen, shared between events. */
export interface Enrichment {
  /** null when there is no address or it cannot be read. */
  readonly address: Address | null;
  readonly place: Place | null;
  /** null only when there is no address; otherwise its parts say what is unknown. */
  readonly network: NetworkFinding | null;
  /** null when there is no user agent. */
  readonly device: DeviceFinding | null;
}

import type { Device, Network, Place } from '#shared/domain/place.ts';
import type { RiskLevel } from '#shared/domain/risk.ts';
import { count, counted, countryName } from '#shared/domain/said.ts';
import type { SessionStatus } from '#shared/domain/status.ts';

export { count, counted, countryName };

/** `412 sessions`, `at least 10,000 sessions` where counting was stopped. */
export const countedText = (
  of: { readonly value: number; readonly is: 'exact' | 'at least' },
  one: string,
  many: string,
): string => `${of.is === 'exact' ? '' : 'at least '}${counted(of.value, one, many)}`;

/** A count that fits a circle on the map; exact below ten thousand, rounded down above. */
export function shortCount(value: number): string {
  if (value < 10_000) return count(value);
  if (value < 1_000_000) return `${String(Math.floor(value / 1_000))}k`;
  return `${(Math.floor(value / 100_000) / 10).toFixed(1)}M`;
}

/** `Berlin, DE`; the country alone where no city is known. */
export const placeText = (place: Place): string =>
  place.city === null ? countryName(place.country) : `${place.city}, ${place.country}`;

/** How sure the place is, as sentences for hovering. */
export function placeDoubts(place: Place): string {
  const named = [place.city, place.region, countryName(place.country)]
    .filter((part) => part !== null)
    .join(', ');
  const radius =
    place.accuracyKm === null ? 'no accuracy radius given' : `within about ${count(place.accuracyKm)} km`;
  const doubt = place.disagrees ? '\nA second database names another country.' : '';
  return `${named}\n${place.source}: ${radius}${doubt}`;
}

type NamedNetwork = Pick<Network, 'asn' | 'organisation'>;
const asText = ({ asn }: Pick<Network, 'asn'>): string | null => (asn === null ? null : `AS${String(asn)}`);
/** What people call a network: its organisation's name, or its number. */
export const networkName = (network: NamedNetwork): string | null => network.organisation ?? asText(network);
/** What pages and searches find it by: its number, or its organisation's name. */
export const networkValue = (network: NamedNetwork): string | null => asText(network) ?? network.organisation;

/** `Deutsche Telekom · mobile` */
export const networkText = (network: NamedNetwork & Pick<Network, 'kind'>): string =>
  [networkName(network), network.kind].filter((part) => part !== null).join(' · ');

export const networkDetail = (network: Network): string =>
  [
    network.organisation,
    asText(network),
    network.kind ?? 'kind of network not known',
    network.trusted ? 'on the list of trusted networks' : null,
  ]
    .filter((part) => part !== null)
    .join('\n');

/** `Chrome · Windows` */
export const deviceText = (device: Device): string =>
  [device.browser?.name ?? null, device.system?.name ?? null].filter((part) => part !== null).join(' · ');

const versioned = (part: { readonly name: string; readonly version: string | null } | null): string | null =>
  part === null ? null : part.version === null ? part.name : `${part.name} ${part.version}`;

/** `Chrome 130 · Windows 11 · desktop` */
export const deviceDetail = (device: Device): string =>
  [versioned(device.browser), versioned(device.system), device.deviceClass]
    .filter((part) => part !== null)
    .join(' · ');

/** What a risk says about the person whose sign-in it is of. */
export const RISK_WORDS: Readonly<Record<RiskLevel, string>> = {
  usual: 'about as usual',
  some: 'riskier than usual',
  much: 'much riskier than usual',
};

export const STATUS_EXPLAINED: Readonly<Record<SessionStatus, string>> = {
  active: 'Seen within the time in which this store writes activity',
  idle: 'Not seen since the last expected write; the person may still be there',
  stale: 'Not seen for over an hour; the person has probably gone, the session is still valid',
  unseen: 'This store keeps no last activity, so active and idle cannot be told apart',
  ended: 'No longer in the store',
};

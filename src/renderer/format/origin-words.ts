import type { DetectionName } from '#shared/domain/detection.ts';
import type { Device, Network, NetworkKind } from '#shared/domain/place.ts';
import type { FindingOrigin } from '#shared/ipc/detections-views.ts';
import { assertNever } from '#shared/domain/assert-never.ts';
import { deviceText } from './words.ts';

/** `perhaps`: it cannot be told from what is known. */
export interface OriginAnswer {
  readonly is: 'yes' | 'no' | 'perhaps';
  readonly why: string;
}

/** The list that says so, with its date. */
const listWords = (list: FindingOrigin['list']): string =>
  list === undefined ? '' : ` (list “${list.name}”${list.date === null ? '' : ` of ${list.date}`})`;

/** Whether the address hides where the person is. */
export function vpnAnswer(network: Network | null, list?: FindingOrigin['list']): OriginAnswer {
  if (network?.trusted === true) return { is: 'no', why: 'one of the organisation’s own networks' };
  const kind = network?.kind ?? null;
  if (kind === null) {
    return network === null || (network.asn === null && network.organisation === null)
      ? { is: 'perhaps', why: 'nothing is known of its network' }
      : { is: 'no', why: 'on no list of VPN, proxy, Tor, relay or hosting networks' };
  }
  const { is, why } = kindAnswer(kind);
  return { is, why: `${why}${listWords(list)}` };
}

function kindAnswer(kind: NetworkKind): OriginAnswer {
  switch (kind) {
    case 'vpn':
      return { is: 'yes', why: 'on a list of VPN networks' };
    case 'proxy':
      return { is: 'yes', why: 'on a list of proxies' };
    case 'tor':
      return { is: 'yes', why: 'a Tor exit' };
    case 'relay':
      return { is: 'yes', why: 'a privacy relay: the person is in its country, hardly more is known' };
    case 'hosting':
      return { is: 'perhaps', why: 'a hosting network: a server, or a VPN that runs on one' };
    case 'satellite':
      return { is: 'no', why: 'a satellite network: its places are those of ground stations' };
    case 'mobile':
      return { is: 'no', why: 'a mobile carrier' };
    case 'residential':
      return { is: 'no', why: 'a home line' };
    case 'business':
      return { is: 'no', why: 'a company network' };
    case 'private':
      return { is: 'perhaps', why: 'a private address: what lies before it is not seen' };
    default:
      return assertNever(kind);
  }
}

const PHONES: ReadonlySet<Device['deviceClass']> = new Set(['mobile', 'tablet']);

/** Whether it can be a phone that changes networks and places by itself. */
export function phoneAnswer(network: Network | null, devices: readonly Device[]): OriginAnswer {
  const carrier = network?.kind === 'mobile';
  const on = carrier ? ', on a mobile carrier' : '';
  const phone = devices.find(({ deviceClass }) => PHONES.has(deviceClass));
  if (phone !== undefined) return { is: 'yes', why: `${clientText(phone)}${on}` };
  const [first] = devices;
  if (first === undefined || devices.every(({ deviceClass }) => deviceClass === null)) {
    return carrier
      ? { is: 'perhaps', why: 'a mobile carrier, and the client is not known' }
      : { is: 'perhaps', why: 'the client is not known' };
  }
  if (devices.every(({ deviceClass }) => deviceClass === 'other' || deviceClass === null))
    return { is: 'perhaps', why: `${clientText(first)}, which does not say what it runs on${on}` };
  return carrier
    ? { is: 'perhaps', why: `${clientText(first)}, behind a phone of a mobile carrier` }
    : { is: 'no', why: clientText(first) };
}

const CLASSES: Readonly<Record<NonNullable<Device['deviceClass']>, string>> = {
  desktop: 'desktop',
  mobile: 'mobile',
  tablet: 'tablet',
  bot: 'a program',
  other: '',
};
const clientText = (device: Device): string =>
  [deviceText(device), CLASSES[device.deviceClass ?? 'other']].filter((part) => part !== '').join(' · ') ||
  'a client';

const OWN_PASSWORDS = ' People behind a VPN or a shared line know their own passwords.';
/** What speaks against a VPN, or a phone, being all, by what was found. */
const NOT_ALL: Partial<
  Readonly<Record<DetectionName, { readonly phone?: string; readonly either?: string }>>
> = {
  session_hijack: {
    either: ' A VPN or another network changes the address of a session, not its browser and system.',
  },
  impossible_travel: { phone: ' A phone that changes networks stays where it is.' },
  brute_force: {
    phone:
      ' A phone that keeps an old password tries it too, but from where and with what its owner signs in.',
  },
  password_spray: { either: OWN_PASSWORDS },
  password_spray_slow: { either: OWN_PASSWORDS },
  password_spray_distributed: { either: OWN_PASSWORDS },
  credential_stuffing: { either: OWN_PASSWORDS },
};

/** In one or two sentences, for the address that raised it; null when it is about no address. */
export function originSentence(origins: readonly FindingOrigin[], detection: DetectionName): string | null {
  // A clock is wrong wherever it is.
  const raised = detection === 'clock_skew' ? undefined : origins.at(-1);
  if (raised === undefined) return null;
  const [vpn, phone] = [vpnAnswer(raised.network), phoneAnswer(raised.network, raised.devices)];
  const said = { yes: 'A VPN or proxy', no: 'Not a VPN', perhaps: 'Perhaps a VPN' }[vpn.is];
  const also = {
    yes: vpn.is === 'no' ? 'but a phone' : 'and a phone',
    no: 'not a phone',
    perhaps: 'perhaps a phone',
  }[phone.is];
  const but = NOT_ALL[detection] ?? {};
  const open = [
    phone.is === 'no' ? '' : (but.phone ?? ''),
    vpn.is === 'no' && phone.is === 'no' ? '' : (but.either ?? ''),
  ];
  return `${said} (${vpn.why}), ${also} (${phone.why}).${open.join('')}`;
}

import type { Place } from '#shared/domain/place.ts';
import { parseAddress, type Address } from './address.ts';
import { boundedCache } from './bounded-cache.ts';
import type { Override, Overrides } from './overrides.ts';
import type {
  DeviceFinding,
  Enrichment,
  KindProvider,
  NetworkFinding,
  NetworkProvider,
  PlaceProvider,
  UserAgentProvider,
} from './types.ts';

/** What an enricher looks things up in; an absent provider leaves its part unknown. */
export interface EnricherParts {
  readonly places?: PlaceProvider | null | undefined;
  readonly networks?: NetworkProvider | null | undefined;
  readonly kinds?: KindProvider | null | undefined;
  readonly overrides?: Overrides | null | undefined;
  readonly userAgents?: UserAgentProvider | null | undefined;
  /** Addresses, and as many user agents, that are remembered; 50,000 addresses hold 29 MB, user agents 21 MB. */
  readonly cacheSize?: number | undefined;
}

/** What operators change while it runs. */
export type OwnLists = Pick<EnricherParts, 'kinds' | 'overrides'>;

export interface Enricher {
  /** Never throws: what cannot be read is unknown. The result is frozen and may be shared. */
  readonly enrich: (ip: string | null, userAgent: string | null) => Enrichment;
  /** Where an address is alone, for callers without a user agent. */
  readonly locate: (ip: string) => Pick<Enrichment, 'address' | 'place' | 'network'>;
}

type Origin = Pick<Enrichment, 'address' | 'place' | 'network'>;

const NOWHERE: Origin = Object.freeze({ address: null, place: null, network: null });
const DEFAULT_CACHE = 50_000;
/** Longer strings are cut before they become a key of the cache. */
const MAX_KEY = 500;
/** Addresses of these kinds belong to no network that anybody announces. */
const PRIVATE = new Set<Address['kind']>(['private', 'shared', 'loopback', 'link-local']);

/** An enricher whose lists can be exchanged. */
export interface RelistedEnricher extends Enricher {
  /** From now on addresses are looked up in these lists; what was found in others is forgotten. */
  readonly relist: (lists: OwnLists) => void;
}

/** Puts the providers together, with one bounded memory for addresses and one for user agents. */
export function createEnricher(initial: EnricherParts): RelistedEnricher {
  let parts = initial;
  const size = parts.cacheSize ?? DEFAULT_CACHE;
  const origins = boundedCache<Origin>(size);
  const devices = boundedCache<DeviceFinding>(size);
  const originOf = (ip: string): Origin => origin(parts, ip);
  const deviceOf = (text: string): DeviceFinding => parts.userAgents?.read(text) ?? UNREAD;
  const locate = (ip: string): Origin => origins.get(ip.slice(0, MAX_KEY), originOf);
  return {
    locate,
    enrich(ip, userAgent) {
      const { address, place, network } = ip === null ? NOWHERE : locate(ip);
      const text = userAgent?.slice(0, MAX_KEY) ?? '';
      const device = text.trim() === '' || !parts.userAgents ? null : devices.get(text, deviceOf);
      return Object.freeze({ address, place, network, device });
    },
    relist(lists) {
      parts = { ...parts, ...lists };
      origins.clear();
    },
  };
}

const UNREAD: DeviceFinding = Object.freeze({
  browser: null,
  system: null,
  deviceClass: null,
  key: '',
  confidence: 'none',
});

function origin(parts: EnricherParts, ip: string): Origin {
  const address = parseAddress(ip);
  if (address === null) return NOWHERE;
  const override = parts.overrides?.find(address) ?? null;
  const place = placeOf(parts, address, override);
  const network = networkOf(parts, address, override);
  return Object.freeze({ address, place: place && Object.freeze(place), network: Object.freeze(network) });
}

function placeOf(parts: EnricherParts, address: Address, override: Override | null): Place | null {
  if (override?.place === null) return null;
  if (override?.place !== undefined) {
    const { country, region, city, latitude, longitude, accuracyKm } = override.place;
    return {
      country,
      region: region ?? null,
      city: city ?? null,
      latitude: latitude ?? null,
      longitude: longitude ?? null,
      accuracyKm: accuracyKm ?? null,
      source: parts.overrides?.name ?? 'override',
      disagrees: false,
    };
  }
  return address.kind === 'public' ? (parts.places?.find(address) ?? null) : null;
}

function networkOf(parts: EnricherParts, address: Address, override: Override | null): NetworkFinding {
  const found = address.kind === 'public' ? (parts.networks?.find(address) ?? null) : null;
  const asn = override?.asn === undefined ? (found?.asn ?? null) : override.asn;
  const trusted = override?.trusted ?? false;
  const organisation =
    override?.organisation === undefined ? (found?.organisation ?? null) : override.organisation;
  if (override?.kind !== undefined) {
    const kindList = override.kind === null ? null : (parts.overrides?.name ?? 'override');
    const kindListDate = override.kind === null ? null : (parts.overrides?.date ?? null);
    return { asn, organisation, kind: override.kind, trusted, kindList, kindListDate };
  }
  if (PRIVATE.has(address.kind)) {
    return { asn, organisation, kind: 'private', trusted, kindList: null, kindListDate: null };
  }
  const kind = parts.kinds?.find(address, asn) ?? null;
  return {
    asn,
    organisation,
    kind: kind?.kind ?? null,
    trusted,
    kindList: kind?.list ?? null,
    kindListDate: kind?.listDate ?? null,
  };
}

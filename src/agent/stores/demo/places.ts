import { z } from 'zod';
import type { Random } from './random.ts';

export type NetworkKind = 'residential' | 'business' | 'mobile' | 'hosting';

/** `203.0.113.0/24` or `2001:db8:1:2::/64`; becomes what all its addresses begin with: `203.0.113`, `2001:db8:1:2`. */
const Prefix = z
  .string()
  .regex(
    /^(\d{1,3}(\.\d{1,3}){2}\.0\/24|[\da-f]{1,4}(:[\da-f]{1,4}){3}::\/64)$/,
    'expected an IPv4 /24 such as 203.0.113.0/24 or an IPv6 /64 such as 2001:db8:1:2::/64',
  )
  .transform((text) => text.replace(/(\.0\/24|::\/64)$/, ''));

/** A network that people of a place appear from; a kind of null is a network of unknown use. */
const PlaceNetwork = z.object({ prefix: Prefix, kind: z.string().nullable() });
export type PlaceNetwork = z.infer<typeof PlaceNetwork>;

const coordinates = { lat: z.number().min(-90).max(90), lon: z.number().min(-180).max(180) };

const Place = z.object({
  city: z.string().min(1),
  country: z.string().length(2),
  ...coordinates,
  /** IANA name. */
  timeZone: z.string().min(1),
  /** How many people live there, relative to the others. */
  weight: z.number().positive(),
  networks: z.array(PlaceNetwork).min(1),
});
export type Place = z.infer<typeof Place>;

/** Exits of VPN services and of Tor. */
const AnonymousNetwork = z.object({ prefix: Prefix, kind: z.string(), country: z.string(), ...coordinates });

/** Where invented people can be: read from resources/demo/places.json. */
export const Places = z.object({
  cities: z.array(Place).min(2),
  anonymous: z.array(AnonymousNetwork),
});
export type Places = z.infer<typeof Places>;

/** Networks of a kind in a place; home connections, then any others, stand in where the place has none. */
export function networksOf(place: Place, kind: NetworkKind): readonly PlaceNetwork[] {
  for (const wanted of [kind, 'residential', null]) {
    const found = place.networks.filter((network) => network.kind === wanted);
    if (found.length > 0) return found;
  }
  return place.networks;
}

export const hasNetwork = (place: Place, kind: NetworkKind): boolean =>
  place.networks.some((network) => network.kind === kind);

/** A host in a network; the first and last addresses of IPv4 are left to routers. */
export function hostIn(network: { readonly prefix: string }, random: Random): string {
  if (!network.prefix.includes(':')) return `${network.prefix}.${String(random.int(2, 253))}`;
  // Interface identifiers of 64 random bits, as privacy extensions make them (RFC 8981).
  const groups = Array.from({ length: 4 }, () => random.int(1, 0xffff).toString(16));
  return [network.prefix, ...groups].join(':');
}

/** An address in a place; the same state of the stream gives the same address. */
export function addressIn(place: Place, kind: NetworkKind, random: Random): string {
  const network = random.pickOf(networksOf(place, kind));
  if (network === undefined) throw new Error(`${place.city} has no networks in the places file`);
  return hostIn(network, random);
}

interface Point {
  readonly lat: number;
  readonly lon: number;
}

/** Great-circle distance in km (haversine, mean Earth radius 6,371 km). */
export function distanceKm(a: Point, b: Point): number {
  const rad = Math.PI / 180;
  const h =
    Math.sin(((b.lat - a.lat) * rad) / 2) ** 2 +
    Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(((b.lon - a.lon) * rad) / 2) ** 2;
  return 2 * 6_371 * Math.asin(Math.min(1, Math.sqrt(h)));
}

import { join } from 'node:path';
import type { Enricher } from '#geo/enrich.ts';
import { openGeo, resolveGeoData } from '#geo/open.ts';
import type { DetectEvent } from './event.ts';

type Enrich = NonNullable<DetectEvent['enrich']>;

const PARTS: readonly (keyof Enrich)[] = [
  'country',
  'city',
  'lat',
  'lon',
  'asn',
  'asOrg',
  'network',
  'trusted',
  'browser',
  'os',
  'device',
];
const ADDRESS_PARTS = PARTS.slice(0, 8);
const AGENT_PARTS = PARTS.slice(8);

/** Whether an event leaves something to be looked up. What is given, null included, is not. */
export const needsLookUp = (event: DetectEvent): boolean => {
  const enrich = event.enrich ?? {};
  const open = (parts: readonly (keyof Enrich)[]): boolean =>
    parts.some((part) => enrich[part] === undefined);
  return (typeof event.ip === 'string' && open(ADDRESS_PARTS)) || (!!event.userAgent && open(AGENT_PARTS));
};

/** Looks up what an event leaves open; what it gives stands, an explicit null stays unknown. */
export const lookUp = (event: DetectEvent, enricher: Enricher): DetectEvent => {
  const { place, network, device } = enricher.enrich(event.ip ?? null, event.userAgent ?? null);
  const given = event.enrich ?? {};
  // A place is one thing: coordinates are not looked up to go with another country's name, nor by halves.
  const otherPlace =
    (given.country !== undefined && given.country !== (place?.country ?? null)) ||
    (given.lat !== undefined) !== (given.lon !== undefined);
  const found: Enrich = {
    country: place?.country ?? null,
    city: otherPlace ? null : (place?.city ?? null),
    lat: otherPlace ? null : (place?.latitude ?? null),
    lon: otherPlace ? null : (place?.longitude ?? null),
    asn: network?.asn ?? null,
    asOrg: given.asn === undefined ? (network?.organisation ?? null) : null,
    network: network?.kind ?? null,
    trusted: network?.trusted ?? false,
    browser: device?.browser ?? null,
    os: device?.system ?? null,
    device: device?.deviceClass ?? null,
  };
  const stands = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return {
    ...event,
    ...(typeof network?.kindList !== 'string'
      ? {}
      : {
          attributes: {
            networkList: network.kindList,
            networkListDate: network.kindListDate,
            ...event.attributes,
          },
        }),
    enrich: { ...found, ...stands },
  };
};

/** Opens the bundled data; what is missing stays unknown and is named in `problems`. */
export const openLookUp = async (
  root: string,
): Promise<{ enricher: Enricher; problems: readonly string[] }> => {
  const { enricher, problems } = await openGeo({ files: resolveGeoData(root, join(root, 'out', 'geo')) });
  return {
    enricher,
    problems: problems.map(({ message, advice }) =>
      advice === undefined ? message : `${message} ${advice}`,
    ),
  };
};

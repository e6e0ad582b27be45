import { feature, mesh } from 'topojson-client';
import { alphaCode } from './iso-countries.ts';
import { LAND_WORLD } from './land-world.ts';
import { unitX, unitY } from './mercator.ts';
import { turnsNeeded, unwrapRing, type Position } from './unwrap.ts';

/** Outlines of countries as columns, which a thread hands over without a copy. */
export interface LandOutlines {
  /** x and y in turn. */
  readonly points: Float32Array<ArrayBuffer>;
  /** Where each line ends in `points`. */
  readonly lineEnds: Uint32Array<ArrayBuffer>;
  /** How many lines belong to each country and to those before it; the lines after the last one are the borders. */
  readonly countryEnds: Uint32Array<ArrayBuffer>;
  /** ISO 3166-1 alpha-2 by country; null where the base map names none. */
  readonly codes: readonly (string | null)[];
}

export type Atlas = Parameters<typeof mesh>[0];
export type Countries = Extract<Parameters<typeof mesh>[1], { readonly type: 'GeometryCollection' }>;

/** Projects the countries of an atlas, and the borders between them. */
export function outlinesOf(
  atlas: Atlas & { readonly objects: { readonly countries: Countries } },
): LandOutlines {
  const { countries } = atlas.objects;
  const points: number[] = [];
  const lineEnds: number[] = [];
  const countryEnds: number[] = [];
  const add = (line: readonly Position[], shift: number): void => {
    for (const [longitude = 0, latitude = 0] of line) {
      points.push(unitX(longitude + shift) * LAND_WORLD, unitY(latitude) * LAND_WORLD);
    }
    lineEnds.push(points.length);
  };
  const codes = feature(atlas, countries).features.map(({ geometry, id, properties }) => {
    const polygons =
      geometry.type === 'MultiPolygon'
        ? geometry.coordinates
        : geometry.type === 'Polygon'
          ? [geometry.coordinates]
          : [];
    for (const ring of polygons.flat()) {
      const plane = unwrapRing(ring);
      for (const turns of turnsNeeded(plane)) add(plane, turns * 360);
    }
    countryEnds.push(lineEnds.length);
    return alphaCode(id, nameOf(properties));
  });
  for (const line of mesh(atlas, countries, (a, b) => a !== b).coordinates) add(unwrapRing(line), 0);
  return {
    points: Float32Array.from(points),
    lineEnds: Uint32Array.from(lineEnds),
    countryEnds: Uint32Array.from(countryEnds),
    codes,
  };
}

/** The base map's name for a country. */
function nameOf(properties: unknown): string {
  if (typeof properties !== 'object' || properties === null || !('name' in properties)) return '';
  return typeof properties.name === 'string' ? properties.name : '';
}

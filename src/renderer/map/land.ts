import { feature, mesh } from 'topojson-client';
import { alphaCode } from './iso-countries.ts';
import { unitX, unitY } from './mercator.ts';
import { turnsNeeded, unwrapRing, type Position } from './unwrap.ts';

/** Outlines in pixels of a world this wide; large enough that a Path2D's single precision holds when zoomed in. */
export const LAND_WORLD = 4_096;

export interface Land {
  readonly countries: readonly {
    readonly path: Path2D;
    /** ISO 3166-1 alpha-2; null where the base map names none. */
    readonly code: string | null;
    readonly box: readonly [number, number, number, number];
  }[];
  readonly borders: Path2D;
}

type Atlas = Parameters<typeof mesh>[0];
type Countries = Extract<Parameters<typeof mesh>[1], { readonly type: 'GeometryCollection' }>;

/** Natural Earth's countries, projected once, as paths that a canvas only has to scale. */
export async function loadLand(): Promise<Land> {
  const module = (await import('world-atlas/countries-50m.json')) as unknown as {
    default: Atlas & { readonly objects: { readonly countries: Countries } };
  };
  const atlas = module.default;
  const countries: Countries = atlas.objects.countries;
  const drawn = feature(atlas, countries).features.map(({ geometry, id, properties }) => {
    const path = new Path2D();
    const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
    const polygons =
      geometry.type === 'MultiPolygon'
        ? geometry.coordinates
        : geometry.type === 'Polygon'
          ? [geometry.coordinates]
          : [];
    for (const ring of polygons.flat()) {
      const plane = unwrapRing(ring);
      for (const turns of turnsNeeded(plane)) {
        trace(path, plane, turns * 360, box);
        path.closePath();
      }
    }
    return { path, box, code: alphaCode(id, nameOf(properties)) };
  });
  const borders = new Path2D();
  for (const line of mesh(atlas, countries, (a, b) => a !== b).coordinates) {
    trace(borders, unwrapRing(line), 0);
  }
  return { countries: drawn, borders };
}

function trace(
  path: Path2D,
  line: readonly Position[],
  shift: number,
  box?: [number, number, number, number],
): void {
  line.forEach(([longitude = 0, latitude = 0], index) => {
    const x = unitX(longitude + shift) * LAND_WORLD;
    const y = unitY(latitude) * LAND_WORLD;
    if (index === 0) path.moveTo(x, y);
    else path.lineTo(x, y);
    if (box === undefined) return;
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], y);
  });
}

/** The base map's name for a country. */
function nameOf(properties: unknown): string {
  if (typeof properties !== 'object' || properties === null || !('name' in properties)) return '';
  return typeof properties.name === 'string' ? properties.name : '';
}

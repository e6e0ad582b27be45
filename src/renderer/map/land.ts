import type { LandOutlines } from './land-outlines.ts';

export interface Land {
  /** In pixels of a world that is `LAND_WORLD` wide. */
  readonly countries: readonly {
    readonly path: Path2D;
    /** ISO 3166-1 alpha-2; null where the base map names none. */
    readonly code: string | null;
    readonly box: readonly [number, number, number, number];
  }[];
  readonly borders: Path2D;
}

let loaded: Promise<Land> | null = null;

/** Natural Earth's countries, projected once, as paths that a canvas only has to scale. */
export function loadLand(): Promise<Land> {
  loaded ??= outlines()
    .then(landOf)
    .catch((error: unknown) => {
      // Whoever needs it next tries again.
      loaded = null;
      throw error;
    });
  return loaded;
}

function outlines(): Promise<LandOutlines> {
  const worker = new Worker(new URL('./land-worker.ts', import.meta.url), { type: 'module' });
  return new Promise<LandOutlines>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<LandOutlines>) => {
      resolve(data);
    };
    worker.onerror = ({ message }) => {
      reject(new Error(`The base map could not be read: ${message}`));
    };
  }).finally(() => {
    worker.terminate();
  });
}

function landOf({ points, lineEnds, countryEnds, codes }: LandOutlines): Land {
  const trace = (path: Path2D, line: number, closed: boolean): readonly [number, number] => {
    const [begin, end] = [line === 0 ? 0 : (lineEnds[line - 1] ?? 0), lineEnds[line] ?? 0];
    path.moveTo(points[begin] ?? 0, points[begin + 1] ?? 0);
    for (let at = begin + 2; at < end; at += 2) path.lineTo(points[at] ?? 0, points[at + 1] ?? 0);
    if (closed) path.closePath();
    return [begin, end];
  };
  let line = 0;
  const countries = codes.map((code, country) => {
    const path = new Path2D();
    const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
    for (; line < (countryEnds[country] ?? 0); line += 1) {
      const [begin, end] = trace(path, line, true);
      for (let at = begin; at < end; at += 2) {
        const [x, y] = [points[at] ?? 0, points[at + 1] ?? 0];
        if (x < box[0]) box[0] = x;
        if (y < box[1]) box[1] = y;
        if (x > box[2]) box[2] = x;
        if (y > box[3]) box[3] = y;
      }
    }
    return { path, box, code };
  });
  const borders = new Path2D();
  for (; line < lineEnds.length; line += 1) trace(borders, line, false);
  return { countries, borders };
}

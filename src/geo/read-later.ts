import { readFileSync } from 'node:fs';
import { success, type Result } from '#shared/domain/result.ts';
import { readGeoHeader, type GeoFileHeader } from './geo-file.ts';
import { geoProblem, type GeoProblem } from './problems.ts';

/** A compiled file of which only the header has been read so far. */
export interface ReadLater<T> {
  readonly header: GeoFileHeader;
  /** Reads the rest the first time; null when it turned out to be damaged. */
  readonly get: () => T | null;
}

/**
 * These files are by far the largest there are, and a window that opens without an agent needs none of them.
 * @param onProblem told once, when the file turns out to be damaged
 * @throws Error of the file system
 */
export function readLater<T>(
  path: string,
  content: GeoFileHeader['content'],
  parse: (bytes: Uint8Array, path: string) => Result<T, GeoProblem>,
  onProblem: (problem: GeoProblem) => void,
): Result<ReadLater<T>, GeoProblem> {
  const header = readGeoHeader(path, content);
  if (!header.ok) return header;
  let read: { readonly value: T | null } | null = null;
  const load = (): T | null => {
    try {
      const found = parse(readFileSync(path), path);
      if (found.ok) return found.value;
      onProblem(found.error);
    } catch (error) {
      onProblem(geoProblem('unreadable', path, error instanceof Error ? error.message : 'unknown fault'));
    }
    return null;
  };
  return success({
    header: header.value,
    get: () => {
      read ??= { value: load() };
      return read.value;
    },
  });
}

import type { GeoFile } from './geo-file.ts';

/**
 * Strings of a compiled file by number, decoded when asked for; 0 is the empty one.
 * @throws Error when a column is missing
 */
export function stringTable(file: GeoFile): (id: number) => string {
  const ends = file.column('stringEnds', 'Uint32Array');
  const column = file.column('stringBytes', 'Uint8Array');
  const bytes = Buffer.from(column.buffer, column.byteOffset, column.byteLength);
  return (id) => bytes.toString('utf8', ends[id] ?? 0, ends[id + 1] ?? 0);
}

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { failure, success, type Result } from '#shared/domain/result.ts';
import { geoProblem, type GeoProblem } from './problems.ts';
import type { DataSource } from './types.ts';

/** First bytes of a compiled look-up file. */
const MAGIC = 'WFGEO1\0\0';
/** Magic and the length of the header. */
const PREAMBLE = 12;

const Section = z.object({
  type: z.enum(['Uint8Array', 'Uint16Array', 'Uint32Array', 'Float32Array']),
  offset: z.int().min(0).multipleOf(8),
  length: z.int().min(0),
});
const Header = z.object({
  content: z.enum(['places', 'networks']),
  builtAt: z.iso.datetime(),
  source: z.string(),
  licence: z.string(),
  attribution: z.array(z.object({ text: z.string(), url: z.string() })),
  checksum: z.int(),
  bytes: z.int().min(0),
  sections: z.record(z.string(), Section),
});
export type GeoFileHeader = z.infer<typeof Header>;

/** What a window shows of where a file's content comes from. */
export const sourceOf = ({ source, builtAt, licence, attribution }: GeoFileHeader): DataSource => ({
  name: source,
  date: builtAt.slice(0, 10),
  licence,
  attribution,
});

const CONSTRUCTORS = { Uint8Array, Uint16Array, Uint32Array, Float32Array } as const;
type ColumnType = keyof typeof CONSTRUCTORS;
type Column<T extends ColumnType> = InstanceType<(typeof CONSTRUCTORS)[T]>;

/** A file that has been checked whole; its columns are views of it, not copies. */
export interface GeoFile {
  readonly header: GeoFileHeader;
  /** @throws Error when the column is absent or of another type: such a file was made by another version */
  column<T extends ColumnType>(name: string, type: T): Column<T>;
}

/**
 * Checks a compiled look-up file (format: docs/geo.md; numbers are little-endian, as on every machine this runs on).
 * @param path only named in errors
 */
export function readGeoFile(
  bytes: Uint8Array,
  content: GeoFileHeader['content'],
  path: string,
): Result<GeoFile, GeoProblem> {
  const corrupt = (what: string) => failure(geoProblem('corrupt', path, what));
  // Views need an aligned start; a whole file that was read at once has one.
  const data = bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (data.length < PREAMBLE || Buffer.from(data.subarray(0, 8)).toString('latin1') !== MAGIC) {
    return corrupt('it is not a look-up file of this product');
  }
  const bodyAt = PREAMBLE + view.getUint32(8, true);
  if (bodyAt > data.length || bodyAt % 8 !== 0) return corrupt('its header is cut off');
  const header = Header.safeParse(jsonOrNull(data.subarray(PREAMBLE, bodyAt)));
  if (!header.success) return corrupt('its header cannot be read');
  if (header.data.content !== content) return corrupt(`it holds ${header.data.content}, not ${content}`);
  const body = data.subarray(bodyAt);
  if (body.length !== header.data.bytes)
    return corrupt(`it has ${body.length} bytes instead of ${header.data.bytes}`);
  if (crc32(body) !== header.data.checksum) return corrupt('its checksum does not match');
  return success({ header: header.data, column: columnsOf(header.data, body) });
}

/**
 * What the file says of itself, without reading the rest: it is one of ours, holds what is wanted and is not cut off.
 * Whether its content is whole is known when it is read.
 * @throws Error of the file system
 */
export function readGeoHeader(
  path: string,
  content: GeoFileHeader['content'],
): Result<GeoFileHeader, GeoProblem> {
  const corrupt = (what: string) => failure(geoProblem('corrupt', path, what));
  const file = openSync(path, 'r');
  try {
    const preamble = Buffer.alloc(PREAMBLE);
    if (readSync(file, preamble, 0, PREAMBLE, 0) < PREAMBLE || preamble.toString('latin1', 0, 8) !== MAGIC) {
      return corrupt('it is not a look-up file of this product');
    }
    const { size } = fstatSync(file);
    const length = preamble.readUInt32LE(8);
    if (PREAMBLE + length > size) return corrupt('its header is cut off');
    const text = Buffer.alloc(length);
    readSync(file, text, 0, length, PREAMBLE);
    const header = Header.safeParse(jsonOrNull(text));
    if (!header.success) return corrupt('its header cannot be read');
    if (header.data.content !== content) return corrupt(`it holds ${header.data.content}, not ${content}`);
    const bytes = size - PREAMBLE - length;
    return bytes === header.data.bytes
      ? success(header.data)
      : corrupt(`it has ${bytes} bytes instead of ${header.data.bytes}`);
  } finally {
    closeSync(file);
  }
}

function columnsOf(header: GeoFileHeader, body: Uint8Array): GeoFile['column'] {
  return <T extends ColumnType>(name: string, type: T): Column<T> => {
    const section = header.sections[name];
    if (section?.type !== type) throw new Error(`no column ${name} of type ${type}`);
    const { offset, length } = section;
    if (offset + length * CONSTRUCTORS[type].BYTES_PER_ELEMENT > body.length)
      throw new Error(`${name} is cut off`);
    return new CONSTRUCTORS[type](body.buffer as ArrayBuffer, body.byteOffset + offset, length) as Column<T>;
  };
}

function jsonOrNull(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return null;
  }
}

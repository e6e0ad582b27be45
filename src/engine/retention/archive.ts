import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';

/** How far an archive has been written, as the mirror remembers it. */
export interface ArchivePosition {
  readonly bytes: number;
  /** Of the last part; empty at the beginning. */
  readonly hash: string;
}

const chain = (before: string, lines: string): string =>
  createHash('sha256').update(before).update('\n').update(lines).digest('hex');

/**
 * Appends a part to an archive and puts it on disk; what lies behind `position` was never confirmed and is cut off.
 * An archive is NDJSON in gzip; each part is a gzip member of its own that ends with a line holding the hash of the
 * part and the one before it, so that a missing, changed or moved part shows.
 */
export function appendToArchive(
  file: string,
  position: ArchivePosition,
  records: readonly unknown[],
): ArchivePosition {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const lines = records.map((record) => `${JSON.stringify(record)}\n`).join('');
  const hash = chain(position.hash, lines);
  const part = gzipSync(`${lines}${JSON.stringify({ part: { records: records.length, hash } })}\n`);
  const handle = openSync(file, position.bytes === 0 ? 'w' : 'r+', 0o600);
  try {
    ftruncateSync(handle, position.bytes);
    writeSync(handle, part, 0, part.length, position.bytes);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  return { bytes: position.bytes + part.length, hash };
}

const Part = z.object({ part: z.object({ records: z.number(), hash: z.string() }) });

/** Reads an archive and follows its chain. `fault` says what is wrong and in which line. */
export function verifyArchive(
  file: string,
):
  | { readonly ok: true; readonly records: number; readonly hash: string }
  | { readonly ok: false; readonly fault: string } {
  let text: string;
  try {
    text = gunzipSync(readFileSync(file)).toString('utf8');
  } catch (error) {
    return { ok: false, fault: `cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
  let hash = '';
  let gathered = '';
  let count = 0;
  let records = 0;
  const lines = text.split('\n');
  if (lines.pop() !== '') return { ok: false, fault: 'ends in the middle of a line' };
  for (const [at, line] of lines.entries()) {
    const end = line.startsWith('{"part":') ? Part.safeParse(parsed(line)) : null;
    if (end?.success !== true) {
      gathered += `${line}\n`;
      count += 1;
      continue;
    }
    hash = chain(hash, gathered);
    if (hash !== end.data.part.hash || count !== end.data.part.records) {
      return {
        ok: false,
        fault: `the part that ends in line ${String(at + 1)} was changed, or one before it is missing`,
      };
    }
    records += count;
    gathered = '';
    count = 0;
  }
  return gathered === ''
    ? { ok: true, records, hash }
    : { ok: false, fault: 'the last part has no end: something was cut off' };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

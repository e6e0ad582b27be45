import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { z } from 'zod';
import { Epoch } from '#shared/domain/ids.ts';
import type { Meta } from './meta.ts';

const Marker = z.object({ nonce: z.string() });
const word = () => randomBytes(12).toString('base64url');

/**
 * Decides whether the change log is the one consoles have followed.
 *
 * A random word is kept twice, in the database and in a file beside it, and renewed together now and then. A database
 * that was lost, or put back from a backup, holds an older word than the file: its numbers cannot be trusted, so a
 * new epoch begins. The word before is accepted too, because a crash can fall between the two writes.
 */
export interface EpochKeeper {
  current(): Epoch;
  /** Why the epoch is new in this run; null when the old one goes on. */
  readonly renewedBecause: string | null;
  /** Starts a new epoch; the caller empties what was numbered in the old one. */
  renew(): Epoch;
  /** Renews the word; called every few seconds while changes are logged, and at the end. */
  stamp(): void;
}

/**
 * @param markerPath null: a database in memory, which has nothing to be compared with
 * @param broken why the old epoch cannot go on in any case
 */
export function openEpoch(
  meta: Meta,
  markerPath: string | null,
  keyId: string,
  broken: string | null = null,
): EpochKeeper {
  const because = broken ?? reason(meta, markerPath, keyId);
  const renew = () => {
    const epoch = Epoch.parse(word());
    meta.set('epoch', epoch);
    return epoch;
  };
  const stamp = () => {
    const nonce = word();
    const before = meta.get('nonce');
    if (before !== null) meta.set('previous-nonce', before);
    meta.set('nonce', nonce);
    if (markerPath !== null) writeMarker(markerPath, nonce);
  };
  if (because !== null) renew();
  meta.set('key-id', keyId);
  stamp();
  return { current: () => Epoch.parse(meta.get('epoch')), renewedBecause: because, renew, stamp };
}

function reason(meta: Meta, markerPath: string | null, keyId: string): string | null {
  if (meta.get('epoch') === null) return 'a new change log';
  if (meta.get('key-id') !== keyId) return 'the handle key changed';
  if (markerPath === null) return null;
  const marker = readMarker(markerPath);
  if (marker === null) return 'the marker beside the change log is missing';
  if (marker !== meta.get('nonce') && marker !== meta.get('previous-nonce'))
    return 'the change log was restored from a copy';
  return null;
}

function readMarker(path: string): string | null {
  try {
    return Marker.parse(JSON.parse(readFileSync(path, 'utf8'))).nonce;
  } catch {
    return null;
  }
}

function writeMarker(path: string, nonce: string): void {
  const temporary = `${path}.new`;
  const file = openSync(temporary, 'w', 0o600);
  try {
    writeSync(file, JSON.stringify({ nonce }));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}

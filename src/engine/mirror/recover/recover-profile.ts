import { existsSync, renameSync } from 'node:fs';
import { failure, success, type Result } from '#shared/domain/result.ts';
import type { EpochMs } from '#shared/domain/units.ts';
import { lockedProblem } from '../encryption/locked.ts';
import { lockProfile } from '../lock.ts';
import { mirrorFile } from '../mirror-file.ts';
import { recoverMirror, sealedProblem, type Recovery } from './recover.ts';

const COMPANIONS = ['', '-wal', '-shm'];

/** Moves a database with its companions to another name beside it, and returns that name. */
export function moveAside(file: string, label: string, now: EpochMs): string {
  const stamp = new Date(now).toISOString().replaceAll(/[:.]/g, '-');
  const kept = file.replace(/\.db$/, `.${label}-${stamp}.db`);
  moveDatabase(file, kept);
  return kept;
}

function moveDatabase(from: string, to: string): void {
  for (const suffix of COMPANIONS) if (existsSync(from + suffix)) renameSync(from + suffix, to + suffix);
}

export interface RecoveredProfile {
  readonly recovery: Recovery;
  /** What was in the place of the mirror; null when nothing was. */
  readonly kept: string | null;
}

/**
 * Puts what can be read of a damaged mirror in the place of a profile's mirror, which is kept under another name. When
 * it fails everything is as it was. No engine may work on the profile.
 * @param from a file that was kept earlier, or null: the profile's own
 */
export function recoverProfile(profile: string, from: string | null, now: EpochMs): Result<RecoveredProfile> {
  const locked = lockProfile(profile);
  if (!locked.ok) return locked;
  try {
    const file = mirrorFile(profile);
    if (!existsSync(from ?? file)) {
      return failure({
        code: 'NOT_FOUND',
        message: `There is no ${from ?? file}.`,
        advice: 'Check the profile folder.',
      });
    }
    const sealed = sealedProblem(from ?? file) ?? lockedProblem(file);
    if (sealed !== null) return failure(sealed);
    const kept = existsSync(file)
      ? moveAside(file, from === null ? 'damaged' : 'before-recovery', now)
      : null;
    const recovered = recoverMirror(from ?? kept ?? file, file);
    if (!recovered.ok) {
      if (kept !== null) moveDatabase(kept, file);
      return recovered;
    }
    return success({ recovery: recovered.value, kept });
  } finally {
    locked.value.release();
  }
}

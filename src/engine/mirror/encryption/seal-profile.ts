import { existsSync, mkdirSync, readdirSync, rmSync, statfsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { failure, success, type Problem, type Result } from '#shared/domain/result.ts';
import { archiveProblem } from '../../retention/archive-problem.ts';
import { readPolicy } from '../../retention/policy-store.ts';
import { diskProblem, isCorrupt, openReadable } from '../database.ts';
import { lockProfile } from '../lock.ts';
import { APPLICATION_ID } from '../migrate.ts';
import { plainMirror, sealedMirror } from '../mirror-file.ts';
import { ciphersProblem } from './ciphers.ts';
import { clearLeftovers } from './clear-leftovers.ts';
import type { Copied } from './copy-database.ts';
import { copyElsewhere } from './copy-thread.ts';
import { COMPANIONS, removeDatabase } from './database-files.ts';
import { newKeyFile, readKeyFile, syncFolder, writeKeyFile } from './key-file.ts';
import { isEncrypted, keyFileOf } from './locked.ts';
import { unlock } from './unlock.ts';
import { newDataKey, unwrapKey, wrapKey, type WrappedKey } from './wrapped-key.ts';

// A mirror is encrypted, or not any more, by copying it. Which of the two files counts is said by the key file alone:
// that it appears, or goes, is the one moment in which the copy takes the place of the other; a crash before or after
// leaves one whole mirror, and what else lies there is deleted by whoever opens the profile next.

export interface Sealing {
  readonly profile: string;
  readonly passphrase: string;
  /** Of the passphrase; tests take less. */
  readonly cost?: Pick<WrappedKey, 'N' | 'r' | 'p'>;
  /** Told what is being written, and about how many bytes it will have. */
  readonly writing?: (file: string, bytes: number) => void;
}

/** What was copied; null: there was no mirror yet. */
export interface Sealed {
  readonly copied: Copied | null;
  /** Older files of the profile's that are as they were before. */
  readonly left: readonly string[];
}

/** Encrypts the mirror of a profile, or says that it is to be once there is one. No engine may work on it. */
export function encryptProfile(sealing: Sealing): Promise<Result<Sealed>> {
  const { profile } = sealing;
  const [plain, sealed] = [plainMirror(profile), sealedMirror(profile)];
  return exclusively(profile, async () => {
    if (isEncrypted(sealed)) {
      return failure({
        code: 'ENCRYPTED_ALREADY',
        message: `The mirror in ${profile} is encrypted already.`,
        advice: '“watchfloor passphrase” changes its passphrase.',
      });
    }
    const unfit = existsSync(plain) ? (unfitToSeal(plain) ?? roomProblem(plain)) : null;
    if (unfit !== null) return failure(unfit);
    // Left by one that was interrupted; its key is gone.
    removeDatabase(sealed);
    const key = newDataKey();
    const passphrase = await wrapKey(key, sealing.passphrase, sealing.cost);
    let copied: Copied | null = null;
    if (existsSync(plain)) {
      sealing.writing?.(sealed, sizeOf(plain));
      copied = await copyElsewhere({ file: plain, key: null }, { file: sealed, key }, true);
    }
    writeKeyFile(sealed, newKeyFile(key, passphrase));
    clearLeftovers(profile);
    return success({ copied, left: otherMirrors(profile, sealed) });
  });
}

/** Makes the mirror of a profile one that is not encrypted. No engine may work on it. */
export function decryptProfile(sealing: Sealing): Promise<Result<Sealed>> {
  const { profile } = sealing;
  const [plain, sealed] = [plainMirror(profile), sealedMirror(profile)];
  return exclusively(profile, async () => {
    const header = isEncrypted(sealed) ? readKeyFile(sealed) : failure(notEncrypted(profile));
    if (!header.ok) return header;
    const key = await unlock(sealed, sealing.passphrase);
    if (!key.ok) return key;
    clearLeftovers(profile);
    if (existsSync(plain)) {
      return failure({
        code: 'FILE_EXISTS',
        message: `${plain} lies beside the encrypted mirror, and nothing is overwritten.`,
        advice: 'Move it away.',
      });
    }
    let copied: Copied | null = null;
    if (existsSync(sealed)) {
      const full = roomProblem(sealed);
      if (full !== null) return failure(full);
      // Until the key file goes, the other file is one to be deleted.
      writeKeyFile(sealed, { ...header.value, clearing: true });
      sealing.writing?.(plain, sizeOf(sealed));
      copied = await copyElsewhere({ file: sealed, key: key.value }, { file: plain, key: null }, true);
    }
    rmSync(keyFileOf(sealed));
    syncFolder(profile);
    removeDatabase(sealed);
    return success({ copied, left: otherMirrors(profile, plain) });
  });
}

/** Puts another passphrase before the same key: the mirror itself stays as it is. An engine may work on it meanwhile. */
export async function changePassphrase(parts: {
  readonly profile: string;
  readonly passphrase: string;
  readonly next: string;
  readonly cost?: Pick<WrappedKey, 'N' | 'r' | 'p'>;
}): Promise<Result<null>> {
  const sealed = sealedMirror(parts.profile);
  const header = isEncrypted(sealed) ? readKeyFile(sealed) : failure(notEncrypted(parts.profile));
  if (!header.ok) return header;
  const key = await unwrapKey(header.value.passphrase, parts.passphrase);
  if (!key.ok) return key;
  writeKeyFile(sealed, { ...header.value, passphrase: await wrapKey(key.value, parts.next, parts.cost) });
  return success(null);
}

async function exclusively<T>(profile: string, work: () => Promise<Result<T>>): Promise<Result<T>> {
  const missing = ciphersProblem();
  if (missing !== null) return failure(missing);
  mkdirSync(profile, { recursive: true, mode: 0o700 });
  const locked = lockProfile(profile);
  if (!locked.ok) return locked;
  try {
    return await work();
  } catch (error) {
    return failure(
      diskProblem(error, profile) ?? {
        code: 'NOT_COPIED',
        message: `The mirror was not copied: ${error instanceof Error ? error.message : String(error)}.`,
        advice: 'It is as it was. “watchfloor check” says whether it is sound.',
      },
    );
  } finally {
    locked.value.release();
  }
}

/** Why a mirror is not to be encrypted as it is; null when it may be. */
function unfitToSeal(plain: string): Problem | null {
  try {
    const db = openReadable(plain);
    try {
      if (Number(db.pragma('application_id', { simple: true })) !== APPLICATION_ID) {
        return {
          code: 'NOT_A_MIRROR',
          message: `${plain} is a database of another program.`,
          advice: 'Choose another profile folder, or move that file away.',
        };
      }
      const { archiveFolder } = readPolicy(db);
      return archiveFolder === null ? null : archiveProblem(archiveFolder);
    } finally {
      db.close();
    }
  } catch (error) {
    if (!isCorrupt(error)) throw error;
    return {
      code: 'DATABASE_DAMAGED',
      message: `${plain} is damaged.`,
      advice: 'Recover it first: “watchfloor recover”.',
    };
  }
}

const notEncrypted = (profile: string): Problem => ({
  code: 'NOT_ENCRYPTED',
  message: `The mirror in ${profile} is not encrypted.`,
  advice: '“watchfloor encrypt” encrypts it.',
});

const sizeOf = (database: string): number =>
  COMPANIONS.reduce(
    (sum, suffix) => sum + (existsSync(database + suffix) ? statSync(database + suffix).size : 0),
    0,
  );

/** A copy has to have room beside what it is made of, with a twentieth to spare. */
function roomProblem(database: string): Problem | null {
  const { bavail, bsize } = statfsSync(dirname(database));
  const needed = sizeOf(database) * 1.05 + 16_777_216;
  if (bavail * bsize >= needed) return null;
  const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6).toLocaleString('en')} MB`;
  return {
    code: 'DISK_FULL',
    message: `A copy of the mirror needs ${megabytes(needed)}, and ${megabytes(bavail * bsize)} are free beside it.`,
    advice: 'Make room, or keep less: “watchfloor retention”. Nothing was changed.',
  };
}

/** Other databases in the folder: kept by recoveries, or copies of somebody's. */
function otherMirrors(profile: string, mirror: string): readonly string[] {
  return readdirSync(profile)
    .filter((name) => name.startsWith('mirror.') && name.endsWith('.db'))
    .map((name) => join(profile, name))
    .filter((file) => file !== mirror && !isEncrypted(file));
}

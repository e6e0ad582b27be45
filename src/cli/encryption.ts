import { existsSync, statSync } from 'node:fs';
import type { Result } from '#shared/domain/result.ts';
import { removeDatabase } from '#engine/mirror/encryption/database-files.ts';
import {
  changePassphrase,
  decryptProfile,
  encryptProfile,
  type Sealed,
  type Sealing,
} from '#engine/mirror/encryption/seal-profile.ts';
import { mirrorFile } from '#engine/mirror/mirror-file.ts';
import { EXIT } from './exit-codes.ts';
import { newPassphrase, passphrase } from './passphrase-input.ts';

export interface EncryptionOptions {
  readonly profile: string;
  readonly passphraseFile?: string | undefined;
}

const PROGRESS_MS = 500;

/** Encrypts the mirror of a profile. */
export async function encrypt({ profile, passphraseFile }: EncryptionOptions): Promise<number> {
  const entered = await newPassphrase(passphraseFile, `New passphrase for the mirror in ${profile}`);
  const sealed = await copying(profile, (writing) =>
    encryptProfile({ profile, passphrase: entered, writing }),
  );
  return tell(sealed, (left) => [
    'The mirror is encrypted. Nobody can read it without this passphrase, and nobody can give it back: keep it.',
    ...(sealed.ok && sealed.value.copied !== null
      ? [
          'The old file was deleted, but its bytes may remain on the disk until something else is written there.',
        ]
      : []),
    ...left.map((file) => `Not encrypted, and yours to delete: ${file}`),
  ]);
}

/** Makes the mirror of a profile one that is not encrypted. */
export async function decrypt({ profile, passphraseFile }: EncryptionOptions): Promise<number> {
  const entered = await passphrase(passphraseFile, `Passphrase of the mirror in ${profile}`);
  const sealed = await copying(profile, (writing) =>
    decryptProfile({ profile, passphrase: entered, writing }),
  );
  return tell(sealed, (left) => [
    'The mirror is not encrypted any more.',
    ...left.map((file) => `Another database lies beside it: ${file}`),
  ]);
}

/** Changes the passphrase of an encrypted profile, also while an engine works on it. */
export async function changeOfPassphrase(
  options: EncryptionOptions & { readonly newPassphraseFile?: string | undefined },
): Promise<number> {
  const { profile } = options;
  const before = await passphrase(options.passphraseFile, `Passphrase of the mirror in ${profile}`);
  const next = await newPassphrase(options.newPassphraseFile, 'New passphrase');
  return tell(await changePassphrase({ profile, passphrase: before, next }), () => [
    'The passphrase was changed. Backups that were made before keep theirs.',
  ]);
}

function tell<T extends Sealed | null>(
  result: Result<T>,
  lines: (left: readonly string[]) => readonly string[],
): number {
  if (!result.ok) {
    const { code, message, advice } = result.error;
    process.stderr.write(`${[message, advice].filter(Boolean).join(' ')}\n`);
    return code === 'PROFILE_IN_USE' ? EXIT.inUse : EXIT.failed;
  }
  const copied = result.value?.copied ?? null;
  if (copied !== null) {
    const { bytes, events, sessions } = copied;
    process.stdout.write(
      `${(bytes / 1e6).toFixed(1)} MB, ${String(events)} events, ${String(sessions)} sessions, read through and sound\n`,
    );
  }
  for (const line of lines(result.value?.left ?? [])) process.stdout.write(`${line}\n`);
  return EXIT.ok;
}

/** Shows how far a copy is, and on Ctrl-C ends at once and takes it away: until it is whole, nothing has changed. */
async function copying<T>(
  profile: string,
  work: (writing: NonNullable<Sealing['writing']>) => Promise<T>,
): Promise<T> {
  const state: { under: { readonly file: string; readonly bytes: number } | null } = { under: null };
  const show = (): void => {
    const { under } = state;
    if (under === null || !process.stderr.isTTY || !existsSync(under.file)) return;
    const part = Math.min(99, Math.floor((statSync(under.file).size / Math.max(1, under.bytes)) * 100));
    process.stderr.write(`\rcopying: ${String(part)} %; Ctrl-C leaves everything as it is `);
  };
  const cancel = (signal: NodeJS.Signals): void => {
    const { under } = state;
    // Whatever counts as the mirror by now is none to be taken away.
    if (under !== null && under.file !== mirrorFile(profile)) {
      for (const file of [under.file, `${under.file}.main`]) removeDatabase(file);
      process.stderr.write('\nCancelled: the mirror is as it was.\n');
    }
    // The thread cannot be stopped in the middle of a statement; the process can.
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  };
  const timer = setInterval(show, PROGRESS_MS);
  const signals = ['SIGINT', 'SIGTERM'] as const;
  try {
    return await work((file, bytes) => {
      state.under = { file, bytes };
      for (const signal of signals) process.once(signal, cancel);
    });
  } finally {
    for (const signal of signals) process.removeListener(signal, cancel);
    clearInterval(timer);
    if (state.under !== null && process.stderr.isTTY) process.stderr.write('\n');
  }
}

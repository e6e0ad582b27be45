import { isEncrypted } from '#engine/mirror/encryption/locked.ts';
import { mirrorFile } from '#engine/mirror/mirror-file.ts';
import { attach } from './attach.ts';
import { EXIT } from './exit-codes.ts';
import { passphrase } from './passphrase-input.ts';
import { UsageError } from './usage-error.ts';

/** Commands that read the file themselves, also while an engine works on the profile. */
const READS_ITSELF: ReadonlySet<string> = new Set(['check', 'verify', 'report']);
/** Commands that ask for passphrases in their own way. */
const ASKS_ITSELF: ReadonlySet<string> = new Set(['encrypt', 'decrypt', 'passphrase']);

/**
 * Before a command: makes the mirror of an encrypted profile readable in this process, where the command will read it.
 * An engine that runs has unlocked it, and is asked without a passphrase.
 * @param file the file that holds the passphrase, if one was named
 * @throws UsageError
 */
export async function unlockFor(command: string, profile: string, file: string | undefined): Promise<void> {
  const mirror = mirrorFile(profile);
  if (!isEncrypted(mirror) || ASKS_ITSELF.has(command)) return;
  if (file === undefined && !READS_ITSELF.has(command)) {
    const running = await attach(profile);
    running?.close();
    if (running !== null) return;
  }
  const entered = await passphrase(file, `Passphrase of the mirror in ${profile}`);
  // Only for those who have something encrypted.
  const { unlock } = await import('#engine/mirror/encryption/unlock.ts');
  const unlocked = await unlock(mirror, entered);
  if (unlocked.ok) return;
  const { message, advice } = unlocked.error;
  throw new UsageError([message, advice].filter(Boolean).join(' '), EXIT.failed);
}

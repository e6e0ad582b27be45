import { resolve } from 'node:path';
import { isEncrypted, keyFileOf } from '#engine/mirror/encryption/locked.ts';
import { checkFile } from '#engine/mirror/check.ts';
import { askOwner } from './ask-owner.ts';
import { EXIT } from './exit-codes.ts';

/** Copies the mirror of a profile, also while an engine works on it, and reads the copy through. */
export async function backup(profile: string, target: string, version: string): Promise<number> {
  const file = resolve(target);
  const engine = await askOwner(profile, version);
  try {
    const { bytes, events: copied } = await engine.call('mirror.backup', { file });
    if (isEncrypted(file)) {
      // Whoever made it has the key, and has read it through.
      process.stdout.write(
        `${file}: ${(bytes / 1e6).toFixed(1)} MB, ${String(copied)} events, read through and sound; encrypted: keep ${keyFileOf(file)} beside it, and the passphrase of today\n`,
      );
      return EXIT.ok;
    }
    const checked = checkFile(file);
    if (!checked.ok || checked.value.faults.length > 0) {
      const why = checked.ok ? checked.value.faults.join('; ') : checked.error.message;
      process.stderr.write(`The backup was written but is not sound: ${why}\n`);
      return EXIT.failed;
    }
    const { events, sessions } = checked.value;
    process.stdout.write(
      `${file}: ${(bytes / 1e6).toFixed(1)} MB, ${String(events)} events, ${String(sessions)} sessions, read through and sound\n`,
    );
    return EXIT.ok;
  } finally {
    await engine.close();
  }
}

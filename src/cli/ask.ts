import { existsSync } from 'node:fs';
import { mirrorFile } from '#engine/mirror/mirror-file.ts';
import { openOffline } from '#engine/offline.ts';
import { attach, type Questions } from './attach.ts';
import { EXIT } from './exit-codes.ts';
import { cliClock } from './open-engine.ts';
import { UsageError } from './usage-error.ts';

/**
 * Questions about a profile: to the engine that works on it, or to the mirror alone when none does. Which of the two
 * it is, is said, because only a running engine knows how connections stand.
 */
export async function askProfile(
  profile: string,
  version: string,
): Promise<Questions & { readonly running: boolean }> {
  const attached = await attach(profile);
  if (attached !== null) return { ...attached, running: true };
  const file = mirrorFile(profile);
  if (!existsSync(file)) {
    throw new UsageError(
      `Nothing has been collected in ${profile} yet. Start with: watchfloor collect --profile ${profile} --connection-file <file>`,
      EXIT.usage,
    );
  }
  const offline = openOffline(profile, version, cliClock);
  if (!offline.ok) {
    throw new UsageError(
      [offline.error.message, offline.error.advice].filter(Boolean).join(' '),
      EXIT.failed,
    );
  }
  return { ...offline.value, running: false };
}

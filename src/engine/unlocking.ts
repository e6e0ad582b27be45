import type { MessageToMain } from '#shared/ipc/engine-process.ts';
import { failure, type Problem, type Result } from '#shared/domain/result.ts';
import { DataKey } from './mirror/encryption/data-key.ts';
import { isEncrypted } from './mirror/encryption/locked.ts';
import { mirrorFile } from './mirror/mirror-file.ts';

/** Waits at the start of the engine until an encrypted mirror can be opened. */
export interface Unlocking {
  /** @param key that main had; @param file that holds the passphrase */
  wait(profile: string, key: string | undefined, file: string | undefined): Promise<void>;
  /** Nobody has entered a right one yet. */
  readonly waiting: () => boolean;
  /** Somebody entered a passphrase. */
  entered(passphrase: string): void;
}

export function createUnlocking(tell: (message: MessageToMain) => void): Unlocking {
  let answer: ((passphrase: string) => void) | null = null;
  const ask = (problem: Problem | null): Promise<string> =>
    new Promise((resolve) => {
      answer = resolve;
      tell({ type: 'locked', problem: problem === null ? null : { ...problem } });
    });
  return {
    wait: async (profile, key, file) => {
      const mirror = mirrorFile(profile);
      if (!isEncrypted(mirror)) return;
      // Only for those who have something encrypted.
      const { unlock, unlockWithKey } = await import('./mirror/encryption/unlock.ts');
      const { ciphersProblem } = await import('./mirror/encryption/ciphers.ts');
      const { readPassphrase } = await import('./mirror/encryption/passphrase-file.ts');
      const kept = DataKey.safeParse(key);
      if (kept.success && unlockWithKey(mirror, kept.data)) return;
      const missing = ciphersProblem();
      let given: Result<string> | null =
        missing !== null ? failure(missing) : file === undefined ? null : readPassphrase(file);
      for (;;) {
        const unlocked = given?.ok === true ? await unlock(mirror, given.value) : given;
        if (unlocked?.ok === true) {
          tell({ type: 'unlocked', key: unlocked.value });
          return;
        }
        given = { ok: true, value: await ask(unlocked?.error ?? null) };
      }
    },
    waiting: () => answer !== null,
    entered: (passphrase) => {
      const waiting = answer;
      answer = null;
      waiting?.(passphrase);
    },
  };
}

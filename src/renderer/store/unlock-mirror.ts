import { main } from '../bridge/main.ts';

/** Gives the passphrase of an encrypted mirror; what comes of it is told as the state of the engine. */
export async function unlockMirror(passphrase: string, remember: boolean): Promise<void> {
  await main.call('mirror.unlock', { passphrase, remember });
}

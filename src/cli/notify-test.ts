import { randomUUID } from 'node:crypto';
import { send } from '#engine/notify/send.ts';
import { EXIT } from './exit-codes.ts';
import { readNotifyFile } from './notify-file.ts';
import { cliClock } from './open-engine.ts';

/** Sends a marked test message over every channel of a file and says how each went. */
export async function notifyTest(file: string): Promise<number> {
  let failed = false;
  for (const { config, secret } of readNotifyFile(file, process.env)) {
    const now = cliClock();
    const message = { id: randomUUID(), createdAt: now, shape: 'test', items: [], total: 0 } as const;
    try {
      await send(config.target, secret ?? undefined, message, now, new AbortController().signal);
      process.stdout.write(`${config.name}: sent\n`);
    } catch (error) {
      failed = true;
      const words = error instanceof Error ? error.message : String(error);
      process.stdout.write(`${config.name}: not sent: ${words}\n`);
    }
  }
  return failed ? EXIT.failed : EXIT.ok;
}

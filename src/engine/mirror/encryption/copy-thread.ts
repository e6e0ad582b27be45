import { Worker } from 'node:worker_threads';
import { builtThread } from '../../built-thread.ts';
import { copyDatabase, type Copied, type Place } from './copy-database.ts';

/** What the thread tells in the end. */
export type CopyTold =
  | { readonly is: 'copied'; readonly copied: Copied }
  | { readonly is: 'failed'; readonly message: string; readonly code: string | null };

/**
 * `copyDatabase` in a thread of its own where the program was built, here where it runs from source.
 * @throws as `copyDatabase` does, with the code of SQLite or of the file system
 */
export async function copyElsewhere(
  from: Place,
  to: Place,
  still: boolean,
  module = builtThread('copier', import.meta.url),
): Promise<Copied> {
  if (module === null) return copyDatabase(from, to, still);
  const told = await new Promise<CopyTold>((resolve, reject) => {
    const worker = new Worker(module, { workerData: { from, to, still }, execArgv: [] });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => {
      reject(new Error('the thread that copies ended early'));
    });
  });
  if (told.is === 'copied') return told.copied;
  throw Object.assign(new Error(told.message), told.code === null ? {} : { code: told.code });
}

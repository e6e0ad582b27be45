import { Worker } from 'node:worker_threads';
import type { Log } from '#shared/domain/log.ts';
import { builtThread } from '../../built-thread.ts';
import { heldKey } from '../encryption/held-keys.ts';
import type { CheckpointThread, CheckpointTold } from './checkpoints.ts';

const CLOSE_MS = 5_000;

/** How the thread that makes checkpoints of a file is started; null where it was not built. */
export function checkpointThread(
  file: string,
  log: Log,
  module = builtThread('checkpointer', import.meta.url),
): ((told: (what: CheckpointTold) => void) => CheckpointThread) | null {
  if (module === null) return null;
  return (told) => {
    const worker = new Worker(module, { workerData: { file, key: heldKey(file) }, execArgv: [] });
    let closing = false;
    worker.on('message', told);
    worker.on('error', (error) => {
      log.error('the thread that makes checkpoints of the mirror has failed', { error: String(error) });
    });
    const gone = new Promise<void>((resolve) => {
      worker.once('exit', () => {
        if (!closing) told('failed');
        resolve();
      });
    });
    worker.unref();
    return {
      begin: () => {
        worker.postMessage('begin');
      },
      close: async () => {
        closing = true;
        worker.ref();
        worker.postMessage('close');
        const end = setTimeout(() => void worker.terminate(), CLOSE_MS);
        await gone;
        clearTimeout(end);
      },
    };
  };
}

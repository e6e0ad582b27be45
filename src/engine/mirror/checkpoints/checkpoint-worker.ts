import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { openCheckpointing } from '../database.ts';
import type { CheckpointTold } from './checkpoints.ts';

// Entry of the thread that makes checkpoints of the mirror.

if (!isMainThread && parentPort !== null) {
  const port = parentPort;
  const { file } = z.object({ file: z.string() }).parse(workerData);
  const db = openCheckpointing(file);
  port.on('message', (what: 'begin' | 'close') => {
    if (what === 'close') {
      db.close();
      port.close();
      return;
    }
    db.pragma('wal_checkpoint(PASSIVE)');
    port.postMessage('copied' satisfies CheckpointTold);
  });
}

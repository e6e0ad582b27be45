import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { openCheckpointing } from '../database.ts';
import { DataKey } from '../encryption/data-key.ts';
import { holdKey } from '../encryption/held-keys.ts';
import type { CheckpointTold } from './checkpoints.ts';

// Entry of the thread that makes checkpoints of the mirror.

if (!isMainThread && parentPort !== null) {
  const port = parentPort;
  const { file, key } = z.object({ file: z.string(), key: DataKey.optional() }).parse(workerData);
  if (key !== undefined) holdKey(file, key);
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

import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { copyDatabase } from './copy-database.ts';
import type { CopyTold } from './copy-thread.ts';
import { DataKey } from './data-key.ts';

// Entry of the thread that copies a mirror.

const Place = z.object({ file: z.string(), key: DataKey.nullable() });
const CopyData = z.object({ from: Place, to: Place, still: z.boolean() });

if (!isMainThread && parentPort !== null) {
  const { from, to, still } = CopyData.parse(workerData);
  let told: CopyTold;
  try {
    told = { is: 'copied', copied: copyDatabase(from, to, still) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : null;
    told = { is: 'failed', message: error instanceof Error ? error.message : String(error), code };
  }
  parentPort.postMessage(told);
}

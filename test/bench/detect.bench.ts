// needs: data
import { setFlagsFromString } from 'node:v8';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { EVALUATOR_THREAD } from '#engine/detections/evaluation/evaluator-thread.ts';
import { measureBackTest } from './parts/back-test.ts';
import { CATALOGUE_MEASURES, measureCatalogue, type CatalogueMeasure } from './parts/catalogue.ts';
import { measureKnownPlaces } from './parts/known-places.ts';

type Part = CatalogueMeasure | 'known-places' | 'back-test';

/** By itself, so that nothing counts that another part left behind. */
const inThread = (part: Part, options: object): Promise<void> =>
  new Promise((resolve, reject) => {
    const thread = new Worker(new URL(import.meta.url), { execArgv: [], workerData: part, ...options });
    thread.once('error', reject);
    thread.once('exit', () => {
      resolve();
    });
  });

if (isMainThread) {
  // With the memory that the product's thread of the detections has.
  const { resourceLimits, heapGrowth } = EVALUATOR_THREAD;
  setFlagsFromString(heapGrowth);
  for (const part of ['known-places', ...CATALOGUE_MEASURES] as const)
    await inThread(part, { resourceLimits });
  // As a reader has it, which is asked for it.
  await inThread('back-test', {});
} else {
  const part = workerData as Part;
  if (part === 'known-places') measureKnownPlaces();
  else if (part === 'back-test') await measureBackTest();
  else measureCatalogue(part);
}

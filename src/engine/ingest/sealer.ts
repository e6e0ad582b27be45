import type { ReadableDb, WritableDb } from '../mirror/database.ts';
import { nextToSeal, sealStep, type Sealing } from '../mirror/seal.ts';
import type { Committed, Job } from './committer.ts';

/** Rows a step of sealing counts as: it may take as long as a large group of live batches. */
const STEP_ROWS = 4_000;

export interface Sealer {
  /** Something was committed: a segment may have become full. */
  nudge(): void;
}

/** Seals full segments in the background, one step and transaction at a time, whenever ingest leaves a gap. */
export function createSealer(options: {
  readonly db: ReadableDb & WritableDb;
  readonly submit: (job: Job) => Promise<Committed>;
  readonly failed: (error: unknown) => void;
  readonly sealing: Sealing;
}): Sealer {
  const { db, submit, sealing } = options;
  let running = false;
  const work = async (): Promise<void> => {
    for (;;) {
      if (nextToSeal(db, sealing) === null) return;
      const result = await submit({
        rows: STEP_ROWS,
        background: true,
        write: () => {
          sealStep(db, sealing);
        },
      });
      if (result.is === 'failed') throw result.error;
      if (result.is === 'dropped') return;
    }
  };
  return {
    nudge: () => {
      if (running || nextToSeal(db, sealing) === null) return;
      running = true;
      work()
        .catch(options.failed)
        .finally(() => {
          running = false;
        });
    },
  };
}

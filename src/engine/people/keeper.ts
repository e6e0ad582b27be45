import type { Committer } from '../ingest/committer.ts';
import type { ReadableDb, WritableDb } from '../mirror/database.ts';
import { settleStep } from './settle.ts';

/** Keeps who is who up to date: in small steps behind everything else, and to the end before a person is asked for. */
export interface IdentityKeeper {
  /** Resolves when nobody waits to be worked out. */
  settled(): Promise<void>;
  start(): void;
  stop(): void;
}

/** Accounts in one transaction; about 10 ms of work. */
const STEP = 250;
const EVERY_MS = 2_000;

export function createIdentityKeeper(parts: {
  readonly db: WritableDb;
  readonly committer: Pick<Committer, 'submit'>;
}): IdentityKeeper {
  const { db, committer } = parts;
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> | null = null;
  const run = async (): Promise<void> => {
    while (waiting(db)) {
      const result = await committer.submit({
        rows: STEP,
        background: true,
        write: () => {
          settleStep(db, STEP);
        },
      });
      if (result.is !== 'committed') return;
    }
  };
  const settled = (): Promise<void> => {
    running ??= run().finally(() => {
      running = null;
    });
    return running;
  };
  return {
    settled,
    start: () => {
      timer ??= setInterval(() => void settled(), EVERY_MS);
      timer.unref();
    },
    stop: () => {
      if (timer !== null) clearInterval(timer);
      timer = null;
    },
  };
}

const waiting = (db: ReadableDb): boolean =>
  db.prepare('SELECT 1 FROM identity_dirty LIMIT 1').pluck().get() !== undefined;

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
  let asked: Promise<void> | null = null;
  let idle: Promise<void> | null = null;
  const run = async (background: boolean): Promise<void> => {
    while (waiting(db)) {
      const result = await committer.submit({
        rows: STEP,
        background,
        write: () => {
          settleStep(db, STEP);
        },
      });
      if (result.is !== 'committed') return;
    }
  };
  return {
    // Somebody waits for it: it takes its turn with what agents send, not behind it.
    settled: () => {
      asked ??= run(false).finally(() => {
        asked = null;
      });
      return asked;
    },
    start: () => {
      timer ??= setInterval(() => {
        idle ??= run(true).finally(() => {
          idle = null;
        });
      }, EVERY_MS);
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

import { setTimeout as pause } from 'node:timers/promises';
import type { Committer } from '../ingest/committer.ts';
import type { ReadableDb, WritableDb } from '../mirror/database.ts';
import type { Reader } from '../mirror/reader.ts';
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
/**
 * The same where nobody waits for it, and as long as each takes nothing is done after it: a first listing leaves hundreds of
 * thousands, and all that a window asks meanwhile goes through this process twice.
 */
const BACKGROUND_STEP = 60;
const EVERY_MS = 2_000;

export function createIdentityKeeper(parts: {
  readonly db: WritableDb;
  readonly committer: Pick<Committer, 'submit'>;
  /** Nobody jumps about in a list. */
  readonly reader: Pick<Reader, 'calm'>;
}): IdentityKeeper {
  const { db, committer, reader } = parts;
  let timer: NodeJS.Timeout | null = null;
  let asked: Promise<void> | null = null;
  let idle: Promise<void> | null = null;
  let stopped = false;
  const run = async (background: boolean): Promise<void> => {
    const step = background ? BACKGROUND_STEP : STEP;
    while (!stopped && waiting(db)) {
      let took = 0;
      const result = await committer.submit({
        rows: step,
        background,
        write: () => {
          const began = performance.now();
          settleStep(db, step);
          took = performance.now() - began;
        },
      });
      if (result.is !== 'committed') return;
      if (!background) continue;
      await pause(took);
      await reader.calm();
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
      stopped = true;
      if (timer !== null) clearInterval(timer);
      timer = null;
    },
  };
}

const waiting = (db: ReadableDb): boolean =>
  db.prepare('SELECT 1 FROM identity_dirty LIMIT 1').pluck().get() !== undefined;

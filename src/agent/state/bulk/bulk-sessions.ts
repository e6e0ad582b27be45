import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import type { EpochMs } from '#shared/domain/units.ts';
import type { Db } from '../database.ts';
import type { HandleKeys } from '../../keys/handle-keys.ts';
import { createBulkInsert } from './bulk-insert.ts';
import { PAGE_BYTES, type BulkPage } from './bulk-page.ts';

/** Writes a first listing into the mirror of sessions. Until `finish` the mirror is of no use. */
export interface BulkSessions {
  /** Where the records of the next page are to be written. */
  room(): Buffer;
  /** Resolves when the next page may come; rejects when a page could not be written. */
  add(page: BulkPage): Promise<void>;
  finish(): Promise<void>;
  /** Gives up; what was written is cleared by the next beginning. */
  abort(): Promise<void>;
}

/** In the calling thread. */
export function writeHere(db: Db, keys: HandleKeys, now: EpochMs): BulkSessions {
  const insert = createBulkInsert(db, keys, now);
  insert.begin();
  const room = Buffer.allocUnsafe(PAGE_BYTES);
  return {
    room: () => room,
    add: (page) => {
      insert.write(page);
      return Promise.resolve();
    },
    finish: () => {
      insert.finish();
      return Promise.resolve();
    },
    abort: () => Promise.resolve(),
  };
}

/** What the thread is told: pages, then the end. */
export type ToWriter = { readonly is: 'page'; readonly page: BulkPage } | { readonly is: 'finish' };
const FromWriter = z.discriminatedUnion('is', [
  z.object({ is: z.literal('written') }),
  z.object({ is: z.literal('finished') }),
  z.object({ is: z.literal('failed'), message: z.string() }),
]);
export type FromWriter = z.infer<typeof FromWriter>;
export const WriterData = z.object({ file: z.string(), secret: z.instanceof(Uint8Array), now: z.int() });

/** Pages on their way: one is written while the next is read. */
const MOST_WAITING = 3;

/** In a thread of its own, so that writing and reading take a core each. */
export function writeInThread(module: string, file: string, secret: Buffer, now: EpochMs): BulkSessions {
  const worker = new Worker(module, { workerData: { file, secret: new Uint8Array(secret), now } });
  let waiting = 0;
  let failure: Error | null = null;
  let finished = false;
  let wake: (() => void) | null = null;
  const wakeUp = (): void => {
    wake?.();
    wake = null;
  };
  const fail = (error: Error): void => {
    failure ??= error;
    wakeUp();
  };
  worker.on('message', (raw: unknown) => {
    const frame = FromWriter.parse(raw);
    if (frame.is === 'written') waiting -= 1;
    else if (frame.is === 'finished') finished = true;
    else fail(new Error(frame.message));
    wakeUp();
  });
  worker.on('error', (error) => fail(error instanceof Error ? error : new Error(String(error))));
  worker.on('exit', () => fail(new Error('the thread that writes the listing ended')));
  const until = async (condition: () => boolean): Promise<void> => {
    for (;;) {
      if (condition()) return;
      if (failure !== null) throw failure;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  const send = (frame: ToWriter): void => worker.postMessage(frame);
  // Shared with the thread: nothing of a page is copied.
  const rooms = Array.from({ length: MOST_WAITING }, () => Buffer.from(new SharedArrayBuffer(PAGE_BYTES)));
  let turn = 0;
  return {
    room: () => rooms[turn % MOST_WAITING] ?? Buffer.alloc(0),
    async add(page) {
      if (failure !== null) throw failure;
      turn += 1;
      waiting += 1;
      send({ is: 'page', page });
      await until(() => waiting < MOST_WAITING);
    },
    async finish() {
      send({ is: 'finish' });
      await until(() => finished);
      await worker.terminate();
    },
    async abort() {
      await worker.terminate();
    },
  };
}

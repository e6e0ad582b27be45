import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import type { EpochMs } from '#shared/domain/units.ts';
import type { HandleKeys } from '../../keys/handle-keys.ts';
import { BulkRoom, ROOM_BYTES } from './bulk-room.ts';
import { ListedFileWriter, type ListedIndex } from './listed-file.ts';

/** Writes a first listing into a file beside the database. Until `finish` it is of no use. */
export interface BulkSessions {
  /** Where the next sessions are put; empty. */
  room(): BulkRoom;
  /** Writes what is in the room. Resolves when the next may be filled; rejects when it could not be written. */
  add(): Promise<void>;
  /** The name of the file and what it holds. */
  finish(): Promise<Listing>;
  /** Gives up; what was written is removed at the next start. */
  abort(): Promise<void>;
}
export interface Listing {
  readonly name: string;
  readonly index: ListedIndex;
}

const newName = (): string => `listing-${randomBytes(9).toString('base64url')}.sessions`;

/** In the calling thread. */
export function writeHere(folder: string, keys: HandleKeys, now: EpochMs): BulkSessions {
  const name = newName();
  const writer = new ListedFileWriter(join(folder, name), keys, now);
  const room = new BulkRoom(new ArrayBuffer(ROOM_BYTES));
  return {
    room: () => room,
    add: () => {
      writer.write(room, room.count);
      room.clear();
      return Promise.resolve();
    },
    finish: () => Promise.resolve({ name, index: writer.finish() }),
    abort: () => Promise.resolve(),
  };
}

/** What the thread is told: a room holds so many sessions; the end. */
export type ToWriter =
  { readonly is: 'page'; readonly room: number; readonly count: number } | { readonly is: 'finish' };
const numbers = z.instanceof(Uint32Array<ArrayBuffer>);
const FromWriter = z.discriminatedUnion('is', [
  z.object({ is: z.literal('written') }),
  z.object({
    is: z.literal('finished'),
    index: z.object({
      count: z.int(),
      end: z.int(),
      listedAt: z.number(),
      columns: z.object({ high: numbers, low: numbers, owner: numbers, via: numbers, start: numbers }),
    }),
  }),
  z.object({ is: z.literal('failed'), message: z.string() }),
]);
export type FromWriter = z.infer<typeof FromWriter>;
export const WriterData = z.object({
  path: z.string(),
  secret: z.instanceof(Uint8Array),
  now: z.int(),
  rooms: z.array(z.instanceof(SharedArrayBuffer)),
});

/** Rooms: one is filled, one is written, one waits. */
const ROOMS = 3;

/** In a thread of its own, so that writing and reading take a core each. */
export function writeInThread(module: string, folder: string, secret: Buffer, now: EpochMs): BulkSessions {
  const name = newName();
  // Shared with the thread: nothing of a page is copied.
  const memory = Array.from({ length: ROOMS }, () => new SharedArrayBuffer(ROOM_BYTES));
  const rooms = memory.map((each) => new BulkRoom(each));
  const worker = new Worker(module, {
    workerData: { path: join(folder, name), secret: new Uint8Array(secret), now, rooms: memory },
  });
  let waiting = 0;
  let turn = 0;
  let failure: Error | null = null;
  let finished: ListedIndex | null = null;
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
    else if (frame.is === 'finished') finished = frame.index;
    else fail(new Error(frame.message));
    wakeUp();
  });
  worker.on('error', (error) => fail(error instanceof Error ? error : new Error(String(error))));
  worker.on('exit', () => fail(new Error('the thread that writes the listing ended')));
  const until = async <T>(condition: () => T | null): Promise<T> => {
    for (;;) {
      const answer = condition();
      if (answer !== null) return answer;
      if (failure !== null) throw failure;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  const send = (frame: ToWriter): void => worker.postMessage(frame);
  const current = (): BulkRoom => {
    const room = rooms[turn % ROOMS];
    if (room === undefined) throw new Error('a room that is not there');
    return room;
  };
  return {
    room: current,
    async add() {
      if (failure !== null) throw failure;
      send({ is: 'page', room: turn % ROOMS, count: current().count });
      turn += 1;
      waiting += 1;
      await until(() => (waiting < ROOMS ? true : null));
      current().clear();
    },
    async finish() {
      send({ is: 'finish' });
      const index = await until(() => finished);
      await worker.terminate();
      return { name, index };
    },
    async abort() {
      await worker.terminate();
    },
  };
}

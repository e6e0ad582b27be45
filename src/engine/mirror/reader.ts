import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Log } from '#shared/domain/log.ts';
import type { Clock } from '#shared/domain/units.ts';
import { openReadable, type ReadableDb } from './database.ts';
import { ANSWERERS, type QuestionName, type Questions } from './questions.ts';
import { FromReader, type ToReader } from './reader-frames.ts';

/** Asks the mirror without getting into ingest's way. */
export interface Reader {
  ask<Name extends QuestionName>(
    name: Name,
    request: Questions[Name]['request'],
    signal: AbortSignal,
  ): Promise<Questions[Name]['reply']>;
  close(): Promise<void>;
}

/** Runs a question step by step; between the steps it can be cancelled and others get their turn. */
export async function answer<Name extends QuestionName>(
  db: ReadableDb,
  name: Name,
  request: Questions[Name]['request'],
  clock: Clock,
  cancelled: () => boolean,
): Promise<Questions[Name]['reply']> {
  const question = ANSWERERS[name](db, request, clock());
  for (;;) {
    const step = question.next();
    if (step.done === true) return step.value;
    await new Promise<void>((resume) => setImmediate(resume));
    if (cancelled()) throw new DOMException('the question was cancelled', 'AbortError');
  }
}

/** Reads in this process; for tests and for the command line's single questions. */
export function inProcessReader(file: string, clock: Clock): Reader {
  const db = openReadable(file);
  return {
    ask: async (name, request, signal) => {
      signal.throwIfAborted();
      return answer(db, name, request, clock, () => signal.aborted);
    },
    close: () => {
      db.close();
      return Promise.resolve();
    },
  };
}

interface Open {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Reads in a worker thread over a read-only connection. A worker that dies is replaced; its questions fail. */
function workerReader(module: string, file: string, log: Log): Reader {
  const open = new Map<number, Open>();
  let next = 0;
  let closing = false;
  let worker: Worker | null = null;

  const start = (): Worker => {
    const started = new Worker(module, { workerData: { file } });
    started.unref();
    started.on('message', (raw: unknown) => {
      const frame = FromReader.parse(raw);
      const asked = open.get(frame.id);
      open.delete(frame.id);
      if (frame.is === 'answer') asked?.resolve(frame.value);
      else if (frame.cancelled) asked?.reject(new DOMException(frame.message, 'AbortError'));
      else asked?.reject(new Error(frame.message));
    });
    started.on('error', (error) => {
      log.error('the reader failed and is started again', { error: String(error) });
    });
    started.on('exit', () => {
      if (worker === started) worker = null;
      if (closing) return;
      for (const asked of open.values()) asked.reject(new Error('the reader ended'));
      open.clear();
    });
    return started;
  };
  const send = (frame: ToReader): void => {
    worker ??= start();
    worker.postMessage(frame);
  };

  return {
    ask: <Name extends QuestionName>(
      name: Name,
      request: Questions[Name]['request'],
      signal: AbortSignal,
    ): Promise<Questions[Name]['reply']> => {
      signal.throwIfAborted();
      next += 1;
      const id = next;
      return new Promise<unknown>((resolve, reject) => {
        open.set(id, { resolve, reject });
        const cancel = (): void => {
          if (open.has(id)) send({ is: 'cancel', id });
        };
        signal.addEventListener('abort', cancel, { once: true });
        send({ is: 'ask', id, name, request });
      }) as Promise<Questions[Name]['reply']>;
    },
    close: async () => {
      closing = true;
      for (const asked of open.values()) asked.reject(new DOMException('the engine stops', 'AbortError'));
      open.clear();
      await worker?.terminate();
    },
  };
}

/** The worker where the program was built, this process where it runs from source. */
export function createReader(file: string, clock: Clock, log: Log): Reader {
  for (const place of ['./reader.js', '../reader.js']) {
    const url = new URL(place, import.meta.url);
    if (url.protocol === 'file:' && existsSync(url)) return workerReader(fileURLToPath(url), file, log);
  }
  return inProcessReader(file, clock);
}

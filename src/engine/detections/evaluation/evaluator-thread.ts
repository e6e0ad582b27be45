import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { setFlagsFromString } from 'node:v8';
import { z } from 'zod';
import type { MessagePort } from 'node:worker_threads';
import { DataKey } from '../../mirror/encryption/data-key.ts';
import { heldKey } from '../../mirror/encryption/held-keys.ts';
import type { Answer, Request } from './requests.ts';

/** Whole numbers that the writer and the thread share: answers given, steps made, and 1 when the thread has ended. */
export const ANSWERS = 0;
export const STEPS = 1;
export const ENDED = 2;

export const EvaluatorData = z.object({
  file: z.string(),
  /** Where the mirror is encrypted. */
  key: DataKey.optional(),
  shared: z.instanceof(SharedArrayBuffer),
  port: z.custom<MessagePort>((value) => typeof value === 'object' && value !== null),
});

/** Memory that the thread has. */
export const EVALUATOR_THREAD = {
  /**
   * MB. What detections hold between two saves of a busy installation is some hundreds; short-lived objects are most of
   * the work, and room for them saves collecting them.
   */
  resourceLimits: { maxOldGenerationSizeMb: 4_096, maxYoungGenerationSizeMb: 96 },
  /**
   * With room for gigabytes V8 lets a heap become four times what lives in it before it collects: after hours of traffic
   * that was most of the memory of the engine. It may become twice as much; ingest is as fast, measured in turn.
   */
  heapGrowth: '--heap-growing-percent=100',
} as const;
/** A thread that makes no step (an event, a part of a save) for so long is given up; each takes milliseconds. */
const STILL_MS = 30_000;
const CLOSE_MS = 5_000;
/** How often it is looked whether it moves. */
const LOOK_MS = 1_000;

export interface EvaluatorThread {
  post(request: Request): void;
  /** The next answer; `lost`: the thread has ended, or was ended because it stood still. */
  receive(wait: boolean): Answer | { readonly is: 'lost'; readonly why: string } | null;
  /** It has ended by itself. */
  readonly ended: () => boolean;
  /** Resolves when it has let go of the file. */
  close(): Promise<void>;
}

/** Starts the thread; it opens the mirror when it is asked for something. */
export function startEvaluator(module: string, file: string, stillMs = STILL_MS): EvaluatorThread {
  // Of the whole process: threads have no such limit of their own.
  setFlagsFromString(EVALUATOR_THREAD.heapGrowth);
  const memory = new SharedArrayBuffer(12);
  const shared = new Int32Array(memory);
  const { port1: port, port2: other } = new MessageChannel();
  let ended: string | null = null;
  // Without the program's own switches: what is loaded before the program is not meant for its threads.
  const worker = new Worker(module, {
    workerData: { file, key: heldKey(file), shared: memory, port: other },
    transferList: [other],
    // Without the program's own switches: what is loaded before the program is not meant for its threads.
    execArgv: [],
    resourceLimits: EVALUATOR_THREAD.resourceLimits,
  });
  worker.on('error', (error) => {
    ended ??= error instanceof Error ? error.message : String(error);
  });
  const gone = new Promise<void>((resolve) => {
    worker.once('exit', () => {
      ended ??= 'it ended';
      resolve();
    });
  });
  worker.unref();
  port.unref();

  const give = (why: string): { readonly is: 'lost'; readonly why: string } => {
    ended = why;
    worker.terminate().catch(() => undefined);
    port.close();
    return { is: 'lost', why };
  };
  return {
    post: (request) => port.postMessage(request),
    receive: (wait) => {
      let still = 0;
      for (;;) {
        const given = Atomics.load(shared, ANSWERS);
        const received: { message: Answer } | undefined = receiveMessageOnPort(port);
        if (received !== undefined) return received.message;
        if (ended !== null || Atomics.load(shared, ENDED) === 1) return give(ended ?? 'it ended');
        if (!wait) return null;
        const step = Atomics.load(shared, STEPS);
        if (Atomics.wait(shared, ANSWERS, given, LOOK_MS) !== 'timed-out') continue;
        still = Atomics.load(shared, STEPS) === step ? still + LOOK_MS : 0;
        if (still >= stillMs) return give(`it made no step for ${String(stillMs / 1_000)} s`);
      }
    },
    ended: () => ended !== null || Atomics.load(shared, ENDED) === 1,
    close: async () => {
      // It is asked first, so that it closes the file; one that does not answer is ended.
      port.postMessage('close');
      worker.ref();
      const end = setTimeout(() => {
        give('it did not close');
      }, CLOSE_MS);
      await gone;
      clearTimeout(end);
      port.close();
    },
  };
}

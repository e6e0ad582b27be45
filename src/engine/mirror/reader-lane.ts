import type { Log } from '#shared/domain/log.ts';
import type { Held } from './database.ts';
import { heldKey } from './encryption/held-keys.ts';
import { FromReader, type ReaderProcess, type SpawnReader } from './reader-frames.ts';

/** A cancelled question may finish its step; then its process is killed, so that the machine is free in 200 ms. */
const PATIENCE_MS = 100;
/** A question whose process ended under it is asked again so often: it may have been another's fault. */
const TRIES = 3;

interface Asked {
  readonly name: string;
  readonly request: unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  tries: number;
}

/** One reader process: started when it is asked, started again when it was killed, ended when it is idle. */
export interface Lane {
  /** Questions under way. */
  readonly busy: () => number;
  ask(name: string, request: unknown, signal: AbortSignal): Promise<unknown>;
  /** Starts the process before anybody asks. */
  warm(): void;
  /** The process was started. */
  readonly running: () => boolean;
  /** The process runs and has opened the file. */
  readonly ready: () => boolean;
  close(): void;
}

export function createLane(options: {
  readonly file: string;
  readonly spawn: SpawnReader;
  readonly log: Log;
  /** How long an idle process is kept; null: for ever. */
  readonly idleMs: number | null;
  /** How much of the file its process may keep in memory. */
  readonly held?: Held;
}): Lane {
  const open = new Map<number, Asked>();
  /** Cancelled ones that the process may still be at. */
  const leaving = new Map<number, NodeJS.Timeout>();
  let next = 0;
  let running: { readonly process: ReaderProcess; pid: number | null } | null = null;
  let idle: NodeJS.Timeout | null = null;
  let closing = false;

  const settled = (id: number): void => {
    clearTimeout(leaving.get(id));
    leaving.delete(id);
    if (options.idleMs === null || open.size > 0 || leaving.size > 0) return;
    if (idle !== null) clearTimeout(idle);
    idle = setTimeout(stop, options.idleMs);
    idle.unref();
  };
  const receive = (raw: unknown): void => {
    const frame = FromReader.parse(raw);
    if (frame.is === 'ready') {
      if (running !== null) running.pid = frame.pid;
      return;
    }
    const asked = open.get(frame.id);
    open.delete(frame.id);
    settled(frame.id);
    if (frame.is === 'answer') asked?.resolve(frame.value);
    else asked?.reject(new Error(frame.message));
  };
  const start = (): ReaderProcess => {
    const own: { process: ReaderProcess; pid: number | null } = {
      pid: null,
      process: options.spawn({
        message: (raw) => {
          if (running === own) receive(raw);
        },
        ended: () => {
          if (running === own) ended();
        },
      }),
    };
    running = own;
    own.process.send({ is: 'open', file: options.file, held: options.held, key: heldKey(options.file) });
    return own.process;
  };
  /** What was under way is asked again, except what nobody wants any more. */
  const ended = (): void => {
    running = null;
    for (const timer of leaving.values()) clearTimeout(timer);
    leaving.clear();
    if (closing) return;
    for (const [id, asked] of open) {
      asked.tries += 1;
      if (asked.tries < TRIES) send(id, asked);
      else {
        open.delete(id);
        asked.reject(new Error('the reader ended while it was asked'));
      }
    }
  };
  const stop = (): void => {
    const current = running;
    if (current === null) return;
    running = null;
    current.process.kill();
    // Also what the host of the process may be slow to end.
    if (current.pid !== null) killNow(current.pid);
  };
  const send = (id: number, { name, request }: Asked): void => {
    if (idle !== null) clearTimeout(idle);
    idle = null;
    (running?.process ?? start()).send({ is: 'ask', id, name, request });
  };
  const cancel = (id: number): void => {
    if (!open.delete(id)) return;
    running?.process.send({ is: 'cancel', id });
    leaving.set(
      id,
      setTimeout(() => {
        options.log.debug('a cancelled question did not stop by itself');
        stop();
        ended();
      }, PATIENCE_MS),
    );
  };

  return {
    busy: () => open.size + leaving.size,
    warm: () => {
      if (running === null && !closing) start();
    },
    running: () => running !== null,
    ready: () => running !== null && running.pid !== null,
    ask: (name, request, signal) => {
      const cancelled = () => new DOMException('the question was cancelled', 'AbortError');
      if (signal.aborted) return Promise.reject(cancelled());
      next += 1;
      const id = next;
      // One signal may outlive many questions: nothing of them stays on it.
      const over = new AbortController();
      return new Promise((resolve, reject) => {
        const asked: Asked = { name, request, tries: 0, resolve, reject };
        open.set(id, asked);
        signal.addEventListener(
          'abort',
          () => {
            cancel(id);
            reject(cancelled());
          },
          { once: true, signal: over.signal },
        );
        send(id, asked);
      }).finally(() => {
        over.abort();
      });
    },
    close: () => {
      closing = true;
      if (idle !== null) clearTimeout(idle);
      for (const timer of leaving.values()) clearTimeout(timer);
      for (const asked of open.values()) asked.reject(new DOMException('the engine stops', 'AbortError'));
      open.clear();
      stop();
    },
  };
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

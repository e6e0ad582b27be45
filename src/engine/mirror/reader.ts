import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Log } from '#shared/domain/log.ts';
import type { Clock } from '#shared/domain/units.ts';
import { letGoOfPages, openReadable, type Held, type ReadableDb } from './database.ts';
import { createJumping } from './jumping.ts';
import { ANSWERERS, type QuestionName, type Questions } from './questions.ts';
import type { SpawnReader } from './reader-frames.ts';
import { createLane, type Lane } from './reader-lane.ts';

/** Asks the mirror without getting into ingest's way. */
export interface Reader {
  ask<Name extends QuestionName>(
    name: Name,
    request: Questions[Name]['request'],
    signal: AbortSignal,
  ): Promise<Questions[Name]['reply']>;
  /** Resolves when nobody jumps about in a list: what has no hurry waits for that. */
  calm(): Promise<void>;
  /** Nobody asks for a while: what this process keeps for questions is given back. */
  rest(): void;
  close(): Promise<void>;
}

/** What somebody looks at first: short, and everything else waits for it. */
const FIRST: ReadonlySet<QuestionName> = new Set<QuestionName>([
  'sessions.page',
  'sessions.get',
  'audit.page',
  'people.get',
  'entity.get',
]);
/** Those of them under way in this process. */
let first = 0;

/**
 * Runs a question step by step; between the steps it can be cancelled and others get their turn, those that are looked at
 * first before all others.
 */
export async function answer<Name extends QuestionName>(
  db: ReadableDb,
  name: Name,
  request: Questions[Name]['request'],
  clock: Clock,
  cancelled: () => boolean,
): Promise<Questions[Name]['reply']> {
  const question = ANSWERERS[name](db, request, clock());
  const isFirst = FIRST.has(name);
  if (isFirst) first += 1;
  try {
    for (;;) {
      if (isFirst || first === 0) {
        const step = question.next();
        if (step.done === true) return step.value;
      }
      await new Promise<void>((resume) => setImmediate(resume));
      if (!cancelled()) continue;
      // It lets go of what it holds.
      question.return(undefined as never);
      throw new DOMException('the question was cancelled', 'AbortError');
    }
  } finally {
    if (isFirst) first -= 1;
  }
}

/** Reads in this process; for tests and for the command line's single questions. */
export function inProcessReader(file: string, clock: Clock, held: Held = 'wide'): Reader {
  const db = openReadable(file, held);
  return {
    ask: async (name, request, signal) => {
      signal.throwIfAborted();
      return answer(db, name, request, clock, () => signal.aborted);
    },
    calm: () => Promise.resolve(),
    rest: () => {
      letGoOfPages(db);
    },
    close: () => {
      db.close();
      return Promise.resolve();
    },
  };
}

/** Questions that may look at many rows; all others find the reader for quick ones free. */
const LONG: ReadonlySet<QuestionName> = new Set<QuestionName>([
  'query.sessions',
  'query.audit',
  'query.at',
  'query.difference',
  'query.count',
  'query.histogram',
  'sessions.began',
  'query.top',
  'query.sightings',
  'query.people',
  'detections.backTest',
]);
const LONG_LANES = 2;
const GONE = { gone: true } as never;
/** Asked of one process, which keeps the listings: it may be busy putting one in order. */
const LISTINGS: ReadonlySet<QuestionName> = new Set<QuestionName>(['sessions.listed', 'sessions.unlisted']);
const IDLE_MS = 60_000;
const LISTINGS_IDLE_MS = 180_000;

/**
 * Reads in processes of their own: one for quick questions, one for listings and up to two for long ones, started when they are needed.
 * Until the first of them runs, quick questions are answered by `here`: an engine that has just started, or that hears
 * of nobody (`quiet`), has nothing else to do, and a window that opens does not wait for a process. Cancelling stops the statement under way too: its process is killed and what else it was asked is
 * asked again (docs/decisions/0006-reader-processes.md).
 */
export function processReader(options: {
  readonly file: string;
  readonly spawn: SpawnReader;
  readonly log: Log;
  readonly here: () => Reader;
  readonly quiet: () => boolean;
}): Reader {
  let here: Reader | null = null;
  let closed = false;
  const jumping = createJumping();
  const quick = createLane({ ...options, idleMs: null, held: 'narrow' });
  const long: Lane[] = Array.from({ length: LONG_LANES }, () =>
    createLane({ ...options, idleMs: IDLE_MS, held: 'wide' }),
  );
  // It ends when no list is read any more; one that is read on is put in order again.
  const listings = createLane({ ...options, idleMs: LISTINGS_IDLE_MS, held: 'narrow' });
  /** The first lane that is free, or the one with the least to do. */
  const laneOf = (name: QuestionName): Lane =>
    LISTINGS.has(name)
      ? listings
      : LONG.has(name)
        ? (long.toSorted((a, b) => a.busy() - b.busy())[0] ?? quick)
        : quick;
  return {
    ask: <Name extends QuestionName>(
      name: Name,
      request: Questions[Name]['request'],
      signal: AbortSignal,
    ): Promise<Questions[Name]['reply']> => {
      const lane = laneOf(name);
      if (lane === quick && !options.quiet()) quick.warm();
      if (name === 'sessions.listed') jumping.jumped();
      // No process is started to let go of what none keeps.
      if (name === 'sessions.unlisted' && !listings.running()) return Promise.resolve(GONE);
      if (lane === quick && !quick.ready() && !closed) {
        here ??= options.here();
        return here.ask(name, request, signal);
      }
      return lane.ask(name, request, signal) as Promise<Questions[Name]['reply']>;
    },
    calm: () => jumping.calm(),
    rest: () => here?.rest(),
    close: async () => {
      closed = true;
      for (const lane of [quick, listings, ...long]) lane.close();
      await here?.close();
    },
  };
}

/** Starts readers as children of this Node process. */
export const forkReader =
  (module: string): SpawnReader =>
  ({ message, ended }) => {
    // Not needed where main starts them.
    const { fork } = process.getBuiltinModule('node:child_process');
    const child = fork(module, [], {
      serialization: 'advanced',
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    child.on('message', message);
    child.once('exit', ended);
    child.once('error', ended);
    // It must not keep the program alive, and ends by itself when the channel closes.
    child.unref();
    child.channel?.unref();
    return {
      send: (frame) => {
        // Into a channel that has closed: its end is told as well.
        if (child.connected) child.send(frame, () => undefined);
      },
      kill: () => child.kill('SIGKILL'),
    };
  };

/** The reader's program beside this one, where it was built. */
function readerModule(): string | null {
  for (const place of ['./reader.js', '../reader.js']) {
    const url = new URL(place, import.meta.url);
    if (url.protocol === 'file:' && existsSync(url)) return fileURLToPath(url);
  }
  return null;
}

/** Processes where the program was built, this process where it runs from source. */
export function createReader(options: {
  readonly file: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Nothing arrives from any agent. */
  readonly quiet: () => boolean;
  readonly spawn?: SpawnReader | undefined;
}): Reader {
  const { file, clock, log, quiet } = options;
  const module = readerModule();
  if (module === null) return inProcessReader(file, clock);
  // For as long as the engine has nothing else to do: what it has read is not kept in its memory.
  const here = (): Reader => inProcessReader(file, clock, 'modest');
  return processReader({ file, spawn: options.spawn ?? forkReader(module), log, here, quiet });
}

import type { Log } from '#shared/domain/log.ts';
import { builtThread } from '../../built-thread.ts';
import { openReadable, type ReadableDb } from '../../mirror/database.ts';
import { createEvaluationCore, type EvaluationCore } from './core.ts';
import { startEvaluator, type EvaluatorThread } from './evaluator-thread.ts';
import { isAnswered, type Answer, type Request } from './requests.ts';

/** Whoever evaluated is gone, and everything that was asked and not answered with it. */
export interface Lost {
  readonly is: 'lost';
  readonly why: string;
}

/** Asks for evaluation, and hears the answers in the order of the questions. */
export interface Asker {
  post(request: Request): void;
  /** The next answer; null when none is there yet and it is not waited for. Never waits for ever. */
  receive(wait: boolean): Answer | Lost | null;
  /** Resolves when the file is let go of. */
  close(): Promise<void>;
}

/** Evaluates here, at once. */
export function askHere(file: string): Asker {
  let opened: { readonly db: ReadableDb; readonly core: EvaluationCore } | null = null;
  const answers: Answer[] = [];
  const core = (): EvaluationCore => {
    if (opened === null) {
      const db = openReadable(file);
      opened = { db, core: createEvaluationCore(db, () => undefined) };
    }
    return opened.core;
  };
  return {
    post: (request) => {
      // Nothing is done ahead here, and where nothing is held there is nothing to let go of.
      if (request.is === 'open' || (opened === null && !isAnswered(request))) return;
      core().answer(request, (answer) => answers.push(answer));
    },
    receive: () => answers.shift() ?? null,
    close: () => {
      opened?.db.close();
      opened = null;
      return Promise.resolve();
    },
  };
}

/** Threads that end are replaced so often; after that it is done here, as slowly as that is. */
const MOST_LOST = 3;

/** Whether something was asked that is not committed yet. */
const isOpenAfter = (request: Request, before: boolean): boolean => {
  if (isAnswered(request)) return true;
  if (request.is === 'committed') return request.more;
  return before && !(request.is === 'drop' && request.connection === null);
};

/** Evaluates in a thread of its own, which is started when it is first asked for something. */
export function askThread(options: {
  readonly start: () => EvaluatorThread;
  readonly here: () => Asker;
  readonly log: Log;
}): Asker {
  const { log } = options;
  let thread: EvaluatorThread | null = null;
  let instead: Asker | null = null;
  let lost = 0;
  /** Something was asked that is not committed yet. */
  let open = false;

  const begin = (): Pick<Asker, 'post'> => {
    try {
      if (lost < MOST_LOST) return (thread = options.start());
    } catch (error) {
      log.error('the thread that evaluates detections cannot be started', { error: String(error) });
      lost = MOST_LOST;
    }
    log.error('detections are evaluated in the engine’s own thread from now on');
    return (instead = options.here());
  };
  return {
    post: (request) => {
      if (instead !== null) {
        instead.post(request);
        return;
      }
      // It ended while it had nothing to do: what it held is in the mirror.
      if (thread?.ended() === true && !open) {
        lost += 1;
        log.error('the thread that evaluates detections has ended and is started again', { lost });
        thread = null;
      }
      if (thread === null && !isAnswered(request) && request.is !== 'open') return;
      open = isOpenAfter(request, open);
      (thread ?? begin()).post(request);
    },
    receive: (wait) => {
      if (instead !== null) return instead.receive(wait);
      const answer = thread?.receive(wait) ?? null;
      if (answer?.is !== 'lost') return answer;
      lost += 1;
      thread = null;
      open = false;
      return answer;
    },
    close: async () => {
      await thread?.close();
      thread = null;
      await instead?.close();
    },
  };
}

/** A thread where the program was built, this thread where it runs from source. */
export function createAsker(file: string, log: Log): Asker {
  const module = builtThread('evaluator', import.meta.url);
  const here = (): Asker => askHere(file);
  if (module === null) return here();
  return askThread({ start: () => startEvaluator(module, file), here, log });
}

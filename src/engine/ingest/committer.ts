import type { Dispose } from '#shared/domain/log.ts';
import type { Problem } from '#shared/domain/result.ts';
import { diskProblem, transaction, type WritableDb } from '../mirror/database.ts';

/** Something to write. Jobs that wait at the same moment share one transaction. */
export interface Job {
  /** About how many rows it writes. */
  readonly rows: number;
  /** Background work waits until nothing else does. */
  readonly background?: boolean;
  /** False when it is no longer wanted (its subscription was replaced); it is then dropped unwritten. */
  readonly wanted?: () => boolean;
  /**
   * It is worked on elsewhere since it came, and its transaction will wait for that: the newest of several such jobs is
   * left for the next one, so that there is work meanwhile.
   */
  readonly isAhead?: () => boolean;
  /** Writes. `careful`: an earlier try failed on some record, so each record must be tried by itself. */
  readonly write: (careful: boolean) => void;
}
/** `failed`: the job itself cannot be written, however often it is tried. */
export type Committed =
  | { readonly is: 'committed' }
  | { readonly is: 'dropped' }
  | { readonly is: 'failed'; readonly error: unknown };

export interface Committer {
  submit(job: Job): Promise<Committed>;
  /**
   * Lets something go first that somebody waits for, such as the answer to a command: what arrives meanwhile is kept
   * and written afterwards. For a second and a half at most; then writing has at least as long, in small groups, so that
   * an answer that comes is not kept waiting by a large one.
   */
  hold(): Dispose;
  /** Resolves when nothing is let go first: work on what arrives can wait until then, in the order of its coming. */
  released(): Promise<void>;
  /** Resolves when nothing waits and nothing is being written. */
  idle(): Promise<void>;
  /** Writes what can be written at once and takes nothing more. */
  stop(): void;
}

interface Waiting {
  readonly job: Job;
  readonly settle: (result: Committed) => void;
}

/** A time in which nothing is written, because something else goes first. */
interface Held {
  readonly since: number;
  holders: number;
  readonly end: NodeJS.Timeout;
}
const RELEASED = Promise.resolve();

/** Rows after which a group is closed; larger groups gain nothing more (docs/mirror.md). */
const GROUP_ROWS = 4_000;
/** Groups of live batches after which one background job gets its turn although more live ones wait. */
const GROUPS_PER_BACKGROUND = 8;
const MOST_HELD_MS = 1_500;
const RETRY_MS = [1_000, 2_000, 5_000, 10_000, 30_000] as const;

/**
 * The one place that writes. A disk that is full or read-only is waited for: the jobs stay, their batches stay
 * unacknowledged, and agents stop sending when `limits.inFlight` of them are.
 */
export function createCommitter(options: {
  readonly db: WritableDb;
  readonly file: string;
  /** At the end of every transaction: writes what was gathered in memory. */
  readonly flush?: () => void;
  /** After a rollback: caches may hold what no longer exists. */
  readonly rolledBack: () => void;
  /** After every commit. */
  readonly committed?: () => void;
  /** Null when writing works again. */
  readonly onProblem: (problem: Problem | null) => void;
  readonly retryMs?: readonly number[];
}): Committer {
  const { db, file } = options;
  const retryMs = options.retryMs ?? RETRY_MS;
  let urgent: Waiting[] = [];
  let background: Waiting[] = [];
  const idlers: (() => void)[] = [];
  let scheduled = false;
  let stopped = false;
  let troubled = 0;
  let sinceBackground = 0;
  let held: Held | null = null;
  let holdAgainAt = 0;
  /** Answers that somebody waits for, held for or not. */
  let awaited = 0;
  let timer: NodeJS.Timeout | null = null;
  /** Resolve what waits in `released`, in the order of its coming. */
  const kept: (() => void)[] = [];
  let releasing: NodeJS.Immediate | null = null;

  const schedule = (): void => {
    if (scheduled || stopped || timer !== null || held !== null) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      turn();
    });
  };

  /** What waits for the end of a time goes on one by one, so that an answer that comes in between is heard. */
  const releaseNext = (): void => {
    if (releasing !== null || held !== null || kept.length === 0) return;
    releasing = setImmediate(() => {
      releasing = null;
      if (held === null) kept.shift()?.();
      releaseNext();
    });
  };

  const goOn = (): void => {
    if (held === null) return;
    clearTimeout(held.end);
    const now = performance.now();
    holdAgainAt = now + (now - held.since);
    held = null;
    releaseNext();
    if (urgent.length + background.length > 0) schedule();
    else if (timer === null && kept.length === 0) for (const wake of idlers.splice(0)) wake();
  };

  const take = (): Waiting[] => {
    const group: Waiting[] = [];
    let rows = 0;
    const due = background.length > 0 && sinceBackground >= GROUPS_PER_BACKGROUND;
    const queue = urgent.length > 0 && !due ? urgent : background;
    sinceBackground = queue === background ? 0 : sinceBackground + 1;
    const most = awaited > 0 ? 1 : GROUP_ROWS;
    while (rows < most) {
      const [next] = queue;
      if (next === undefined) break;
      if (group.length > 0 && queue.length === 1 && next.job.isAhead?.() === true) break;
      queue.shift();
      if (next.job.wanted?.() === false) {
        next.settle({ is: 'dropped' });
        continue;
      }
      group.push(next);
      rows += next.job.rows;
      // Background work is done in small steps, so that live batches never wait long.
      if (queue === background) break;
    }
    return group;
  };

  const attempt = (group: readonly Waiting[], careful: boolean): void => {
    transaction(db, () => {
      for (const { job } of group) job.write(careful);
      options.flush?.();
    });
  };

  const turn = (): void => {
    if (stopped || held !== null) return;
    const group = take();
    if (group.length > 0) writeGroup(group);
    if (urgent.length + background.length > 0) schedule();
    else if (timer === null && kept.length === 0) for (const wake of idlers.splice(0)) wake();
  };

  const writeGroup = (group: readonly Waiting[]): void => {
    try {
      attempt(group, false);
      recovered();
      options.committed?.();
      for (const one of group) one.settle({ is: 'committed' });
    } catch (error) {
      options.rolledBack();
      if (postpone(group, error)) return;
      for (const one of group) writeAlone(one);
    }
  };

  const writeAlone = (one: Waiting): void => {
    for (const careful of [false, true]) {
      try {
        attempt([one], careful);
        options.committed?.();
        one.settle({ is: 'committed' });
        return;
      } catch (error) {
        options.rolledBack();
        if (postpone([one], error)) return;
        if (careful) one.settle({ is: 'failed', error });
      }
    }
  };

  /** Puts a group back in front and waits, when the disk is to blame. */
  const postpone = (group: readonly Waiting[], error: unknown): boolean => {
    const problem = diskProblem(error, file);
    if (problem === null) return false;
    const back = group.filter((one) => one.job.background !== true);
    urgent = [...back, ...urgent];
    background = [...group.filter((one) => one.job.background === true), ...background];
    options.onProblem(problem);
    const wait = retryMs[Math.min(troubled, retryMs.length - 1)] ?? 30_000;
    troubled += 1;
    timer ??= setTimeout(() => {
      timer = null;
      schedule();
    }, wait);
    return true;
  };

  const recovered = (): void => {
    if (troubled === 0) return;
    troubled = 0;
    options.onProblem(null);
  };

  return {
    submit: (job) =>
      new Promise((settle) => {
        if (stopped) {
          settle({ is: 'dropped' });
          return;
        }
        (job.background === true ? background : urgent).push({ job, settle });
        schedule();
      }),
    hold: () => {
      const now = performance.now();
      awaited += 1;
      if (!stopped && (held !== null || now >= holdAgainAt)) {
        held ??= { since: now, holders: 0, end: setTimeout(goOn, MOST_HELD_MS) };
        held.holders += 1;
      }
      const mine = held;
      let released = false;
      return () => {
        if (released) return;
        released = true;
        awaited -= 1;
        if (mine === null) return;
        mine.holders -= 1;
        if (mine.holders === 0 && held === mine) goOn();
      };
    },
    released: () =>
      held === null && kept.length === 0 ? RELEASED : new Promise((resolve) => kept.push(resolve)),
    idle: () =>
      new Promise((wake) => {
        const waiting = urgent.length + background.length + kept.length;
        if (stopped || (waiting === 0 && !scheduled && timer === null)) wake();
        else idlers.push(wake);
      }),
    stop: () => {
      if (stopped) return;
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      if (held !== null) {
        clearTimeout(held.end);
        held = null;
      }
      for (const release of kept.splice(0)) release();
      for (const one of [...urgent, ...background]) one.settle({ is: 'dropped' });
      urgent = [];
      background = [];
      for (const wake of idlers.splice(0)) wake();
    },
  };
}

import type { Dispose } from '#shared/domain/log.ts';

export interface Follower {
  /** Something changed: asks again, but neither while an answer is under way nor more often than allowed. */
  poke(): void;
  readonly stop: Dispose;
}

/**
 * Asks at once, and after each poke again. An answer under way is always waited for: a question that takes longer than
 * changes need to arrive would otherwise never be answered.
 * @param ask settles when the answer has been dealt with; a rejection is the asker's own business
 * @param everyMs least time between the beginnings of two questions
 */
export function createFollower(ask: (signal: AbortSignal) => Promise<unknown>, everyMs: number): Follower {
  const abort = new AbortController();
  let asking = false;
  let again = false;
  let lastAt = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const soon = () => {
    if (abort.signal.aborted || timer !== undefined) return;
    timer = setTimeout(run, Math.max(0, lastAt + everyMs - performance.now()));
  };
  const run = () => {
    timer = undefined;
    asking = true;
    lastAt = performance.now();
    const done = () => {
      asking = false;
      if (!again) return;
      again = false;
      soon();
    };
    ask(abort.signal).then(done, done);
  };
  run();
  return {
    poke() {
      if (asking) again = true;
      else soon();
    },
    stop() {
      abort.abort();
      clearTimeout(timer);
    },
  };
}

import type { Dispose } from '#shared/domain/log.ts';

/** What somebody waits for now; the rest of the work lets it go first, for a while. */
export interface Awaited {
  /** Something is being waited for, until it is disposed. */
  begin(): Dispose;
  /** Resolves when nothing is waited for, or after this many milliseconds. */
  over(mostMs: number): Promise<void>;
}

export function createAwaited(): Awaited {
  let count = 0;
  const waiting = new Set<() => void>();
  return {
    begin: () => {
      count += 1;
      let done = false;
      return () => {
        if (done) return;
        done = true;
        count -= 1;
        if (count === 0) for (const wake of [...waiting]) wake();
      };
    },
    over: (mostMs) =>
      count === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            const wake = (): void => {
              clearTimeout(timer);
              waiting.delete(wake);
              resolve();
            };
            const timer = setTimeout(wake, mostMs);
            waiting.add(wake);
          }),
  };
}

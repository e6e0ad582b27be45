import { useSyncExternalStore } from 'react';
import { SECOND } from '#shared/domain/lengths.ts';
import type { Dispose } from '#shared/domain/log.ts';

const listeners = new Set<() => void>();
let now = Date.now();
let timer: number | undefined;

function tick(): void {
  now = Date.now();
  for (const listener of listeners) listener();
}

/** One timer for every clock and every "3 min ago" in the window; none while nobody looks. */
function subscribe(listener: () => void): Dispose {
  listeners.add(listener);
  if (timer === undefined) {
    now = Date.now();
    timer = window.setInterval(tick, SECOND);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      window.clearInterval(timer);
      timer = undefined;
    }
  };
}

/**
 * Something that depends on the time, looked at each second. The component renders again only when the result,
 * compared by identity, is another one; so let `derive` return a string or a number.
 */
export function useFromClock<T>(derive: (now: number) => T): T {
  return useSyncExternalStore(subscribe, () => derive(now));
}

/** The time as all clocks of the window tell it, for what is drawn when `useFromClock` says so. */
export const clockNow = (): number => now;

import { setTimeout as pause } from 'node:timers/promises';

/** Whoever drags the scroll bar of a list asks for the next page within this. */
const BETWEEN_MS = 400;
/** Nothing is put off longer at a time: it goes on, if slowly, for as long as somebody jumps about. */
const MOST_MS = 4_000;

/**
 * Whether somebody jumps about in a list. Each jump is waited for, and on its way through two processes and back it meets all
 * that is done meanwhile: what has no hurry is done between the jumps.
 */
export interface Jumping {
  /** A page of a list that is held was asked for. */
  jumped(): void;
  /** Resolves when nobody has jumped for a moment, or when that was waited for long enough. */
  calm(): Promise<void>;
}

/** Time that only goes forward, ms, and waiting for it. */
interface Time {
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<unknown>;
}
const TIME: Time = {
  now: () => performance.now(),
  // It keeps no program alive.
  wait: (ms) => pause(ms, undefined, { ref: false }),
};

export function createJumping({ now, wait }: Time = TIME): Jumping {
  let last = Number.NEGATIVE_INFINITY;
  return {
    jumped: () => {
      last = now();
    },
    calm: async () => {
      const until = now() + MOST_MS;
      for (;;) {
        const left = Math.min(last + BETWEEN_MS, until) - now();
        if (left <= 0) return;
        await wait(left);
      }
    },
  };
}

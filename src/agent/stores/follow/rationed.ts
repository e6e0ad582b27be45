import type { Clock } from '#shared/domain/units.ts';

/** An answer that is asked for again only when twenty times as long has passed as asking took last time. */
const SHARE = 20;

/**
 * Wraps a question whose cost grows with the store, so that it never takes more than about a twentieth of the time.
 * Until then the last answer is given.
 */
export function rationed<T>(
  clock: Clock,
  ask: (signal: AbortSignal) => Promise<T>,
): (signal: AbortSignal) => Promise<T> {
  let held: { readonly answer: T; readonly until: number } | null = null;
  return async (signal) => {
    const before = clock();
    if (held !== null && before < held.until) return held.answer;
    const answer = await ask(signal);
    const after = clock();
    held = { answer, until: after + (after - before) * SHARE };
    return answer;
  };
}

import type { SessionId } from '#shared/domain/ids.ts';
import type { MirroredSession } from '../state/session-mirror.ts';
import type { StoreKey } from '../stores/store-adapter.ts';
import type { ReadContext } from './context.ts';
import type { SeenRows } from './seen-rows.ts';
import { seenRows } from './seen-rows.ts';

/** Keys that the incremental listing missed are looked up, this many at most; the rest comes with the next look. */
const MAX_UNKNOWN = 10_000;

export interface KeyDiff {
  readonly gone: readonly MirroredSession[];
  /** Live in the store and not in the mirror. */
  readonly unknown: readonly StoreKey[];
}

/** Lists the keys of all live sessions and compares them with the mirror. Memory: one bit a session. */
export async function diffKeys(
  context: ReadContext,
  fresh: ReadonlyMap<SessionId, unknown>,
  signal: AbortSignal,
): Promise<KeyDiff> {
  const { adapter, state } = context;
  const seen = seenRows(state.sessions.highest());
  const unknown: StoreKey[] = [];
  await adapter.keys((keys) => {
    for (const key of keys) {
      const id = state.keys.session(key);
      const n = state.sessions.numberOf(id);
      if (n !== undefined) seen.mark(n);
      else if (!fresh.has(id) && unknown.length < MAX_UNKNOWN) unknown.push(key);
    }
    return Promise.resolve();
  }, signal);
  return { gone: await unseen(context, seen), unknown };
}

/** Mirrored sessions that a complete listing did not name. */
export async function unseen(context: ReadContext, seen: SeenRows): Promise<readonly MirroredSession[]> {
  const { sessions } = context.state;
  const gone: MirroredSession[] = [];
  for (let from: number | null = 0; from !== null;) {
    const { found, next } = sessions.numbers(from, (n) => !seen.has(n));
    for (const n of found) {
      const row = sessions.row(n);
      if (row !== undefined) gone.push(row);
    }
    from = next;
    // Consoles are served between two pieces of a long comparison.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return gone;
}

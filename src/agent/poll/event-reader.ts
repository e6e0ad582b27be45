import type { StoreCursor } from '../stores/store-adapter.ts';
import type { ReadContext } from './context.ts';
import { toEvent } from './to-wire.ts';

const PAGE = 2_000;
const EVENT_CURSOR = 'cursor:events';
const GENERATION = 'cursor:events-generation';

export interface EventReading {
  readonly added: number;
  /** The store's log was emptied since it was last read. */
  readonly cleared: boolean;
  /** Something that changes accounts was among them. */
  readonly touchesAccounts: boolean;
}

const ACCOUNT_ACTIONS: ReadonlySet<string> = new Set([
  'password-changed',
  'password-reset',
  'role-changed',
  'account-created',
  'account-blocked',
  'account-deleted',
]);

/** Reads the store's own log from where it was left, page by page; each page and its position in one transaction. */
export async function readEvents(context: ReadContext, signal: AbortSignal): Promise<EventReading> {
  const { adapter, state, recorder, clock } = context;
  let added = 0;
  let cleared = false;
  let touchesAccounts = false;
  for (let more = adapter.events !== undefined; more;) {
    const cursor = state.meta.get(EVENT_CURSOR) as StoreCursor | null;
    const page = await adapter.events?.(cursor, PAGE, signal);
    if (page === undefined) break;
    more = page.more && !signal.aborted;
    recorder.record(() => {
      if (page.cleared) {
        cleared = true;
        // The store numbers its rows anew: the same number is another event.
        state.meta.set(GENERATION, String(Number(state.meta.get(GENERATION) ?? '0') + 1));
      }
      const generation = Number(state.meta.get(GENERATION) ?? '0');
      const now = clock();
      for (const stored of page.events) {
        const event = context.complete(toEvent(stored, state.keys, generation, now));
        if (!recorder.audit(event)) continue;
        added += 1;
        touchesAccounts ||= ACCOUNT_ACTIONS.has(event.action);
      }
      state.meta.set(EVENT_CURSOR, page.cursor);
    });
  }
  return { added, cleared, touchesAccounts };
}

import { SECOND } from '#shared/domain/units.ts';
import type { AuditEvent } from '#shared/protocol/records.ts';
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

/** How long the first look may read what the log has of the time before it, ms. */
const PAST_MS = 20 * SECOND;

/**
 * Reads what the store's log has of the time before the agent watched, before consoles are let in: to them it is
 * history. As changes, a month would arrive at once and too late to be judged. What a very long log has left after a
 * while is read by the looks that follow.
 */
export async function readPast(context: ReadContext, signal: AbortSignal): Promise<void> {
  const { clock, recorder, state } = context;
  if (state.meta.get(EVENT_CURSOR) !== null) return;
  const until = clock() + PAST_MS;
  await readPages(
    context,
    signal,
    (event) => recorder.past(event),
    () => clock() < until,
  );
}

/** Reads the store's own log from where it was left, page by page; each page and its position in one transaction. */
export const readEvents = (context: ReadContext, signal: AbortSignal): Promise<EventReading> =>
  readPages(
    context,
    signal,
    (event) => context.recorder.audit(event),
    () => true,
  );

async function readPages(
  context: ReadContext,
  signal: AbortSignal,
  keep: (event: AuditEvent) => boolean,
  goOn: () => boolean,
): Promise<EventReading> {
  const { adapter, state, recorder, clock } = context;
  let added = 0;
  let cleared = false;
  let touchesAccounts = false;
  for (let more = adapter.events !== undefined; more;) {
    const cursor = state.meta.get(EVENT_CURSOR) as StoreCursor | null;
    const page = await adapter.events?.(cursor, PAGE, signal);
    if (page === undefined) break;
    more = page.more && !signal.aborted && goOn();
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
        if (!keep(event)) continue;
        added += 1;
        touchesAccounts ||= ACCOUNT_ACTIONS.has(event.action);
      }
      state.meta.set(EVENT_CURSOR, page.cursor);
    });
  }
  return { added, cleared, touchesAccounts };
}

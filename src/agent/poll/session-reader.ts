import type { SessionId } from '#shared/domain/ids.ts';
import type { EpochMs } from '#shared/domain/units.ts';
import type { Session } from '#shared/protocol/records.ts';
import type { StoreCursor, StoredAccount, StoredSession, StoreKey } from '../stores/store-adapter.ts';
import type { ReadContext } from './context.ts';
import { diffSession } from './diff.ts';
import { sessionOf } from './recorder.ts';
import type { SeenRows } from './seen-rows.ts';
import { toSession } from './to-wire.ts';

/** New sessions wait until it is known what went: a renewed identifier is one session, not two. */
const MAX_WAITING = 5_000;

export interface FreshSession {
  readonly session: Session;
  readonly sealed: Buffer;
}
export interface SessionReading {
  /** Read and not recorded yet. */
  readonly fresh: Map<SessionId, FreshSession>;
  cursor: StoreCursor | null;
  /** Accounts that sessions name and the mirror does not hold. */
  strangers: boolean;
  /** What the store named: all live sessions, or what changed and what ended, or what changed only. */
  covers: 'all' | 'changes and ends' | 'changes';
  /** May have ended, where the store said so. */
  ended: readonly StoreKey[];
  /** Accounts as changed sessions show them, where only sessions do; null where the store did not say. */
  shown: readonly StoredAccount[] | null;
  /** Accounts that lost a session to another. */
  readonly left: Set<string>;
  /** Something was ended while it was read and may have come back since: the same has to be read once more. */
  again: boolean;
}

export const newReading = (cursor: StoreCursor | null): SessionReading => ({
  fresh: new Map(),
  cursor,
  strangers: false,
  covers: cursor === null ? 'all' : 'changes',
  ended: [],
  shown: null,
  left: new Set(),
  again: false,
});

/**
 * Records what changed in one page of sessions; new ones are put aside in `reading.fresh`.
 * @param since when this look at the store began: what a command ended after that is not taken for alive
 */
export function applySessions(
  context: ReadContext,
  page: readonly StoredSession[],
  reading: SessionReading,
  since: EpochMs,
  seen: SeenRows | null,
): void {
  const { state, recorder, evidence, clock } = context;
  recorder.record(() => {
    for (const stored of page) {
      const read = state.told.over(toSession(stored, state.keys, context.flags));
      const known = state.sessions.get(read.id);
      if (known !== undefined) seen?.mark(known.n);
      if (evidence.endedSince(read.id, since)) {
        reading.again = true;
        continue;
      }
      if (known === undefined) {
        const fresh = { session: read, sealed: state.keys.seal(stored.key) };
        if (reading.fresh.size < MAX_WAITING) reading.fresh.set(read.id, fresh);
        else recorder.opened(fresh.session, fresh.sealed);
        reading.strangers ||= read.account !== null && state.accounts.get(read.account.id) === undefined;
        continue;
      }
      const session = keepReplaces(known.record, read);
      const diff = diffSession(known, session, JSON.stringify(session), clock());
      if (diff.is === 'updated') recorder.updated(known, session);
      else if (diff.is === 'held-back') recorder.heldBack(known, session);
      else if (diff.is === 'other-owner') {
        if (known.account !== null) reading.left.add(known.account);
        recorder.closed(known, { reason: 'replaced', at: clock() });
        recorder.opened(session, known.sealed);
        const n = state.sessions.numberOf(session.id);
        if (n !== undefined) seen?.mark(n);
      }
    }
  });
}

/** What the core found out by pairing is not forgotten because the store does not say it. */
function keepReplaces(record: string, session: Session): Session {
  if (session.replaces !== undefined || !record.includes('"replaces":')) return session;
  const { replaces } = sessionOf({ record });
  if (replaces === undefined) return session;
  // Member order as toSession writes it, so that equal records are equal texts.
  const { attributes, ...rest } = session;
  return { ...rest, replaces, ...(attributes === undefined ? {} : { attributes }) };
}

import type { SessionId } from '#shared/domain/ids.ts';
import type { EpochMs } from '#shared/domain/units.ts';
import type { MirroredSession } from '../state/session-mirror.ts';
import type { StoreKey } from '../stores/store-adapter.ts';
import { applyAccount } from './account-reader.ts';
import type { ReadContext } from './context.ts';
import type { FreshSession, SessionReading } from './session-reader.ts';
import { toAccount } from './to-wire.ts';

/** Sessions read again for the sake of accounts at one look; beyond them reading all accounts is cheaper. */
const MOST_READ = 5_000;

/**
 * Where only sessions show accounts: brings those up to date that the sessions of this look are about. An account that
 * looks as it is known costs nothing; of another one all sessions are read, because the one used last counts.
 * @param since when accounts were read before
 * @returns false when it is left to a reading of all accounts
 */
export async function readShownAccounts(
  context: ReadContext,
  reading: SessionReading,
  gone: readonly MirroredSession[],
  since: EpochMs,
  signal: AbortSignal,
): Promise<boolean> {
  const { adapter, state, recorder, flags } = context;
  if (adapter.accountsOf === undefined || reading.covers === 'all' || reading.shown === null) return false;
  const doubtful = new Set(reading.left);
  for (const { account } of gone) if (account !== null) doubtful.add(account);
  for (const stored of reading.shown) {
    const account = toAccount(stored, state.keys, flags);
    if (state.accounts.get(account.id)?.record !== JSON.stringify(account)) doubtful.add(account.id);
  }
  if (doubtful.size === 0) return true;
  const keys = keysOf(context, doubtful, reading.fresh, new Set(gone.map(({ id }) => id)));
  if (keys === null) return false;
  const found = await adapter.accountsOf([...keys.values()].flat(), signal);
  recorder.record(() => {
    for (const stored of found) {
      const id = state.keys.accountId(stored.id);
      if (doubtful.has(id)) applyAccount(context, stored, false, since);
    }
    for (const [id, own] of keys) {
      const known = own.length === 0 ? state.accounts.get(id) : undefined;
      if (known === undefined) continue;
      recorder.accountRemoved(known.n, known.id);
      flags.forget(known.id);
    }
  });
  return true;
}

/** The keys of all sessions of these accounts; null when they are too many. */
function keysOf(
  { state }: ReadContext,
  accounts: ReadonlySet<string>,
  fresh: ReadonlyMap<SessionId, FreshSession>,
  gone: ReadonlySet<SessionId>,
): ReadonlyMap<string, readonly StoreKey[]> | null {
  const sealed = new Map<string, Buffer[]>([...accounts].map((id) => [id, []]));
  for (const one of fresh.values()) {
    const { account } = one.session;
    if (account !== null) sealed.get(account.id)?.push(one.sealed);
  }
  let count = fresh.size;
  for (const [id, own] of sealed) {
    for (const row of state.sessions.byAccount(id)) if (!gone.has(row.id)) own.push(row.sealed);
    count += own.length;
    if (count > MOST_READ) return null;
  }
  return new Map([...sealed].map(([id, own]) => [id, state.keys.unsealAll(own)]));
}

/** Sessions that are about to be opened get the marks of accounts that were read after them. */
export function markFresh({ flags }: ReadContext, reading: SessionReading): void {
  for (const [id, { session, sealed }] of reading.fresh) {
    if (session.account === null) continue;
    const { privileged, service } = flags.of(session.account.id);
    const marks = session.marks.filter((mark) => mark !== 'privileged' && mark !== 'service');
    if (privileged) marks.push('privileged');
    if (service) marks.push('service');
    if (marks.join() !== session.marks.join())
      reading.fresh.set(id, { session: { ...session, marks }, sealed });
  }
}

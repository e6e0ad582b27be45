import type { EpochMs } from '#shared/domain/units.ts';
import type { Account, AuditEvent } from '#shared/protocol/records.ts';
import type { StoredAccount } from '../stores/store-adapter.ts';
import type { ReadContext } from './context.ts';
import { sessionOf } from './recorder.ts';
import { seenRows } from './seen-rows.ts';
import { toAccount } from './to-wire.ts';

const ROWS = 1_000;
const marker = 'baseline:accounts';

/** What the store's log already told about a change need not be told twice. */
const SAME_CHANGE_MS = 60_000;

/**
 * Reads all accounts: records those that changed, reports changed credentials, roles and blocks that the store's own
 * log does not mention, and marks the sessions of accounts that became (or are no longer) privileged or a service.
 * @param since when accounts were read before
 */
export async function readAccounts(context: ReadContext, since: EpochMs, signal: AbortSignal): Promise<void> {
  const { adapter, state, recorder } = context;
  const first = state.meta.get(marker) === null;
  if (first && state.accounts.highest() === 0) {
    await readFirstAccounts(context, signal);
    state.meta.set(marker, '1');
    return;
  }
  const seen = seenRows(state.accounts.highest());
  await adapter.accounts((page) => {
    recorder.record(() => {
      for (const stored of page) seen.mark(applyAccount(context, stored, first, since));
    });
    return Promise.resolve();
  }, signal);
  let n = 0;
  for (;;) {
    const rows = state.accounts.after(n, ROWS);
    const last = rows.at(-1);
    if (last === undefined) break;
    n = last.n;
    const removed = rows.filter((row) => !seen.has(row.n));
    if (removed.length === 0) continue;
    recorder.record(() => {
      for (const row of removed) {
        recorder.accountRemoved(row.n, row.id);
        context.flags.forget(row.id);
      }
    });
  }
  state.meta.set(marker, '1');
}

/** Straight into the empty mirror, with no change for each; consoles read a snapshot. */
async function readFirstAccounts(context: ReadContext, signal: AbortSignal): Promise<void> {
  const { adapter, state, flags } = context;
  await adapter.accounts((page) => {
    const found = page.map((stored) => {
      const account = toAccount(stored, state.keys, flags);
      return [account, fingerprintOf(context, account, stored)] as const;
    });
    state.transaction(() => state.accounts.add(found));
    return Promise.resolve();
  }, signal);
}

const fingerprintOf = ({ state }: ReadContext, { id }: Account, { credential }: StoredAccount) =>
  credential === undefined ? null : state.keys.fingerprint('credential', `${id}\0${credential}`);

/**
 * Records an account as it was read now, and reports what changed of it.
 * @param first nothing was known before: nothing is a change
 * @param since when accounts were read before
 */
export function applyAccount(
  context: ReadContext,
  stored: StoredAccount,
  first: boolean,
  since: EpochMs,
): number {
  const { state, recorder, flags } = context;
  const account = toAccount(stored, state.keys, flags);
  const credential = fingerprintOf(context, account, stored);
  const known = state.accounts.get(account.id);
  const changed = known?.record !== JSON.stringify(account);
  if (known !== undefined && !changed && known.credential === credential) return known.n;
  const n = recorder.account(account, credential, changed && !first);
  if (known === undefined && (account.privileged || account.service)) markSessions(context, account);
  if (known === undefined || first) return n;
  const before = JSON.parse(known.record) as Account;
  if (known.credential !== null && credential !== null && known.credential !== credential) {
    report(context, account, 'password-changed', since, {});
  }
  if (before.status === 'active' && account.status === 'blocked') {
    report(context, account, 'account-blocked', since, {});
  }
  if (before.roles.join('\0') !== account.roles.join('\0')) {
    report(context, account, 'role-changed', since, {
      from: before.roles.join(', ').slice(0, 1_000),
      to: account.roles.join(', ').slice(0, 1_000),
    });
  }
  if (before.privileged !== account.privileged || before.service !== account.service)
    markSessions(context, account);
  return n;
}

function report(
  context: ReadContext,
  account: Account,
  action: 'password-changed' | 'account-blocked' | 'role-changed',
  since: EpochMs,
  attributes: Record<string, string>,
): void {
  const { state, recorder, clock } = context;
  const now = clock();
  const told = action === 'password-changed' ? [action, 'password-reset'] : [action];
  if (state.audit.latest(account.id, told, (since - SAME_CHANGE_MS) as EpochMs) !== null) return;
  const event: AuditEvent = {
    id: state.keys.eventId(`seen:${action}:${account.id}:${String(now)}`, 0),
    at: now,
    recordedAt: now,
    action,
    outcome: 'success',
    account: { id: account.id, name: account.name },
    attributes: { ...attributes, source: 'account-comparison' },
  };
  recorder.audit(event);
}

function markSessions(context: ReadContext, account: Account): void {
  const { state, recorder } = context;
  for (const row of state.sessions.byAccount(account.id)) {
    const session = sessionOf(row);
    const marks = session.marks.filter((mark) => mark !== 'privileged' && mark !== 'service');
    if (account.privileged) marks.push('privileged');
    if (account.service) marks.push('service');
    recorder.heldBack(row, { ...session, marks });
  }
}

/** Remembers at a start who was flagged, and takes changes of the configuration over. */
export function reloadFlags(context: ReadContext): void {
  const { state, flags, recorder } = context;
  let n = 0;
  for (;;) {
    const rows = state.accounts.after(n, ROWS);
    const last = rows.at(-1);
    if (last === undefined) return;
    n = last.n;
    recorder.record(() => {
      for (const row of rows) {
        const account = JSON.parse(row.record) as Account;
        const flag = flags.judge(account);
        if (flag.privileged === account.privileged && flag.service === account.service) continue;
        const next: Account = { ...account, ...flag };
        recorder.account(next, row.credential, true);
        markSessions(context, next);
      }
    });
  }
}

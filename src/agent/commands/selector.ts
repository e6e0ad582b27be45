import type { SessionId } from '#shared/domain/ids.ts';
import type { EpochMs } from '#shared/domain/units.ts';
import type { Selector, Where } from '#shared/protocol/commands.ts';
import type { Account } from '#shared/protocol/records.ts';
import type { MirroredSession } from '../state/session-mirror.ts';
import type { AgentState } from '../state/state.ts';
import type { Viewer } from '../state/viewer.ts';
import { sees } from '../state/viewer.ts';
import type { NetworkTest } from '#shared/domain/network.ts';
import { parseNetwork } from '#shared/domain/network.ts';

/** What a session must have, besides being selected. A condition on something unknown does not match. */
export type Condition = (
  session: Pick<MirroredSession, 'account' | 'last_at' | 'opened_at' | 'ip'>,
) => boolean;

export type RolesOf = (account: string) => readonly string[];

/** Roles as mirrored, remembered for one use. */
export function rolesFrom(state: AgentState): RolesOf {
  const known = new Map<string, readonly string[]>();
  return (account) => {
    const found = known.get(account);
    if (found !== undefined) return found;
    const row = state.accounts.get(account);
    const roles = row === undefined ? [] : (JSON.parse(row.record) as Account).roles;
    known.set(account, roles);
    return roles;
  };
}

/** Returns the conditions as one test, or says what is wrong with them. */
export function readWhere(
  where: Where | undefined,
  now: EpochMs,
  rolesOf: RolesOf,
): Condition | { readonly problem: string } {
  if (where === undefined) return () => true;
  const { idleForMs, openedBefore, anyRole, network } = where;
  let inNetwork: NetworkTest | null = null;
  if (network !== undefined) {
    inNetwork = parseNetwork(network);
    if (inNetwork === null)
      return { problem: `selector.where.network: “${network}” is not a network like 192.0.2.0/24` };
  }
  const roles = anyRole === undefined ? null : new Set(anyRole);
  return ({ account, last_at, opened_at, ip }) => {
    if (idleForMs !== undefined && (last_at === null || now - last_at < idleForMs)) return false;
    if (openedBefore !== undefined && (opened_at === null || opened_at >= openedBefore)) return false;
    if (roles !== null && (account === null || !rolesOf(account).some((role) => roles.has(role))))
      return false;
    return inNetwork === null || (ip !== null && inNetwork(ip));
  };
}

const ROWS = 1_000;

/** Mirrored sessions that a selector means for this viewer, before its conditions. Can be iterated again. */
export function selected(state: AgentState, selector: Selector, viewer: Viewer): Iterable<MirroredSession> {
  const spared = new Set<SessionId>('except' in selector ? selector.except : []);
  const visible = (row: MirroredSession) => sees(viewer, row) && !spared.has(row.id);
  // Named ones are as many as a request may name: read once, however often they are gone through.
  const named = 'sessions' in selector ? state.sessions.named(new Set(selector.sessions)) : null;
  return {
    *[Symbol.iterator]() {
      for (const row of named ?? candidates(state, selector)) if (visible(row)) yield row;
    },
  };
}

function* candidates(state: AgentState, selector: Selector): Generator<MirroredSession> {
  if ('accounts' in selector) {
    const accounts = new Set<string>(selector.accounts);
    for (const account of accounts) {
      for (const row of state.sessions.byAccount(account)) {
        // Somebody else's masquerade as this account is not this account's session.
        if (row.via === null || accounts.has(row.via)) yield row;
      }
      for (const row of state.sessions.byVia(account)) {
        if (row.account === null || !accounts.has(row.account)) yield row;
      }
    }
    return;
  }
  for (let n = 0; ;) {
    const rows = state.sessions.after(n, ROWS);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined) return;
    n = last.n;
  }
}

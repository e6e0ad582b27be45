import type { Command, Reach } from '#shared/protocol/commands.ts';
import type { MirroredSession } from '../state/session-mirror.ts';
import type { Flags } from '../poll/flags.ts';
import type { RolesOf } from './selector.ts';

/** Accounts beyond which a command is everybody's: no own-sessions operator can be concerned by all of them. */
const MAX_OWNERS = 1_000;

/** Counts whom a command would reach. */
export interface ReachCounter {
  add(session: Pick<MirroredSession, 'account' | 'via'>): void;
  result(): Reach;
  /** Accounts of the sessions; empty when there are too many to list. */
  owners(): readonly string[];
}

export function countReach(
  command: Pick<Command, 'kind' | 'selector'>,
  own: ReadonlySet<string>,
  flags: Flags,
  rolesOf: RolesOf,
  clientSide: boolean,
): ReachCounter {
  const accounts = new Set<string>();
  const byRole = new Map<string, number>();
  const counts = { sessions: 0, privileged: 0, service: 0, own: 0 };
  return {
    add({ account, via }) {
      counts.sessions += 1;
      if ((account !== null && own.has(account)) || (via !== null && own.has(via))) counts.own += 1;
      if (account === null) return;
      accounts.add(account);
      const flag = flags.of(account);
      if (flag.privileged) counts.privileged += 1;
      if (flag.service) counts.service += 1;
      for (const role of rolesOf(account)) byRole.set(role, (byRole.get(role) ?? 0) + 1);
    },
    result() {
      const named =
        command.kind !== 'revoke' && 'accounts' in command.selector
          ? new Set(command.selector.accounts).size
          : 0;
      return {
        ...counts,
        accounts: Math.max(accounts.size, named),
        byRole: Object.fromEntries(byRole),
        clientSide: clientSide ? counts.sessions : 0,
      };
    },
    owners: () => (accounts.size > MAX_OWNERS ? [] : [...accounts]),
  };
}

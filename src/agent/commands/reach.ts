import type { Command, Reach } from '#shared/protocol/commands.ts';
import type { MirroredSession } from '../state/session-mirror.ts';
import type { Flags } from '../poll/flags.ts';
import type { AccountMirror } from '../state/account-mirror.ts';

/** Accounts beyond which a command is everybody's: no own-sessions operator can be concerned by all of them. */
const MAX_OWNERS = 1_000;
/** Accounts whose roles are asked for at once. */
const ACCOUNTS_AT_ONCE = 1_000;

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
  mirrored: Pick<AccountMirror, 'rolesOf'>,
  clientSide: boolean,
): ReachCounter {
  const accounts = new Set<string>();
  const byRole = new Map<string, number>();
  /** Sessions of accounts whose roles are not counted yet. */
  let waiting = new Map<string, number>();
  const countRoles = (): void => {
    for (const [account, roles] of mirrored.rolesOf([...waiting.keys()]))
      for (const role of roles) byRole.set(role, (byRole.get(role) ?? 0) + (waiting.get(account) ?? 0));
    waiting = new Map();
  };
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
      waiting.set(account, (waiting.get(account) ?? 0) + 1);
      if (waiting.size >= ACCOUNTS_AT_ONCE) countRoles();
    },
    result() {
      countRoles();
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

import type { Command, Reach } from '#shared/protocol/commands.ts';
import type { MirroredSession } from '../state/session-mirror.ts';
import type { Flags } from '../poll/flags.ts';
import type { AccountMirror } from '../state/account-mirror.ts';

/** Accounts beyond which a command is everybody's: no own-sessions operator can be concerned by all of them. */
const MAX_OWNERS = 1_000;
/** Accounts whose roles are asked for at once. */
const ACCOUNTS_AT_ONCE = 1_000;

/** Whom a command would reach, but for their roles. */
export type Counted = Omit<Reach, 'byRole'>;

/** Counts whom a command would reach. */
export interface ReachCounter {
  add(session: Pick<MirroredSession, 'account' | 'via'>): void;
  counts(): Counted;
  /** With how many sessions each role has: every account's are looked up for it. */
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
  /** How many sessions each has. */
  const accounts = new Map<string, number>();
  const found = { sessions: 0, privileged: 0, service: 0, own: 0 };
  const counts = (): Counted => {
    const named =
      command.kind !== 'revoke' && 'accounts' in command.selector
        ? new Set(command.selector.accounts).size
        : 0;
    return {
      ...found,
      accounts: Math.max(accounts.size, named),
      clientSide: clientSide ? found.sessions : 0,
    };
  };
  return {
    add({ account, via }) {
      found.sessions += 1;
      if ((account !== null && own.has(account)) || (via !== null && own.has(via))) found.own += 1;
      if (account === null) return;
      accounts.set(account, (accounts.get(account) ?? 0) + 1);
      const flag = flags.of(account);
      if (flag.privileged) found.privileged += 1;
      if (flag.service) found.service += 1;
    },
    counts,
    result() {
      const byRole = new Map<string, number>();
      const all = [...accounts.keys()];
      for (let at = 0; at < all.length; at += ACCOUNTS_AT_ONCE)
        for (const [account, roles] of mirrored.rolesOf(all.slice(at, at + ACCOUNTS_AT_ONCE)))
          for (const role of roles) byRole.set(role, (byRole.get(role) ?? 0) + (accounts.get(account) ?? 0));
      return { ...counts(), byRole: Object.fromEntries(byRole) };
    },
    owners: () => (accounts.size > MAX_OWNERS ? [] : [...accounts.keys()]),
  };
}

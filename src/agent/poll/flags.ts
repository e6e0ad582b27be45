/** Who counts as privileged and who as a service: the agent's configuration, not the store's. */
export interface FlagConfig {
  readonly privileged: { readonly roles: readonly string[]; readonly accounts: readonly string[] };
  readonly services: { readonly roles: readonly string[]; readonly accounts: readonly string[] };
}
export interface Flag {
  readonly privileged: boolean;
  readonly service: boolean;
}
export interface Flags {
  /** Is anybody configured as privileged? */
  readonly configured: boolean;
  /** Decides for an account; ids and names both count in `accounts`. Remembers the answer for `of`. */
  judge(account: { readonly id: string; readonly name: string; readonly roles: readonly string[] }): Flag;
  /** What was decided for this account; neither, when it was not seen yet. */
  of(accountId: string): Flag;
  forget(accountId: string): void;
}

const NEITHER: Flag = { privileged: false, service: false };

export function createFlags(config: FlagConfig): Flags {
  const sets = (part: FlagConfig['privileged']) => ({
    roles: new Set(part.roles),
    accounts: new Set(part.accounts),
  });
  const privileged = sets(config.privileged);
  const services = sets(config.services);
  // Only those that are something: few, also in a store with a million accounts.
  const known = new Map<string, Flag>();
  return {
    configured: privileged.roles.size > 0 || privileged.accounts.size > 0,
    judge({ id, name, roles }) {
      const matches = (part: typeof privileged) =>
        part.accounts.has(id) || part.accounts.has(name) || roles.some((role) => part.roles.has(role));
      const flag = { privileged: matches(privileged), service: matches(services) };
      if (flag.privileged || flag.service) known.set(id, flag);
      else known.delete(id);
      return flag;
    },
    of: (accountId) => known.get(accountId) ?? NEITHER,
    forget: (accountId) => void known.delete(accountId),
  };
}

import type { RuleAccount } from '#shared/rules/facts.ts';

/** Accounts that no rule may end, whoever writes it: the agent's configuration. */
export type Protection = (account: RuleAccount) => boolean;

export function createProtection(protect: {
  readonly roles: readonly string[];
  readonly accounts: readonly string[];
}): Protection {
  const roles = new Set(protect.roles);
  const accounts = new Set(protect.accounts);
  return ({ id, name, roles: has }) =>
    accounts.has(id) || accounts.has(name) || has.some((role) => roles.has(role));
}

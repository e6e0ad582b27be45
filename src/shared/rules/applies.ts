import type { Rule } from '../protocol/rules.ts';
import type { RuleAccount } from './facts.ts';

/**
 * Is this account one the rule speaks of? Roles and accounts that are named add up; exceptions win. Accounts count
 * by id or name. A service account is meant only when it is named itself: what runs unattended must not be signed
 * out because it looks idle.
 */
export function appliesTo(rule: Pick<Rule, 'appliesTo'>, account: RuleAccount): boolean {
  const { roles, accounts, exceptRoles, exceptAccounts } = rule.appliesTo ?? {};
  const named = (list: readonly string[] | undefined) =>
    list !== undefined && (list.includes(account.id) || list.includes(account.name));
  const hasOne = (list: readonly string[] | undefined) =>
    list !== undefined && account.roles.some((role) => list.includes(role));
  if (hasOne(exceptRoles) || named(exceptAccounts)) return false;
  if (account.service) return named(accounts);
  if (roles === undefined && accounts === undefined) return true;
  return hasOne(roles) || named(accounts);
}

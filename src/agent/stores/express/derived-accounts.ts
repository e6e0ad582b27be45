import type { StoredAccount } from '../store-adapter.ts';
import type { ExpressSession } from './session-data.ts';

const PAGE = 500;

/**
 * Accounts as their sessions show them: there is no table of accounts. Of several sessions of one account the one
 * used last counts, because the others may hold an old name or old roles.
 */
export class DerivedAccounts {
  readonly #byId = new Map<string, { readonly account: StoredAccount; readonly rank: string }>();

  add(sessions: readonly ExpressSession[]): void {
    for (const { session, roles, email } of sessions) {
      if (session.account === null) continue;
      const { id, name } = session.account;
      const at = session.last.at ?? session.opened.at ?? session.expiresAt ?? 0;
      // The key decides between equals, so that every reading gives the same answer.
      const rank = `${String(at).padStart(16, '0')} ${session.key}`;
      const known = this.#byId.get(id);
      if (known !== undefined && known.rank >= rank) continue;
      this.#byId.set(id, {
        rank,
        account: { id, name, roles, status: 'unknown', ...(email === null ? {} : { email }) },
      });
    }
  }

  all(): readonly StoredAccount[] {
    return [...this.#byId.values()].map(({ account }) => account);
  }

  async give(page: (accounts: readonly StoredAccount[]) => Promise<void>): Promise<void> {
    let held: StoredAccount[] = [];
    for (const { account } of this.#byId.values()) {
      if (held.push(account) < PAGE) continue;
      await page(held);
      held = [];
    }
    if (held.length > 0) await page(held);
  }
}

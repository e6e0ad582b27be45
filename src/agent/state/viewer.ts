import type { Scope } from '#shared/protocol/handshake.ts';

/** What a token may see. `own` is the JSON list of its accounts when it is narrowed to them, else null. */
export interface Viewer {
  readonly own: string | null;
  readonly accounts: ReadonlySet<string>;
  readonly scopes: ReadonlySet<Scope>;
}

/** The agent itself: sees everything. */
export const EVERYTHING: Viewer = { own: null, accounts: new Set(), scopes: new Set() };

/** Whose rows an own-sessions token sees; takes the list twice. Sessions its accounts run as others count as own. */
export const ownSql =
  '(account IN (SELECT value FROM json_each(?)) OR via IN (SELECT value FROM json_each(?)))';

export function viewerOf(scopes: readonly Scope[], accounts: readonly string[]): Viewer {
  return {
    own: scopes.includes('sessions:own') ? JSON.stringify(accounts) : null,
    accounts: new Set(accounts),
    scopes: new Set(scopes),
  };
}

export function sees(
  viewer: Viewer,
  row: { readonly account: string | null; readonly via: string | null },
): boolean {
  if (viewer.own === null) return true;
  return (
    (row.account !== null && viewer.accounts.has(row.account)) ||
    (row.via !== null && viewer.accounts.has(row.via))
  );
}

/** `sessions:own` reads without further scope. */
export const mayReadSessions = (viewer: Viewer) => viewer.own !== null || viewer.scopes.has('sessions:read');
export const mayReadAudit = (viewer: Viewer) => viewer.own !== null || viewer.scopes.has('audit:read');

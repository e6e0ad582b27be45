import type { WritableDb } from '../mirror/database.ts';
import { edgeFinder, readRules } from './identity-edges.ts';

/** A chain of links that joins more than this joins strangers; the rest stays outside. */
const MOST_ACCOUNTS = 200;

/** Everything reachable from an account, smallest key first. */
function reach(
  account: number,
  edges: (account: number) => readonly { readonly account: number }[],
): number[] {
  const found = new Set([account]);
  for (const next of found) {
    if (found.size >= MOST_ACCOUNTS) break;
    for (const edge of edges(next)) found.add(edge.account);
  }
  return [...found].sort((a, b) => a - b);
}

/**
 * Works out anew who the next accounts in line are; call it in a transaction until it returns false.
 * Whatever changed has put its old companions in line as well, so that a person who fell apart is set right whole.
 */
export function settleStep(db: WritableDb, limit: number): boolean {
  const waiting = db
    .prepare('SELECT account FROM identity_dirty ORDER BY account LIMIT ?')
    .pluck()
    .all(limit);
  if (waiting.length === 0) return false;
  const edges = edgeFinder(db, readRules(db));
  const put = db.prepare('INSERT OR REPLACE INTO identity (account, person) VALUES (?, ?)');
  const done = db.prepare('DELETE FROM identity_dirty WHERE account = ?');
  const settled = new Set<number>();
  for (const account of waiting.map(Number)) {
    if (settled.has(account)) continue;
    const group = reach(account, edges);
    const person = group[0] ?? account;
    for (const one of group) {
      put.run(one, person);
      done.run(one);
      settled.add(one);
    }
  }
  return true;
}

/** Puts everybody who is joined with these accounts in line. */
export function unsettle(db: WritableDb, accounts: readonly number[]): void {
  const dirty = db.prepare(
    `INSERT OR IGNORE INTO identity_dirty
       SELECT account FROM identity WHERE person = (SELECT person FROM identity WHERE account = @account)
       UNION SELECT @account`,
  );
  for (const account of accounts) dirty.run({ account });
}

export function unsettleAll(db: WritableDb): void {
  db.exec('INSERT OR IGNORE INTO identity_dirty SELECT key FROM account');
}

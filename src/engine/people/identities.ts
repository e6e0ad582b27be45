import { z } from 'zod';
import { AccountId, ConnectionId } from '#shared/domain/ids.ts';
import { EpochMs } from '#shared/domain/units.ts';
import type { AccountAt, IdentityDecision, IdentityRules } from '#shared/ipc/people-views.ts';
import type { ReadableDb, WritableDb } from '../mirror/database.ts';
import { ProblemError } from '../problem-error.ts';
import { readRules } from './identity-edges.ts';
import { unsettle, unsettleAll } from './settle.ts';

/** Key of an account in the mirror. @throws ProblemError when there is none */
function accountKey(db: ReadableDb, at: AccountAt): number {
  const key = findAccount(db, at);
  if (key === null) {
    throw new ProblemError({
      code: 'NO_SUCH_ACCOUNT',
      message: `The mirror holds no account ${at.id} of this environment.`,
      advice: 'It may have been removed with its environment, or erased. Open the list again.',
    });
  }
  return key;
}
export function findAccount(db: ReadableDb, at: AccountAt): number | null {
  const key = db
    .prepare(
      'SELECT a.key FROM account a JOIN connection c ON c.key = a.connection WHERE c.id = ? AND a.id = ?',
    )
    .pluck()
    .get(at.connection, at.id);
  return key === undefined ? null : Number(key);
}

export function identityRules(db: ReadableDb): IdentityRules {
  const { email, name, commonNames } = readRules(db);
  const mapped = Number(db.prepare('SELECT count(*) FROM identity_mapping').pluck().get());
  return { email, name, commonNames: [...commonNames], mapped };
}

export function setIdentityRules(
  db: WritableDb,
  rules: { readonly email: boolean; readonly name: boolean; readonly commonNames: readonly string[] },
): IdentityRules {
  const set = db.prepare('UPDATE identity_rule SET enabled = ?, options = ? WHERE kind = ?');
  const names = [...new Set(rules.commonNames.map((one) => one.toLowerCase()))].sort();
  set.run(Number(rules.email), '[]', 'email');
  set.run(Number(rules.name), JSON.stringify(names), 'name');
  unsettleAll(db);
  return identityRules(db);
}

const Row = z.object({
  key: z.number(),
  kind: z.enum(['link', 'separate']),
  account: z.number(),
  other: z.number().nullable(),
  at: EpochMs,
  by: z.string(),
  undone_at: EpochMs.nullable(),
});
const Named = z.object({ connection: ConnectionId, id: AccountId, name: z.string() });
const DECISIONS = 'SELECT key, kind, account, other, at, by, undone_at FROM identity_decision';

function viewOf(db: ReadableDb, raw: unknown): IdentityDecision {
  const row = Row.parse(raw);
  const named = db.prepare(
    'SELECT c.id AS connection, a.id, a.name FROM account a JOIN connection c ON c.key = a.connection WHERE a.key = ?',
  );
  const accounts = [row.account, row.other].flatMap((key) => {
    const found = key === null ? undefined : named.get(key);
    return found === undefined ? [] : [Named.parse(found)];
  });
  return { key: row.key, kind: row.kind, accounts, at: row.at, by: row.by, undoneAt: row.undone_at };
}

/** Joins two accounts by hand. */
export function link(
  db: WritableDb,
  pair: { readonly account: AccountAt; readonly other: AccountAt },
  at: number,
  by: string,
): IdentityDecision {
  const account = accountKey(db, pair.account);
  const other = accountKey(db, pair.other);
  if (account === other) {
    throw new ProblemError({
      code: 'SAME_ACCOUNT',
      message: 'An account cannot be joined with itself.',
      advice: 'Choose another account of the person.',
    });
  }
  return decide(db, 'link', account, other, at, by);
}

/** Takes an account out of its person; links by hand to it end with that. */
export function separate(db: WritableDb, which: AccountAt, at: number, by: string): IdentityDecision {
  const account = accountKey(db, which);
  unsettle(db, [account]);
  db.prepare(
    `UPDATE identity_decision SET undone_at = @at WHERE undone_at IS NULL AND kind = 'link'
     AND (account = @account OR other = @account)`,
  ).run({ account, at });
  return decide(db, 'separate', account, null, at, by);
}

function decide(
  db: WritableDb,
  kind: 'link' | 'separate',
  account: number,
  other: number | null,
  at: number,
  by: string,
): IdentityDecision {
  unsettle(db, other === null ? [account] : [account, other]);
  const key = db
    .prepare(
      'INSERT INTO identity_decision (kind, account, other, at, by) VALUES (?, ?, ?, ?, ?) RETURNING key',
    )
    .pluck()
    .get(kind, account, other, at, by);
  return viewOf(db, db.prepare(`${DECISIONS} WHERE key = ?`).get(key));
}

/** Takes a decision back; links that ended with a separation come back with it. */
export function undoDecision(db: WritableDb, key: number, at: number): IdentityDecision {
  const raw = db.prepare(`${DECISIONS} WHERE key = ?`).get(key);
  if (raw === undefined) {
    throw new ProblemError({
      code: 'NO_SUCH_DECISION',
      message: `There is no decision ${String(key)}.`,
      advice: 'Open the list of decisions again.',
    });
  }
  const row = Row.parse(raw);
  if (row.undone_at === null) {
    db.prepare('UPDATE identity_decision SET undone_at = ? WHERE key = ?').run(at, key);
    if (row.kind === 'separate') {
      db.prepare(
        `UPDATE identity_decision SET undone_at = NULL WHERE kind = 'link' AND undone_at = @at
         AND (account = @account OR other = @account)`,
      ).run({ at: row.at, account: row.account });
    }
    const touched = db
      .prepare('SELECT account, other FROM identity_decision WHERE account = @account OR other = @account')
      .all({ account: row.account })
      .flatMap((one) => Object.values(z.record(z.string(), z.number().nullable()).parse(one)));
    unsettle(db, [row.account, ...[row.other, ...touched].filter((one) => one !== null)]);
  }
  return viewOf(db, db.prepare(`${DECISIONS} WHERE key = ?`).get(key));
}

export function decisions(db: ReadableDb, limit: number): readonly IdentityDecision[] {
  return db
    .prepare(`${DECISIONS} ORDER BY key DESC LIMIT ?`)
    .all(limit)
    .map((row) => viewOf(db, row));
}

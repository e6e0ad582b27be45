import { z } from 'zod';
import type { AccountRef } from '#shared/protocol/records.ts';
import type { SessionRow } from '#shared/ipc/views.ts';
import { integer, integerOrNull, text } from './columns.ts';
import type { ReadableDb } from './database.ts';
import { knownEntries } from './known-entries.ts';
import { Texts } from './known-columns.ts';
import { readTuples } from './statements.ts';

/**
 * The change (alias `c`) that says what an account looked like at an instant: the last one before it, or, where the
 * account was not known yet, the first of all.
 * @param account an SQL expression for the key of the account
 */
export const changeAt = (account: string, at: string): string =>
  `c.account = ${account} AND c.at = coalesce(
     (SELECT max(x.at) FROM account_change x WHERE x.account = ${account} AND x.at <= CAST(${at} AS INTEGER)),
     (SELECT min(x.at) FROM account_change x WHERE x.account = ${account}))`;

/** Whose a session was at an instant, and what that account and the session's marks were then. */
export type AccountThen = Pick<SessionRow, 'account' | 'roles' | 'privileged' | 'service' | 'marks' | 'via'>;

const Roles = z.object({ roles: Texts });

/** By key of the session. Sessions that nobody had observed by then are left out: they look as they do now. */
export function accountsAt(
  db: ReadableDb,
  keys: readonly number[],
  at: number,
): ReadonlyMap<number, AccountThen> {
  const entries = knownEntries(db);
  const reference = (key: number): AccountRef | null => {
    const known = entries.account(key === 0 ? null : key);
    return known === null ? null : { id: known.id, name: known.name };
  };
  const found = new Map<number, AccountThen>();
  const rows = readTuples(
    db,
    `SELECT j.value, o.account, o.via, o.marks, c.name, c.roles, c.privileged, c.service
     FROM json_each(@keys) j CROSS JOIN observation o ON o.session = j.value
     LEFT JOIN account_change c ON ${changeAt('o.account', '@at')}
     WHERE o.at = (SELECT max(x.at) FROM observation x WHERE x.session = j.value AND x.at <= CAST(@at AS INTEGER))`,
    { keys: JSON.stringify(keys), at },
  );
  for (const [session, account, via, ofMarks, name, roles, privileged, service] of rows) {
    const now = reference(integer(account));
    const marks = entries.marks(integer(ofMarks));
    found.set(integer(session), {
      account: now === null ? null : { id: now.id, name: name === null ? now.name : text(name) },
      roles: roles === null ? [] : Roles.parse({ roles }).roles,
      privileged: integerOrNull(privileged) === 1 || marks.includes('privileged'),
      service: integerOrNull(service) === 1 || marks.includes('service'),
      marks,
      via: reference(integer(via)),
    });
  }
  return found;
}

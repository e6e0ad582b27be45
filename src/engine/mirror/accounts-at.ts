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

/** What was observed of a session last before an instant; keys of the dictionaries, 0 where nothing is known. */
export interface Observed {
  readonly session: number;
  readonly at: number;
  readonly address: number;
  readonly device: number;
  readonly account: number;
  readonly via: number;
  readonly marks: number;
}

/** Sessions that nobody had observed by then are left out. */
export function observedAt(db: ReadableDb, keys: readonly number[], at: number): readonly Observed[] {
  return readTuples(
    db,
    `SELECT o.session, o.at, o.address, o.device, o.account, o.via, o.marks
     FROM json_each(@keys) j CROSS JOIN observation o ON o.session = j.value
     WHERE o.at = (SELECT max(x.at) FROM observation x WHERE x.session = j.value AND x.at <= CAST(@at AS INTEGER))`,
    { keys: JSON.stringify(keys), at },
  ).map(([session, then, address, device, account, via, marks]) => ({
    session: integer(session),
    at: integer(then),
    address: integer(address),
    device: integer(device),
    account: integer(account),
    via: integer(via),
    marks: integer(marks),
  }));
}

/** Whose a session was at an instant, and what that account and the session's marks were then. */
export type AccountThen = Pick<SessionRow, 'account' | 'roles' | 'privileged' | 'service' | 'marks' | 'via'>;

const Roles = z.object({ roles: Texts });
type Looks = Pick<AccountThen, 'roles' | 'privileged' | 'service'> & { readonly name: string };

/** By key of the session. */
export function accountsAt(
  db: ReadableDb,
  observed: readonly Observed[],
  at: number,
): ReadonlyMap<number, AccountThen> {
  const entries = knownEntries(db);
  const reference = (key: number): AccountRef | null => {
    const known = entries.account(key === 0 ? null : key);
    return known === null ? null : { id: known.id, name: known.name };
  };
  const looks = new Map<number, Looks>();
  const changes = readTuples(
    db,
    `SELECT c.account, c.name, c.roles, c.privileged, c.service FROM json_each(@accounts) j
     CROSS JOIN account_change c ON ${changeAt('j.value', '@at')}`,
    { accounts: JSON.stringify([...new Set(observed.map(({ account }) => account))]), at },
  );
  for (const [account, name, roles, privileged, service] of changes) {
    looks.set(integer(account), {
      name: text(name),
      roles: Roles.parse({ roles }).roles,
      privileged: integerOrNull(privileged) === 1,
      service: integerOrNull(service) === 1,
    });
  }
  return new Map(
    observed.map(({ session, account, via, marks: ofMarks }) => {
      const now = reference(account);
      const then = looks.get(account);
      const marks = entries.marks(ofMarks);
      return [
        session,
        {
          account: now === null ? null : { id: now.id, name: then?.name ?? now.name },
          roles: then?.roles ?? [],
          privileged: then?.privileged === true || marks.includes('privileged'),
          service: then?.service === true || marks.includes('service'),
          marks,
          via: reference(via),
        },
      ];
    }),
  );
}

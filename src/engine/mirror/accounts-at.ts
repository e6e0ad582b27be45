import type { SessionRow } from '#shared/ipc/views.ts';
import { integer, text } from './columns.ts';
import type { ReadableDb } from './database.ts';
import { knownEntries, type KnownAccount } from './known-entries.ts';
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

type Looks = Pick<KnownAccount, 'name' | 'roles' | 'privileged' | 'service'>;

/** Of the accounts that have changed since an instant, what they looked like then; the others are as they are. */
function changedSince(db: ReadableDb, accounts: readonly number[], at: number): ReadonlyMap<number, Looks> {
  const rows = readTuples(
    db,
    `SELECT c.account, c.name, c.roles, c.privileged, c.service FROM (
       SELECT j.value AS key FROM json_each(@accounts) j
       WHERE (SELECT max(x.at) FROM account_change x WHERE x.account = j.value) >
         max(CAST(@at AS INTEGER), (SELECT min(x.at) FROM account_change x WHERE x.account = j.value))
     ) a CROSS JOIN account_change c ON ${changeAt('a.key', '@at')}`,
    { accounts: JSON.stringify(accounts), at },
  );
  return new Map(
    rows.map(([account, name, roles, privileged, service]) => [
      integer(account),
      {
        name: text(name),
        roles: Texts.parse(roles),
        privileged: integer(privileged) === 1,
        service: integer(service) === 1,
      },
    ]),
  );
}

/** By key of the session. */
export function accountsAt(
  db: ReadableDb,
  observed: readonly Observed[],
  at: number,
): ReadonlyMap<number, AccountThen> {
  const entries = knownEntries(db);
  const known = (key: number): KnownAccount | null => entries.account(key === 0 ? null : key);
  const changed = changedSince(db, [...new Set(observed.map(({ account }) => account))], at);
  return new Map(
    observed.map(({ session, account, via, marks: ofMarks }) => {
      const now = known(account);
      const then = changed.get(account) ?? now;
      const behind = known(via);
      const marks = entries.marks(ofMarks);
      return [
        session,
        {
          account: now === null ? null : { id: now.id, name: then?.name ?? now.name },
          roles: then?.roles ?? [],
          privileged: then?.privileged === true || marks.includes('privileged'),
          service: then?.service === true || marks.includes('service'),
          marks,
          via: behind === null ? null : { id: behind.id, name: behind.name },
        },
      ];
    }),
  );
}

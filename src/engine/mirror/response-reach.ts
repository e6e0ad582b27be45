import { z } from 'zod';
import { SessionId, type AccountId } from '#shared/domain/ids.ts';
import type { ReadableDb } from './database.ts';

/** Whom, in one environment, without conditions. */
export type PlainSelector =
  | { readonly sessions: readonly SessionId[] }
  | { readonly accounts: readonly AccountId[]; readonly except?: readonly SessionId[] | undefined }
  | { readonly all: true; readonly except?: readonly SessionId[] | undefined };

const Count = z.object({
  sessions: z.number(),
  accounts: z.number(),
  privileged: z.number(),
  service: z.number(),
  own: z.number(),
  rememberMe: z.number(),
  singleSignOn: z.number(),
});
export type Mirrored = z.infer<typeof Count>;

interface Where {
  readonly sql: string;
  readonly bound: Record<string, string | number>;
}
/** CROSS JOIN keeps the list outside: without statistics SQLite may go through the whole list for every handle instead. */
const HANDLES = (list: string): string =>
  `SELECT h.key FROM json_each(${list}) j CROSS JOIN handle h ON h.connection = @connection AND h.id = j.value`;

function where(connection: number, selector: PlainSelector): Where {
  const conditions = ['s.connection = @connection', 's.ended_at IS NULL'];
  const bound: Record<string, string | number> = { connection };
  if ('sessions' in selector) {
    conditions.push(`s.key IN (${HANDLES('@ids')})`);
    bound['ids'] = JSON.stringify(selector.sessions);
  } else {
    if ('accounts' in selector) {
      const of =
        'SELECT a.key FROM json_each(@accounts) j CROSS JOIN account a ON a.connection = @connection AND a.id = j.value';
      // Somebody else's masquerade as one of these accounts is not theirs.
      conditions.push(`((s.account IN (${of}) AND s.via IS NULL) OR s.via IN (${of}))`);
      bound['accounts'] = JSON.stringify(selector.accounts);
    }
    if (selector.except !== undefined) {
      conditions.push(`s.key NOT IN (${HANDLES('@except')})`);
      bound['except'] = JSON.stringify(selector.except);
    }
  }
  return { sql: conditions.join(' AND '), bound };
}

const marked = (mark: string): string =>
  `coalesce(sum(s.marks IN (SELECT key FROM word WHERE text LIKE '%"${mark}"%')), 0)`;

/** What the mirror thinks a selector reaches; where an agent answers, its own answer is what counts. */
export function mirrored(
  db: ReadableDb,
  connection: number,
  selector: PlainSelector,
  own: readonly AccountId[],
): Mirrored {
  const { sql, bound } = where(connection, selector);
  const mine =
    'SELECT a.key FROM json_each(@own) j CROSS JOIN account a ON a.connection = @connection AND a.id = j.value';
  return Count.parse(
    db
      .prepare(
        `SELECT count(*) AS sessions, count(DISTINCT s.account) AS accounts,
           coalesce(sum(a.privileged), 0) AS privileged, coalesce(sum(a.service), 0) AS service,
           coalesce(sum(s.account IN (${mine}) OR coalesce(s.via IN (${mine}), 0)), 0) AS own,
           ${marked('remember-me')} AS rememberMe, ${marked('sso')} AS singleSignOn
         FROM session s LEFT JOIN account a ON a.key = s.account WHERE ${sql}`,
      )
      .get({ ...bound, own: JSON.stringify(own) }),
  );
}

/** Live sessions that a selector means, as the mirror knows them. */
export function mirroredIds(
  db: ReadableDb,
  connection: number,
  selector: PlainSelector,
): readonly SessionId[] {
  const { sql, bound } = where(connection, selector);
  return db
    .prepare(`SELECT h.id FROM session s JOIN handle h ON h.key = s.key WHERE ${sql}`)
    .pluck()
    .all(bound)
    .map((id) => SessionId.parse(id));
}

/** Live sessions of these accounts, also those that they run as others. */
export function ownLiveSessions(
  db: ReadableDb,
  connection: number,
  accounts: readonly AccountId[],
): readonly SessionId[] {
  if (accounts.length === 0) return [];
  const of =
    'SELECT a.key FROM json_each(@accounts) j CROSS JOIN account a ON a.connection = @connection AND a.id = j.value';
  return db
    .prepare(
      `SELECT h.id FROM session s JOIN handle h ON h.key = s.key
       WHERE s.connection = @connection AND s.ended_at IS NULL AND (s.account IN (${of}) OR s.via IN (${of}))`,
    )
    .pluck()
    .all({ connection, accounts: JSON.stringify(accounts) })
    .map((id) => SessionId.parse(id));
}

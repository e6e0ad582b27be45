import { z } from 'zod';
import { SessionId, type AccountId } from '#shared/domain/ids.ts';
import type { ReadableDb } from './database.ts';

type Selector =
  | { readonly sessions: readonly string[] }
  | { readonly accounts: readonly string[]; readonly except?: readonly string[] | undefined }
  | { readonly all: true; readonly except?: readonly string[] | undefined };

const Count = z.object({ sessions: z.number(), accounts: z.number() });

/** What the mirror thinks a selector reaches; the agent's own answer is what counts. */
export function mirrored(
  db: ReadableDb,
  connection: number,
  selector: Selector,
): { readonly sessions: number; readonly accounts: number } {
  const conditions = ['s.connection = @connection', 's.ended_at IS NULL'];
  const bound: Record<string, string | number> = { connection };
  if ('sessions' in selector) {
    conditions.push(
      's.key IN (SELECT h.key FROM json_each(@ids) j JOIN handle h ON h.connection = @connection AND h.id = j.value)',
    );
    bound['ids'] = JSON.stringify(selector.sessions);
  } else {
    if ('accounts' in selector) {
      const of =
        'SELECT a.key FROM json_each(@accounts) j JOIN account a ON a.connection = @connection AND a.id = j.value';
      conditions.push(`((s.account IN (${of}) AND s.via IS NULL) OR s.via IN (${of}))`);
      bound['accounts'] = JSON.stringify(selector.accounts);
    }
    if (selector.except !== undefined) {
      conditions.push(
        's.key NOT IN (SELECT h.key FROM json_each(@except) j JOIN handle h ON h.connection = @connection AND h.id = j.value)',
      );
      bound['except'] = JSON.stringify(selector.except);
    }
  }
  return Count.parse(
    db
      .prepare(
        `SELECT count(*) AS sessions, count(DISTINCT account) AS accounts FROM session s WHERE ${conditions.join(' AND ')}`,
      )
      .get(bound),
  );
}

/** Live sessions of these accounts, also those that they run as others. */
export function ownLiveSessions(
  db: ReadableDb,
  connection: number,
  accounts: readonly AccountId[],
): readonly SessionId[] {
  if (accounts.length === 0) return [];
  const of =
    'SELECT a.key FROM json_each(@accounts) j JOIN account a ON a.connection = @connection AND a.id = j.value';
  return db
    .prepare(
      `SELECT h.id FROM session s JOIN handle h ON h.key = s.key
       WHERE s.connection = @connection AND s.ended_at IS NULL AND (s.account IN (${of}) OR s.via IN (${of}))`,
    )
    .pluck()
    .all({ connection, accounts: JSON.stringify(accounts) })
    .map((id) => SessionId.parse(id));
}

import { z } from 'zod';
import type { ReadableDb } from './database.ts';
import { ownKey, type OwnAccounts } from './session-rows.ts';

/** A question to the mirror. It yields between its statements, where it can be cancelled. */
export type Question<T> = Generator<undefined, T, undefined>;

const Operator = z.object({ id: z.string(), accounts: z.string() });

/** The accounts that the tokens of the configured connections call the operator's own. */
export function ownAccounts(db: ReadableDb): OwnAccounts {
  const own = new Set<string>();
  const rows = db
    .prepare(
      `SELECT id, hello ->> '$.operator.accounts' AS accounts FROM connection
       WHERE removed_at IS NULL AND hello ->> '$.operator.accounts' IS NOT NULL`,
    )
    .all();
  for (const row of rows) {
    const { id, accounts } = Operator.parse(row);
    for (const account of z.array(z.string()).parse(JSON.parse(accounts))) own.add(ownKey(id, account));
  }
  return own;
}

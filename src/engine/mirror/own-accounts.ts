import { z } from 'zod';
import type { ReadableDb } from './database.ts';
import { readRows } from './statements.ts';

/** The operator's own accounts, as `connection account`. */
export type OwnAccounts = ReadonlySet<string>;
export const ownKey = (connection: string, account: string): string => `${connection} ${account}`;

const Operator = z.object({ id: z.string(), accounts: z.string() });

/** The accounts that the tokens of the configured connections call the operator's own. */
export function ownAccounts(db: ReadableDb): OwnAccounts {
  const own = new Set<string>();
  const rows = readRows(
    db,
    `SELECT id, hello ->> '$.operator.accounts' AS accounts FROM connection
     WHERE removed_at IS NULL AND hello ->> '$.operator.accounts' IS NOT NULL`,
  );
  for (const row of rows) {
    const { id, accounts } = Operator.parse(row);
    for (const account of z.array(z.string()).parse(JSON.parse(accounts))) own.add(ownKey(id, account));
  }
  return own;
}

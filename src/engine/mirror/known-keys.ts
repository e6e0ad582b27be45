import type { ReadableDb } from './database.ts';
import type { Dictionaries } from './dictionaries.ts';
import type { AccountWriter } from './write-accounts.ts';

/** Keys of what the mirror knows, by the ids that agents give; null: it is not there. */
export interface KnownKeys {
  account(connection: number, id: string): number | null;
  /** Of a session's handle. */
  session(connection: number, id: string): number | null;
}

/** Whoever wrote something a moment ago knows its key by heart. */
interface ByHeart {
  readonly accounts: Pick<AccountWriter, 'peek'>;
  readonly dictionaries: Pick<Dictionaries, 'peekSession'>;
}

/** @param byHeart who writes through this handle; absent: everything is looked up */
export function knownKeys(db: ReadableDb, byHeart?: ByHeart): KnownKeys {
  const account = db.prepare('SELECT key FROM account WHERE connection = ? AND id = ?').pluck();
  const handle = db.prepare('SELECT key FROM handle WHERE connection = ? AND id = ?').pluck();
  const keyOf = (found: unknown): number | null => (found === undefined ? null : Number(found));
  return {
    account: (connection, id) => byHeart?.accounts.peek(connection, id) ?? keyOf(account.get(connection, id)),
    session: (connection, id) =>
      byHeart?.dictionaries.peekSession(connection, id)?.key ?? keyOf(handle.get(connection, id)),
  };
}

import type { Account } from '#shared/protocol/records.ts';
import type { Db } from './database.ts';

export interface MirroredAccount {
  readonly n: number;
  readonly id: string;
  /** JSON of the wire record. */
  readonly record: string;
  /** Keyed fingerprint of the credential; null when the store shows none. */
  readonly credential: string | null;
}

export interface AccountMirror {
  get(id: string): MirroredAccount | undefined;
  /** Id of the account with this name; ASCII case does not matter. */
  idByName(name: string): string | undefined;
  put(account: Account, credential: string | null): number;
  /** Many at once, most of which are not there yet. */
  add(accounts: readonly (readonly [Account, string | null])[]): void;
  remove(n: number): void;
  clear(): void;
  highest(): number;
  after(n: number, limit: number): readonly MirroredAccount[];
  /** Roles of those of these accounts that have any. */
  rolesOf(ids: readonly string[]): readonly (readonly [id: string, roles: readonly string[]])[];
  /** In order of number, only these ids when given (JSON list). */
  only(ids: string): readonly MirroredAccount[];
}

/** Rows in one statement. */
const ROWS = 50;

export function createAccountMirror(db: Db): AccountMirror {
  const byId = db.prepare<[string], MirroredAccount>('SELECT * FROM accounts WHERE id = ?');
  const byName = db.prepare<[string], { id: string }>(
    "SELECT id FROM accounts WHERE json_extract(record, '$.name') = ? COLLATE NOCASE LIMIT 1",
  );
  const put = db.prepare<[string, string, string | null], { n: number }>(
    `INSERT INTO accounts (id, record, credential) VALUES (?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET record = excluded.record, credential = excluded.credential RETURNING n`,
  );
  const insertOf = (rows: number): string =>
    `INSERT INTO accounts (id, record, credential) VALUES ${Array<string>(rows).fill('(?, ?, ?)').join(', ')}
     ON CONFLICT (id) DO UPDATE SET record = excluded.record, credential = excluded.credential`;
  const several = db.prepare(insertOf(ROWS));
  const single = db.prepare(insertOf(1));
  const remove = db.prepare('DELETE FROM accounts WHERE n = ?');
  const highest = db.prepare<[], { n: number | null }>('SELECT max(n) AS n FROM accounts');
  const after = db.prepare<[number, number], MirroredAccount>(
    'SELECT * FROM accounts WHERE n > ? ORDER BY n LIMIT ?',
  );
  const only = db.prepare<[string], MirroredAccount>(
    'SELECT * FROM accounts WHERE id IN (SELECT value FROM json_each(?))',
  );
  const roles = db
    .prepare<[string], [id: string, roles: string]>(
      `SELECT accounts.id, record -> '$.roles' AS roles FROM json_each(?) AS asked
       JOIN accounts ON accounts.id = asked.value WHERE roles <> '[]'`,
    )
    .raw();
  return {
    get: (id) => byId.get(id),
    idByName: (name) => byName.get(name)?.id,
    put: (account, credential) => put.get(account.id, JSON.stringify(account), credential)?.n ?? 0,
    add(accounts) {
      const values = accounts.flatMap(([account, credential]) => [
        account.id,
        JSON.stringify(account),
        credential,
      ]);
      const whole = accounts.length - (accounts.length % ROWS);
      for (let at = 0; at < whole; at += ROWS) several.run(values.slice(3 * at, 3 * (at + ROWS)));
      for (let at = whole; at < accounts.length; at += 1) single.run(values.slice(3 * at, 3 * (at + 1)));
    },
    remove: (n) => void remove.run(n),
    clear: () => void db.exec('DELETE FROM accounts'),
    highest: () => highest.get()?.n ?? 0,
    after: (n, limit) => after.all(n, limit),
    rolesOf(ids) {
      // Few lists of roles for many accounts.
      const read = new Map<string, readonly string[]>();
      return roles.all(JSON.stringify(ids)).map(([id, text]) => {
        const known = read.get(text) ?? (JSON.parse(text) as string[]);
        read.set(text, known);
        return [id, known] as const;
      });
    },
    only: (ids) => only.all(ids),
  };
}

import type { Account, AccountRef } from '#shared/protocol/records.ts';
import type { WritableDb } from './database.ts';
import { boundedCache, type BoundedCache } from '#geo/bounded-cache.ts';
import { z } from 'zod';

export interface AccountWriter {
  /** Key of an account that a session or an event names; made if it is new. */
  refer(connection: number, ref: AccountRef): number;
  /** The same, with room for what is found out about its name. */
  mention(connection: number, id: string, name: string): MentionedAccount;
  /** Key of an account that was written lately; undefined: it is not remembered. Makes nothing, reads nothing. */
  peek(connection: number, id: string): number | undefined;
  upsert(connection: number, account: Account, at: number): number;
  remove(connection: number, id: string, at: number): void;
  forget(): void;
}

export interface MentionedAccount {
  readonly key: number;
  /** The name as an event wrote it last, and the key of that word. */
  written: { readonly name: string; readonly word: number } | null;
}

/** Of each connection. */
const CACHED = 50_000;

const Held = z.object({ key: z.number(), name: z.string(), known: z.number() });
const State = z.object({
  key: z.number(),
  name: z.string(),
  roles: z.string(),
  status: z.string(),
  privileged: z.number(),
  service: z.number(),
  known: z.number(),
  removed_at: z.number().nullable(),
});

/** All calls must be inside a transaction of `db`. */
export function createAccountWriter(db: WritableDb): AccountWriter {
  type Kept = z.infer<typeof Held> & MentionedAccount;
  const caches = new Map<number, BoundedCache<Kept>>();
  const cacheOf = (connection: number): BoundedCache<Kept> => {
    let of = caches.get(connection);
    if (of === undefined) caches.set(connection, (of = boundedCache<Kept>(CACHED)));
    return of;
  };
  const find = db.prepare('SELECT key, name, known FROM account WHERE connection = ? AND id = ?');
  const state = db.prepare(
    `SELECT key, name, roles, status, privileged, service, known, removed_at FROM account
     WHERE connection = ? AND id = ?`,
  );
  const mention = db
    .prepare(
      `INSERT INTO account (connection, id, name, known, roles, status, privileged, service)
       VALUES (?, ?, ?, 0, '[]', 'unknown', 0, 0) RETURNING key`,
    )
    .pluck();
  const rename = db.prepare('UPDATE account SET name = ? WHERE key = ?');
  const write = db
    .prepare(
      `INSERT INTO account (connection, id, name, known, roles, status, privileged, service, email, created_at,
         last_login_at)
       VALUES (@connection, @id, @name, 1, @roles, @status, @privileged, @service, @email, @createdAt, @lastLoginAt)
       ON CONFLICT (connection, id) DO UPDATE SET name = excluded.name, known = 1, roles = excluded.roles,
         status = excluded.status, privileged = excluded.privileged, service = excluded.service,
         email = excluded.email, created_at = excluded.created_at, last_login_at = excluded.last_login_at,
         removed_at = NULL
       RETURNING key`,
    )
    .pluck();
  const change = db.prepare(
    `INSERT OR REPLACE INTO account_change (account, at, name, roles, status, privileged, service, removed)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const gone = db.prepare('UPDATE account SET removed_at = ? WHERE key = ?');

  const named = (connection: number, id: string, name: string): Kept => {
    const held = cacheOf(connection).get(id, () => {
      const row = find.get(connection, id);
      return row === undefined
        ? { key: Number(mention.get(connection, id, name)), name, known: 0, written: null }
        : { ...Held.parse(row), written: null };
    });
    // An account record is the better source of the name than a mention of it.
    if (held.known === 0 && held.name !== name && name !== '') {
      rename.run(name, held.key);
      held.name = name;
    }
    return held;
  };

  return {
    refer: (connection, { id, name }) => named(connection, id, name).key,
    mention: named,
    peek: (connection, id) => caches.get(connection)?.peek(id)?.key,
    upsert(connection, account, at) {
      const row = state.get(connection, account.id);
      const before = row === undefined ? null : State.parse(row);
      const roles = JSON.stringify(account.roles);
      const now = [
        account.name,
        roles,
        account.status,
        Number(account.privileged),
        Number(account.service),
      ] as const;
      const key = Number(
        write.get({
          connection,
          id: account.id,
          name: now[0],
          roles,
          status: now[2],
          privileged: now[3],
          service: now[4],
          email: account.email ?? null,
          createdAt: account.createdAt ?? null,
          lastLoginAt: account.lastLoginAt ?? null,
        }),
      );
      const same =
        before?.known === 1 &&
        before.removed_at === null &&
        before.name === now[0] &&
        before.roles === now[1] &&
        before.status === now[2] &&
        before.privileged === now[3] &&
        before.service === now[4];
      if (!same) change.run(key, at, ...now, 0);
      const held = cacheOf(connection).get(account.id, () => ({
        key,
        name: now[0],
        known: 1,
        written: null,
      }));
      held.name = now[0];
      held.known = 1;
      return key;
    },
    remove(connection, id, at) {
      const row = state.get(connection, id);
      if (row === undefined) return;
      const before = State.parse(row);
      // One that is only named somewhere was never there to be removed.
      if (before.known === 0 || before.removed_at !== null) return;
      gone.run(at, before.key);
      change.run(
        before.key,
        at,
        before.name,
        before.roles,
        before.status,
        before.privileged,
        before.service,
        1,
      );
    },
    forget: () => {
      caches.clear();
    },
  };
}

import { createHash, createHmac, randomBytes } from 'node:crypto';
import { deflateSync, inflateSync } from 'node:zlib';
import { djangoKind } from '#agent/stores/django/django-kind.ts';
import type { StoreAdapter } from '#agent/stores/store-adapter.ts';
import { testDatabase, type Engine, type TestDatabase, type Value } from '../databases.ts';
import { fromConfig } from '../make-adapter.ts';
import type { World } from '../world.ts';

export type DjangoEncoding = 'signed' | 'before 3.1';
export type DjangoWorld = World & {
  readonly grants: string;
  /** The adapter after a restart of the agent. */
  again(): StoreAdapter;
  /** What it keeps over restarts. */
  kept(): string;
  readonly db: TestDatabase;
};

const AGE_MS = 14 * 86_400_000;
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const base62 = (value: number): string =>
  (value < 62 ? '' : base62(Math.trunc(value / 62))) + (BASE62[value % 62] ?? '');

/** As django.core.signing and, before 3.1, SessionBase.encode. */
function encodeSession(data: unknown, at: number, encoding: DjangoEncoding): string {
  const json = Buffer.from(JSON.stringify(data));
  if (encoding === 'before 3.1') {
    return Buffer.concat([Buffer.from(`${createHash('sha1').update(json).digest('hex')}:`), json]).toString(
      'base64',
    );
  }
  const packed = deflateSync(json);
  const body =
    packed.length < json.length - 1 ? `.${packed.toString('base64url')}` : json.toString('base64url');
  const value = `${body}:${base62(Math.trunc(at / 1_000))}`;
  return `${value}:${createHmac('sha256', 'k').update(value).digest('base64url')}`;
}

export async function djangoWorld(
  engine: Engine,
  encoding: DjangoEncoding,
  more: Record<string, unknown> = {},
): Promise<DjangoWorld> {
  const db = await testDatabase(engine);
  const serial =
    engine === 'mariadb'
      ? 'integer AUTO_INCREMENT PRIMARY KEY'
      : engine === 'postgres'
        ? 'serial PRIMARY KEY'
        : 'integer PRIMARY KEY AUTOINCREMENT';
  const time =
    engine === 'mariadb' ? 'datetime(6)' : engine === 'postgres' ? 'timestamp with time zone' : 'datetime';
  const bool = engine === 'mariadb' ? 'bool' : engine === 'postgres' ? 'boolean' : 'bool';
  const long = engine === 'mariadb' ? 'longtext' : 'text';
  await db.exec(
    `CREATE TABLE django_session (session_key varchar(40) NOT NULL PRIMARY KEY, session_data ${long} NOT NULL, expire_date ${time} NOT NULL)`,
  );
  await db.exec('CREATE INDEX django_session_expire_date_a5c62663 ON django_session (expire_date)');
  await db.exec(
    `CREATE TABLE auth_user (id ${serial}, password varchar(128) NOT NULL, last_login ${time} NULL, is_superuser ${bool} NOT NULL, username varchar(150) NOT NULL UNIQUE, first_name varchar(150) NOT NULL, last_name varchar(150) NOT NULL, email varchar(254) NOT NULL, is_staff ${bool} NOT NULL, is_active ${bool} NOT NULL, date_joined ${time} NOT NULL)`,
  );
  await db.exec(`CREATE TABLE auth_group (id ${serial}, name varchar(150) NOT NULL)`);
  await db.exec(
    `CREATE TABLE auth_user_groups (id ${serial}, user_id integer NOT NULL, group_id integer NOT NULL)`,
  );
  const means = encoding === 'signed' && engine === 'mariadb' ? 'last-visit' : 'unknown';
  const { adapter, again, kept, grants, doctor } = fromConfig(djangoKind, {
    database: db.config,
    saveTimeMeans: means,
    blockAccounts: true,
    ...more,
  });
  await db.grant(grants);

  const secrets: string[] = [];
  const secret = (value: string): string => {
    secrets.push(value);
    return value;
  };
  const newKey = (): string =>
    secret(Array.from(randomBytes(32), (byte) => 'abcdefghijklmnopqrstuvwxyz0123456789'[byte % 36]).join(''));
  const hashes = new Map<string, string>();
  const written = new Map<string, readonly [string, number]>();
  const wall = (at: number): string => {
    const text = new Date(at).toISOString().replace('T', ' ').replace('Z', '');
    return engine === 'postgres' ? `${text}+00` : `${text}000`;
  };
  const data = (account: string): Record<string, unknown> => ({
    _auth_user_id: account,
    _auth_user_backend: 'django.contrib.auth.backends.ModelBackend',
    _auth_user_hash: hashes.get(account),
    cart: { items: ['Schokolade ü 🦉'], note: 'x'.repeat(200) },
  });
  const write = async (key: string, body: string, expires: number): Promise<void> => {
    written.set(key, [body, expires]);
    await db.exec('DELETE FROM django_session WHERE session_key = ?', key);
    await db.exec(
      'INSERT INTO django_session (session_key, session_data, expire_date) VALUES (?, ?, ?)',
      key,
      body,
      wall(expires),
    );
  };
  const truth = (value: boolean): Value => (engine === 'postgres' ? String(value) : value ? 1 : 0);
  const newHash = (account: string): void =>
    void hashes.set(account, secret(randomBytes(32).toString('hex')));
  const newPassword = (): string =>
    secret(
      `pbkdf2_sha256$870000$${randomBytes(16).toString('base64url')}$${randomBytes(32).toString('base64')}`,
    );

  const world: DjangoWorld = {
    db,
    grants,
    adapter,
    again,
    kept,
    knows: {
      openedAt: false,
      openedIp: false,
      openedUserAgent: false,
      lastAt: means === 'last-visit',
      lastIp: false,
      lastUserAgent: false,
      expiresAt: true,
      roles: true,
      accounts: true,
      blocking: true,
      credential: true,
      incremental: true,
      glance: true,
    },
    lifetimeMs: AGE_MS,
    writtenBackIsAlive: true,
    async addPerson({ name, email, roles }) {
      await db.exec(
        `INSERT INTO auth_user (password, last_login, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined) VALUES (?, NULL, ?, ?, '', '', ?, ?, ?, ?)`,
        newPassword(),
        truth(false),
        name,
        email,
        truth(false),
        truth(true),
        wall(Date.UTC(2020, 1, 3, 4, 5, 6)),
      );
      const [found] = await db.rows('SELECT MAX(id) FROM auth_user');
      const account = String(found?.[0]);
      newHash(account);
      await world.setRoles?.(account, roles);
      return account;
    },
    async setRoles(account, roles) {
      await db.exec('DELETE FROM auth_user_groups WHERE user_id = ?', Number(account));
      for (const role of roles) {
        await db.exec('INSERT INTO auth_group (name) VALUES (?)', role);
        await db.exec(
          'INSERT INTO auth_user_groups (user_id, group_id) SELECT CAST(? AS decimal), MAX(id) FROM auth_group',
          Number(account),
        );
      }
    },
    async setPassword(account) {
      newHash(account);
      await db.exec('UPDATE auth_user SET password = ? WHERE id = ?', newPassword(), Number(account));
    },
    block: (account) =>
      db.exec('UPDATE auth_user SET is_active = ? WHERE id = ?', truth(false), Number(account)),
    async signIn(account, visit) {
      const key = newKey();
      await write(key, encodeSession(data(account), visit.at, encoding), visit.at + AGE_MS);
      return key;
    },
    async signInMany(account, count, visit) {
      const body = encodeSession(data(account), visit.at, encoding);
      for (let done = 0; done < count; done += 200) {
        const rows = Array.from({ length: Math.min(200, count - done) }, () => [
          newKey(),
          body,
          wall(visit.at + AGE_MS),
        ]);
        await db.exec(
          `INSERT INTO django_session (session_key, session_data, expire_date) VALUES ${rows.map(() => '(?, ?, ?)').join(', ')}`,
          ...rows.flat(),
        );
      }
    },
    async visit(key, visit) {
      // Only with SESSION_SAVE_EVERY_REQUEST is anything written.
      const [body = ''] = written.get(key) ?? [];
      const account = /"_auth_user_id":"(\d+)"/.exec(decode(body))?.[1] ?? '';
      if (means === 'last-visit')
        await write(key, encodeSession(data(account), visit.at, encoding), visit.at + AGE_MS);
    },
    signOut: (key) => db.exec('DELETE FROM django_session WHERE session_key = ?', key),
    async writeBack(key) {
      const [body = '', expires = 0] = written.get(key) ?? [];
      await write(key, body, expires + 1_000);
    },
    expire: (key) =>
      db.exec(
        'UPDATE django_session SET expire_date = ? WHERE session_key = ?',
        wall(Date.now() - 5_000),
        key,
      ),
    async addNoise() {
      const soon = Date.now() + AGE_MS;
      await write(
        newKey(),
        encodeSession({ cart: [1], csrf: secret(randomBytes(16).toString('hex')) }, Date.now(), encoding),
        soon,
      );
      await write(
        newKey(),
        encodeSession({ ...data('1'), _auth_user_id: '999999' }, Date.now(), encoding),
        soon,
      );
      await write(
        newKey(),
        encodeSession({ ...data('1'), _auth_user_id: "1' OR '1'='1" }, Date.now(), encoding),
        soon,
      );
      await write(newKey(), encodeSession(data('1'), Date.now(), encoding), Date.now() - 60_000);
      await write(newKey(), 'not a session', soon);
      await write(newKey(), Buffer.from('gASVPwAAAAAAAAB9lC4=').toString('base64'), soon);
      for (const other of ['django_session_old', 'other_django_session']) {
        await db.exec(`CREATE TABLE ${other} (session_key varchar(40), session_data text)`);
        await db.exec(`INSERT INTO ${other} VALUES ('a', 'x'), ('b', 'y')`);
      }
    },
    async noise() {
      const live = [...written].filter(([, [body]]) => /"_auth_user_id":"\d{1,5}"/.test(decode(body)));
      const keys = new Set(live.filter(([, [, expires]]) => expires > Date.now()).map(([key]) => key));
      const rows = await db.rows('SELECT session_key, session_data FROM django_session ORDER BY session_key');
      return JSON.stringify([
        rows.filter(([key]) => !keys.has(String(key))),
        await db.rows('SELECT * FROM django_session_old ORDER BY session_key'),
        await db.rows('SELECT * FROM other_django_session ORDER BY session_key'),
      ]);
    },
    async addHostile(account, visit) {
      const other: DjangoEncoding = encoding === 'signed' ? 'before 3.1' : 'signed';
      const good = data(account);
      const bodies = [
        encodeSession({ ...good, big: 'x'.repeat(1024 * 1024) }, visit.at, encoding),
        encodeSession({ ...good, blob: randomBytes(700_000).toString('base64') }, visit.at, encoding),
        encodeSession(good, visit.at, other),
        encodeSession({ ...good, _auth_user_hash: { not: 'text' } }, visit.at, encoding),
        encodeSession(
          JSON.parse(`{"__proto__":{"polluted":true,"_auth_user_id":"9"},"_auth_user_id":"${account}"}`),
          visit.at,
          encoding,
        ),
        encodeSession({ ...good, _auth_user_id: Number(account) }, visit.at, encoding),
      ];
      const keys: string[] = [];
      for (const body of bodies) {
        const key = newKey();
        keys.push(key);
        await write(key, body, visit.at + AGE_MS);
      }
      return keys;
    },
    secrets: () => secrets,
    doctor,
    down: () => db.down(),
    up: () => db.up(),
    dispose: () => db.dispose(),
  };
  return world;
}

/** Enough to find the account of what this file itself wrote. */
function decode(body: string): string {
  const old = Buffer.from(body, 'base64').toString();
  if (old.includes('_auth_user_id')) return old;
  const part = body.startsWith('.') ? body.slice(1, body.indexOf(':')) : '';
  return part === '' ? '' : inflateSync(Buffer.from(part, 'base64url')).toString();
}

import { randomBytes } from 'node:crypto';
import { laravelKind } from '#agent/stores/laravel/laravel-kind.ts';
import { phpSerialize, type Php } from '#test/support/php-serialize.ts';
import { testDatabase, type Engine, type TestDatabase, type Value } from '../databases.ts';
import { fromConfig } from '../make-adapter.ts';
import type { Visit, World } from '../world.ts';

/** How the application writes payloads: `session.serialization` and `session.encrypt`. */
export type Payloads = 'php' | 'json' | 'encrypted';
export type LaravelWorld = World & {
  readonly grants: string;
  readonly db: TestDatabase;
  signInAs(account: string, visit: Visit, variables: Readonly<Record<string, Php>>): Promise<string>;
  rememberToken(account: string): Promise<unknown>;
};

const LIFETIME_S = 120 * 60;

export async function laravelWorld(
  engine: Engine,
  payloads: Payloads,
  more: Record<string, unknown> = {},
): Promise<LaravelWorld> {
  const db = await testDatabase(engine);
  const rich = engine !== 'sqlite';
  const prefix = engine === 'postgres' ? 'app_' : '';
  const big = engine === 'mariadb' ? 'bigint unsigned' : engine === 'postgres' ? 'bigint' : 'integer';
  const serial =
    engine === 'mariadb'
      ? 'bigint unsigned AUTO_INCREMENT PRIMARY KEY'
      : engine === 'postgres'
        ? 'bigserial PRIMARY KEY'
        : 'integer PRIMARY KEY AUTOINCREMENT';
  const long = engine === 'mariadb' ? 'longtext' : 'text';
  await db.exec(
    `CREATE TABLE ${prefix}users (id ${serial}, name varchar(255) NOT NULL, email varchar(255) NOT NULL, email_verified_at timestamp NULL, password varchar(255) NOT NULL, remember_token varchar(100) NULL, created_at timestamp NULL, updated_at timestamp NULL${rich ? ', is_blocked smallint NOT NULL DEFAULT 0' : ''})`,
  );
  await db.exec(
    `CREATE TABLE ${prefix}sessions (id varchar(255) NOT NULL PRIMARY KEY, user_id ${big} NULL, ip_address varchar(45) NULL, user_agent text NULL, payload ${long} NOT NULL, last_activity int NOT NULL)`,
  );
  await db.exec(`CREATE INDEX ${prefix}sessions_user_id_index ON ${prefix}sessions (user_id)`);
  await db.exec(`CREATE INDEX ${prefix}sessions_last_activity_index ON ${prefix}sessions (last_activity)`);
  if (rich) {
    await db.exec(
      `CREATE TABLE ${prefix}roles (id ${serial}, name varchar(255) NOT NULL, guard_name varchar(255) NOT NULL)`,
    );
    await db.exec(
      `CREATE TABLE ${prefix}model_has_roles (role_id ${big} NOT NULL, model_type varchar(255) NOT NULL, model_id ${big} NOT NULL)`,
    );
  }
  const { adapter, grants, doctor } = fromConfig(laravelKind, {
    database: db.config,
    prefix,
    ...(rich ? { roles: 'spatie', users: { blocked: 'is_blocked' }, blockAccounts: true } : {}),
    ...more,
  });
  await db.grant(grants);

  const secrets: string[] = [];
  const secret = (value: string): string => {
    secrets.push(value);
    return value;
  };
  const random = (length: number): string =>
    secret(randomBytes(length).toString('base64url').replaceAll(/[-_]/g, 'x').slice(0, length));
  const written = new Map<string, readonly Value[]>();
  const base64 = (text: string | Buffer): string => Buffer.from(text).toString('base64');
  const encode = (variables: Readonly<Record<string, Php>>): string => {
    if (payloads === 'php') return base64(phpSerialize(variables));
    if (payloads === 'json') return base64(JSON.stringify(variables));
    const value = base64(randomBytes(64));
    return base64(
      base64(
        JSON.stringify({ iv: base64(randomBytes(16)), value, mac: randomBytes(32).toString('hex'), tag: '' }),
      ),
    );
  };
  const variables = (account: string): Readonly<Record<string, Php>> => ({
    _token: random(40),
    _previous: { url: `https://example.org/reset-password/${random(40)}?email=a` },
    _flash: { old: [], new: [] },
    login_web_59ba36addc2b2f9401580f014c7f58ea4e30989d: Number(account),
    password_hash_web: random(50),
    status: 'Grüße 🦉',
  });
  const write = async (values: readonly Value[]): Promise<void> => {
    written.set(String(values[0]), values);
    await db.exec(`DELETE FROM ${prefix}sessions WHERE id = ?`, values[0] ?? null);
    await db.exec(
      `INSERT INTO ${prefix}sessions (id, user_id, ip_address, user_agent, payload, last_activity) VALUES (?, ?, ?, ?, ?, ?)`,
      ...values,
    );
  };
  const session = (account: string, visit: Visit, payload: string): readonly Value[] => [
    random(40),
    Number(account),
    visit.ip,
    visit.userAgent,
    payload,
    Math.trunc(visit.at / 1_000),
  ];

  const world: LaravelWorld = {
    db,
    grants,
    adapter,
    knows: {
      openedAt: false,
      openedIp: false,
      openedUserAgent: false,
      lastAt: true,
      lastIp: true,
      lastUserAgent: true,
      expiresAt: true,
      roles: rich,
      accounts: true,
      blocking: rich,
      credential: true,
      incremental: true,
      glance: true,
    },
    // The row comes back, but without the user.
    lifetimeMs: LIFETIME_S * 1_000,
    writtenBackIsAlive: false,
    async addPerson({ name, email, roles }) {
      await db.exec(
        `INSERT INTO ${prefix}users (name, email, password, remember_token, created_at) VALUES (?, ?, ?, ?, '2020-02-03 04:05:06')`,
        name,
        email,
        random(60),
        random(60),
      );
      const [found] = await db.rows(`SELECT MAX(id) FROM ${prefix}users`);
      const account = String(found?.[0]);
      if (rich) await world.setRoles?.(account, roles);
      return account;
    },
    ...(rich
      ? {
          async setRoles(account: string, roles: readonly string[]) {
            await db.exec(`DELETE FROM ${prefix}model_has_roles WHERE model_id = ?`, Number(account));
            for (const role of roles) {
              await db.exec(`INSERT INTO ${prefix}roles (name, guard_name) VALUES (?, 'web')`, role);
              await db.exec(
                `INSERT INTO ${prefix}model_has_roles (role_id, model_type, model_id) SELECT MAX(id), 'App\\Models\\User', CAST(? AS ${engine === 'mariadb' ? 'UNSIGNED' : 'bigint'}) FROM ${prefix}roles`.replace(
                  '\\Models\\',
                  engine === 'mariadb' ? '\\\\Models\\\\' : '\\Models\\',
                ),
                Number(account),
              );
            }
            await db.exec(`INSERT INTO ${prefix}roles (name, guard_name) VALUES ('of a team', 'web')`);
            await db.exec(
              `INSERT INTO ${prefix}model_has_roles (role_id, model_type, model_id) SELECT MAX(id), 'Team', CAST(? AS ${engine === 'mariadb' ? 'UNSIGNED' : 'bigint'}) FROM ${prefix}roles`,
              Number(account),
            );
          },
          block: (account: string) =>
            db.exec(`UPDATE ${prefix}users SET is_blocked = 1 WHERE id = ?`, Number(account)),
        }
      : {}),
    setPassword: (account) =>
      db.exec(`UPDATE ${prefix}users SET password = ? WHERE id = ?`, random(60), Number(account)),
    signIn: (account, visit) => world.signInAs(account, visit, {}),
    async signInAs(account, visit, extra) {
      const values = session(account, visit, encode({ ...variables(account), ...extra }));
      await write(values);
      return String(values[0]);
    },
    async signInMany(account, count, visit) {
      const payload = encode(variables(account));
      for (let done = 0; done < count; done += 200) {
        const rows = Array.from({ length: Math.min(200, count - done) }, () =>
          session(account, visit, payload),
        );
        await db.exec(
          `INSERT INTO ${prefix}sessions (id, user_id, ip_address, user_agent, payload, last_activity) VALUES ${rows.map(() => '(?, ?, ?, ?, ?, ?)').join(', ')}`,
          ...rows.flat(),
        );
      }
    },
    async visit(key, visit) {
      const [id = null, user = null, , , payload = null] = written.get(key) ?? [];
      await write([id, user, visit.ip, visit.userAgent, payload, Math.trunc(visit.at / 1_000)]);
    },
    signOut: (key) => db.exec(`DELETE FROM ${prefix}sessions WHERE id = ?`, key),
    async writeBack(key) {
      const [id = null, , ip = null, agent = null, payload = null] = written.get(key) ?? [];
      await write([id, null, ip, agent, payload, Math.trunc(Date.now() / 1_000)]);
    },
    expire: (key) =>
      db.exec(
        `UPDATE ${prefix}sessions SET last_activity = ? WHERE id = ?`,
        Math.trunc(Date.now() / 1_000) - LIFETIME_S - 5,
        key,
      ),
    async addNoise() {
      const visit: Visit = { at: Date.now(), ip: '192.0.2.200', userAgent: 'x' };
      await write([
        random(40),
        null,
        visit.ip,
        visit.userAgent,
        encode({ _token: random(40) }),
        Math.trunc(visit.at / 1_000),
      ]);
      await write([
        random(40),
        999_999,
        visit.ip,
        visit.userAgent,
        encode({ _token: random(40) }),
        Math.trunc(visit.at / 1_000),
      ]);
      await write([
        random(40),
        1,
        visit.ip,
        visit.userAgent,
        encode(variables('1')),
        Math.trunc(visit.at / 1_000) - LIFETIME_S - 60,
      ]);
      await db.exec(`CREATE TABLE ${prefix}sessions_old (id varchar(255), user_id ${big})`);
      await db.exec(`INSERT INTO ${prefix}sessions_old VALUES ('a', 1), ('b', 2)`);
      if (prefix !== '') {
        await db.exec('CREATE TABLE sessions (id varchar(255), user_id bigint)');
        await db.exec(`INSERT INTO sessions VALUES ('a', 1)`);
      }
    },
    async noise() {
      return JSON.stringify([
        await db.rows(
          `SELECT id, payload FROM ${prefix}sessions WHERE user_id IS NULL OR user_id = 999999 OR last_activity < ? ORDER BY id`,
          Math.trunc(Date.now() / 1_000) - LIFETIME_S,
        ),
        await db.rows(`SELECT * FROM ${prefix}sessions_old ORDER BY id`),
        prefix === '' ? [] : await db.rows('SELECT * FROM sessions'),
      ]);
    },
    async addHostile(account, visit) {
      const bodies = [
        '',
        'not base64 ü',
        base64('a:1:{broken'),
        base64('O:8:"stdClass":0:{}'),
        '{"__proto__":{"polluted":1}}',
        base64('[[['),
        base64(phpSerialize({ __proto__x: 'y', impersonated_by: ['x'], big: 'x'.repeat(1024 * 1024) })),
        base64(JSON.stringify({ impersonated_by: '<script>' })),
      ];
      const keys: string[] = [];
      for (const body of bodies) {
        const values = session(account, { ...visit, ip: 'unknown', userAgent: '\u202eü 🦉\n\u0007' }, body);
        await write(values);
        keys.push(String(values[0]));
      }
      const odd = `${random(20)}'"\\;--%_`;
      await write([
        odd,
        Number(account),
        null,
        null,
        encode(variables(account)),
        Math.trunc(visit.at / 1_000),
      ]);
      return [...keys, odd];
    },
    secrets: () => secrets,
    async rememberToken(account) {
      return (
        await db.rows(`SELECT remember_token FROM ${prefix}users WHERE id = ?`, Number(account))
      )[0]?.[0];
    },
    doctor,
    down: () => db.down(),
    up: () => db.up(),
    dispose: () => db.dispose(),
  };
  return world;
}

import { createHash, randomBytes } from 'node:crypto';
import { wordpressKind } from '#agent/stores/wordpress/wordpress-kind.ts';
import { PhpRaw, phpSerialize, type Php } from '#test/support/php-serialize.ts';
import type { StoreAdapter } from '#agent/stores/store-adapter.ts';
import { testDatabase, type TestDatabase, type Value } from '../databases.ts';
import { fromConfig } from '../make-adapter.ts';
import type { Visit, World } from '../world.ts';

type Token = Readonly<Record<string, Php>> | number;
export type WordpressWorld = World & {
  readonly grants: string;
  /** The adapter after a restart of the agent. */
  again(): StoreAdapter;
  /** What it keeps over restarts. */
  kept(): string;

  readonly db: TestDatabase;
  /** An account's row of sessions, as bytes; null when there is none. */
  row(account: string): Promise<Buffer | null>;
  writeRow(account: string, value: Buffer): Promise<void>;
  addRow(account: string, value: Buffer): Promise<void>;
};

const DAY = 86_400;

export async function wordpressWorld(
  prefix: string,
  multisite: boolean,
  more: Record<string, unknown> = {},
): Promise<WordpressWorld> {
  const db = await testDatabase('mariadb');
  const network = multisite
    ? ', spam tinyint(2) NOT NULL DEFAULT 0, deleted tinyint(2) NOT NULL DEFAULT 0'
    : '';
  await db.exec(
    `CREATE TABLE ${prefix}users (ID bigint(20) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, user_login varchar(60) NOT NULL DEFAULT '', user_pass varchar(255) NOT NULL DEFAULT '', user_email varchar(100) NOT NULL DEFAULT '', user_registered datetime NOT NULL DEFAULT '0000-00-00 00:00:00', user_activation_key varchar(255) NOT NULL DEFAULT ''${network}, KEY user_login_key (user_login)) COLLATE utf8mb4_unicode_520_ci`,
  );
  await db.exec(
    `CREATE TABLE ${prefix}usermeta (umeta_id bigint(20) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, user_id bigint(20) unsigned NOT NULL DEFAULT 0, meta_key varchar(255) DEFAULT NULL, meta_value longtext DEFAULT NULL, KEY user_id (user_id), KEY meta_key (meta_key(191))) COLLATE utf8mb4_unicode_520_ci`,
  );
  if (multisite)
    await db.exec(
      `CREATE TABLE ${prefix}sitemeta (meta_id bigint(20) NOT NULL AUTO_INCREMENT PRIMARY KEY, site_id bigint(20) NOT NULL DEFAULT 0, meta_key varchar(255), meta_value longtext)`,
    );
  const { adapter, again, kept, grants, doctor } = fromConfig(wordpressKind, {
    database: db.config,
    prefix,
    multisite,
    objectCache: 'none',
    ...more,
  });
  await db.grant(grants);

  const secrets: string[] = [];
  const secret = (value: string): string => {
    secrets.push(value);
    return value;
  };
  const tokens = new Map<string, Map<string, Token>>();
  const ended = new Map<string, Token>();
  const names = new Map<string, string>();
  const verifier = (): string =>
    createHash('sha256')
      .update(secret(randomBytes(32).toString('hex')))
      .digest('hex');
  const of = (account: string): Map<string, Token> => {
    const held = tokens.get(account) ?? new Map<string, Token>();
    tokens.set(account, held);
    return held;
  };
  const row = async (account: string): Promise<Buffer | null> => {
    const [found] = await db.rows(
      `SELECT CAST(meta_value AS BINARY) FROM ${prefix}usermeta WHERE user_id = ? AND meta_key = 'session_tokens' ORDER BY umeta_id`,
      Number(account),
    );
    return Buffer.isBuffer(found?.[0]) ? found[0] : null;
  };
  const addRow = (account: string, value: Buffer): Promise<void> =>
    db.exec(
      `INSERT INTO ${prefix}usermeta (user_id, meta_key, meta_value) VALUES (?, 'session_tokens', ?)`,
      Number(account),
      value,
    );
  const writeRow = async (account: string, value: Buffer): Promise<void> => {
    if ((await row(account)) === null) await addRow(account, value);
    else
      await db.exec(
        `UPDATE ${prefix}usermeta SET meta_value = ? WHERE user_id = ? AND meta_key = 'session_tokens'`,
        value,
        Number(account),
      );
  };
  /** As WP_User_Meta_Session_Tokens: reads what is there, so that what the agent took out stays out. */
  const change = async (account: string, edit: (held: Map<string, Token>) => void): Promise<void> => {
    const there = (await row(account))?.toString('latin1') ?? '';
    const held = of(account);
    for (const key of held.keys()) if (!there.includes(`"${key}"`)) held.delete(key);
    edit(held);
    if (held.size === 0)
      await db.exec(
        `DELETE FROM ${prefix}usermeta WHERE user_id = ? AND meta_key = 'session_tokens'`,
        Number(account),
      );
    else await writeRow(account, phpSerialize(Object.fromEntries(held)));
  };
  const split = (key: string): [string, string] => {
    const [account = '', token = ''] = key.split(':');
    return [account, token];
  };
  const token = (visit: Visit): Token => ({
    expiration: Math.trunc(Date.now() / 1_000) + 2 * DAY,
    ip: visit.ip,
    ua: visit.userAgent,
    login: Math.trunc(visit.at / 1_000),
  });
  const meta = async (account: string, key: string, value: Php): Promise<void> => {
    await db.exec(`DELETE FROM ${prefix}usermeta WHERE user_id = ? AND meta_key = ?`, Number(account), key);
    await db.exec(
      `INSERT INTO ${prefix}usermeta (user_id, meta_key, meta_value) VALUES (?, ?, ?)`,
      Number(account),
      key,
      phpSerialize(value),
    );
  };

  const world: WordpressWorld = {
    db,
    grants,
    adapter,
    again,
    kept,
    row,
    writeRow,
    addRow,
    knows: {
      openedAt: true,
      openedIp: true,
      openedUserAgent: true,
      lastAt: false,
      lastIp: false,
      lastUserAgent: false,
      expiresAt: true,
      roles: true,
      accounts: true,
      blocking: false,
      credential: true,
      incremental: true,
      glance: true,
    },
    writtenBackIsAlive: true,
    async addPerson({ name, email, roles }) {
      await db.exec(
        `INSERT INTO ${prefix}users (user_login, user_pass, user_email, user_registered) VALUES (?, ?, ?, '2020-02-03 04:05:06')`,
        name,
        secret(`$wp$2y$10$${randomBytes(30).toString('base64url')}`),
        email,
      );
      const [found] = await db.rows('SELECT LAST_INSERT_ID()');
      const account = String(found?.[0]);
      names.set(account, name);
      await world.setRoles?.(account, roles);
      return account;
    },
    setRoles: (account, roles) =>
      meta(account, `${prefix}capabilities`, Object.fromEntries(roles.map((role) => [role, true]))),
    setPassword: (account) =>
      db.exec(
        `UPDATE ${prefix}users SET user_pass = ? WHERE ID = ?`,
        secret(`$wp$2y$10$${randomBytes(30).toString('base64url')}`),
        Number(account),
      ),
    async signIn(account, visit) {
      const key = verifier();
      await change(account, (held) => held.set(key, token(visit)));
      return `${account}:${key}`;
    },
    async signInMany(account, count, visit) {
      await change(account, (held) => {
        for (let done = 0; done < count; done += 1) held.set(verifier(), token(visit));
      });
    },
    // WordPress writes nothing when somebody visits.
    visit: () => Promise.resolve(),
    async signOut(key) {
      const [account, held] = split(key);
      await change(account, (all) => all.delete(held));
    },
    async writeBack(key) {
      // Another request of the same person that read the array before and writes it after.
      const [account, held] = split(key);
      await change(account, (all) =>
        all.set(held, ended.get(key) ?? token({ at: Date.now(), ip: '192.0.2.1', userAgent: 'x' })),
      );
    },
    async expire(key) {
      const [account, held] = split(key);
      await change(account, (all) =>
        all.set(held, { ...(all.get(held) as object), expiration: Math.trunc(Date.now() / 1_000) - 60 }),
      );
    },
    async addNoise() {
      for (const other of ['wp_2_usermeta', 'wpx_usermeta', 'other_usermeta']) {
        await db.exec(
          `CREATE TABLE ${other} (umeta_id bigint PRIMARY KEY, user_id bigint, meta_key varchar(255), meta_value longtext)`,
        );
        await db.exec(
          `INSERT INTO ${other} VALUES (1, 1, 'session_tokens', ?), (2, 2, 'session_tokens', 'x')`,
          phpSerialize({ [verifier()]: token({ at: Date.now(), ip: '192.0.2.1', userAgent: 'x' }) }),
        );
      }
      const values: Value[] = ['session_tokens_backup', 'SESSION_TOKEN', 'community-events-location'];
      for (const key of values)
        await db.exec(
          `INSERT INTO ${prefix}usermeta (user_id, meta_key, meta_value) VALUES (1, ?, 'a:0:{}')`,
          key,
        );
      // An account that was deleted, and one whose row nobody can read.
      await addRow(
        '999999',
        phpSerialize({ [verifier()]: token({ at: Date.now(), ip: '192.0.2.1', userAgent: 'x' }) }),
      );
      const broken = await world.addPerson({ name: 'broken', email: 'x@example.org', roles: [] });
      await addRow(broken, Buffer.from('a:1:{s:64:"cut off'));
    },
    async noise() {
      const parts = [];
      for (const other of ['wp_2_usermeta', 'wpx_usermeta', 'other_usermeta'])
        parts.push(await db.rows(`SELECT * FROM ${other} ORDER BY umeta_id`));
      parts.push(
        await db.rows(
          `SELECT * FROM ${prefix}usermeta WHERE meta_key <> 'session_tokens' OR user_id = 999999 OR meta_value LIKE '%cut off' ORDER BY umeta_id`,
        ),
      );
      return JSON.stringify(parts);
    },
    async addHostile(account, visit) {
      const [bare, plugin, odd, huge, proto, shared] = [
        verifier(),
        verifier(),
        verifier(),
        verifier(),
        `__proto__`,
        verifier(),
      ];
      const good = token(visit) as Readonly<Record<string, Php>>;
      await change(account, (held) => {
        held.set(bare, Math.trunc(Date.now() / 1_000) + DAY);
        held.set(plugin, {
          ...good,
          plugin_ü: [{ secret: secret(randomBytes(16).toString('hex')) }],
          '\0x': null,
        });
        held.set(odd, { ...good, ip: ['not', 'an', 'address'], ua: 7, login: 'never' });
        held.set(huge, { ...good, ua: 'x'.repeat(1024 * 1024), junk: 'a";}{'.repeat(1_000) });
        held.set(verifier(), { ...good, expiration: 'soon' });
        held.set(verifier(), true as unknown as Token);
      });
      const text = (await row(account))?.toString('latin1') ?? '';
      const count = Number(/^a:(\d+):/.exec(text)?.[1]);
      const extra = Buffer.concat([
        Buffer.from(`s:9:"${proto}";`),
        phpSerialize(good),
        Buffer.from(`s:64:"${shared}";`),
        phpSerialize({ ...good, copy: new PhpRaw('R:1;') }),
      ]);
      await writeRow(
        account,
        Buffer.concat([
          Buffer.from(`a:${String(count + 2)}:`),
          Buffer.from(text.slice(text.indexOf('{'), -1), 'latin1'),
          extra,
          Buffer.from('}'),
        ]),
      );
      return [bare, plugin, odd, huge, proto, shared].map((key) => `${account}:${key}`);
    },
    secrets: () => secrets,
    doctor,
    down: () => db.down(),
    up: () => db.up(),
    dispose: () => db.dispose(),
  };
  return world;
}

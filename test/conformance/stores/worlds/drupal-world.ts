import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { drupalKind } from '#agent/stores/drupal/drupal-kind.ts';
import {
  PhpFloat,
  PhpObject,
  PhpRaw,
  phpSerialize,
  phpSession,
  type Php,
} from '#test/support/php-serialize.ts';
import { testDatabase, type Engine, type TestDatabase, type Value } from '../databases.ts';
import { fromConfig } from '../make-adapter.ts';
import { createTables } from './drupal-tables.ts';
import type { Visit, World } from '../world.ts';

/** SQLite refuses to write a column whose collation it does not know; Drupal brings its own, and so does this. */
const PYTHON = `
import json, sqlite3, sys
job = json.load(sys.stdin)
c = sqlite3.connect(job['file'], timeout=10)
low = lambda s: s.lower()
c.create_collation('NOCASE_UTF8', lambda a, b: (low(a) > low(b)) - (low(a) < low(b)))
for text, values in job['statements']:
    c.execute(text, values)
c.commit()
`;

export type DrupalWorld = World & {
  readonly db: TestDatabase;
  readonly grants: string;
  table(name: string): string;
  /** Writes a log row as dblog does. */
  log(
    uid: string,
    type: string,
    message: string,
    variables: Php,
    at: number,
    ip: string,
    wid?: number,
  ): Promise<void>;
  flood(event: string, identifier: string, at: number): Promise<void>;
  writeRow(sid: string, uid: string, visit: Visit, data: Buffer | null): Promise<void>;
  meta(at: number, more?: Readonly<Record<string, Php>>): Php;
};

export async function drupalWorld(
  engine: Engine,
  prefix = '',
  more: Record<string, unknown> = {},
): Promise<DrupalWorld> {
  const db = await testDatabase(engine);
  const table = (bare: string): string => prefix + bare;
  const column = (name: string): string => (engine === 'mariadb' ? `\`${name}\`` : `"${name}"`);
  const accountsExec = async (statements: readonly (readonly [string, ...Value[]])[]): Promise<void> => {
    if (engine === 'sqlite') {
      const job = {
        file: db.config['file'],
        statements: statements.map(([text, ...values]) => [text, values]),
      };
      execFileSync('/usr/bin/python3', ['-c', PYTHON], { input: JSON.stringify(job) });
    } else for (const [text, ...values] of statements) await db.exec(text, ...values);
  };
  await createTables(db, table, column, accountsExec);
  const { adapter, grants, doctor } = fromConfig(drupalKind, {
    database: db.config,
    prefix,
    blockAccounts: true,
    ...more,
  });
  await db.grant(grants);

  let accounts = 0;
  const names = new Map<string, string>();
  const written = new Map<string, { uid: string; visit: Visit; data: Buffer | null }>();
  const secrets: string[] = [];
  const secret = (value: string): string => {
    secrets.push(value);
    return value;
  };
  const newSid = (): string =>
    createHash('sha256')
      .update(secret(randomBytes(32).toString('base64url')))
      .digest('base64url');
  const meta = (at: number, extra: Readonly<Record<string, Php>> = {}): Php => ({
    u: Math.trunc(at / 1_000),
    c: Math.trunc(at / 1_000),
    l: 2_000_000,
    s: secret(randomBytes(24).toString('base64url')),
    ...extra,
  });
  const flashes: Php = {
    status: [
      new PhpObject('Drupal\\Core\\Render\\Markup', {
        '\0*\0string': 'Hallo <em>Jörg</em> 🦉 _sf2_meta|a:1:{s:1:"c";i:1;}',
      }),
    ],
  };
  const data = (uid: string, at: number): Buffer =>
    phpSession({ _sf2_attributes: { uid }, _symfony_flashes: flashes, _sf2_meta: meta(at) });
  const writeRow = async (sid: string, uid: string, visit: Visit, session: Buffer | null): Promise<void> => {
    written.set(sid, { uid, visit, data: session });
    await db.exec(`DELETE FROM ${table('sessions')} WHERE sid = ?`, sid);
    await db.exec(
      `INSERT INTO ${table('sessions')} (uid, sid, hostname, ${column('timestamp')}, session) VALUES (?, ?, ?, ?, ?)`,
      Number(uid),
      sid,
      visit.ip,
      Math.trunc(visit.at / 1_000),
      session,
    );
  };
  const log: DrupalWorld['log'] = async (uid, type, message, variables, at, ip, wid) => {
    const reset = `https://example.org/user/reset/${uid}/1700000000/${secret(randomBytes(32).toString('base64url'))}/login`;
    const values = [
      Number(uid),
      type,
      message,
      phpSerialize(variables),
      5,
      '<a href="/node/17">Ansehen</a>',
      reset,
      reset,
      ip,
      Math.trunc(at / 1_000),
    ];
    const columns = `uid, type, message, variables, severity, link, location, referer, hostname, ${column('timestamp')}`;
    if (wid === undefined)
      await db.exec(
        `INSERT INTO ${table('watchdog')} (${columns}) VALUES (${values.map(() => '?').join(', ')})`,
        ...values,
      );
    else
      await db.exec(
        `INSERT INTO ${table('watchdog')} (wid, ${columns}) VALUES (?, ${values.map(() => '?').join(', ')})`,
        wid,
        ...values,
      );
  };

  const world: DrupalWorld = {
    db,
    grants,
    table,
    adapter,
    log,
    meta,
    writeRow,
    knows: {
      openedAt: true,
      openedIp: false,
      openedUserAgent: false,
      lastAt: true,
      lastIp: true,
      lastUserAgent: false,
      expiresAt: true,
      roles: true,
      accounts: true,
      blocking: true,
      credential: true,
      incremental: true,
      glance: true,
    },
    writtenBackIsAlive: true,
    async addPerson({ name, email, roles, blocked }) {
      accounts += 1;
      const uid = String(accounts);
      names.set(uid, name);
      await accountsExec([
        [
          `INSERT INTO ${table('users_field_data')} (uid, langcode, name, pass, mail, status, created, changed, access, login, default_langcode) VALUES (?, 'de', ?, ?, ?, ?, ?, ?, ?, ?, 1)`,
          accounts,
          name,
          secret(`$2y$10$${randomBytes(30).toString('base64url')}`),
          email,
          blocked === true ? 0 : 1,
          1_600_000_000,
          1_600_000_000,
          0,
          1_700_000_000,
        ],
        // A translation of the account must not double its sessions.
        [
          `INSERT INTO ${table('users_field_data')} (uid, langcode, name, pass, mail, status, created, changed, access, login, default_langcode) VALUES (?, 'en', ?, '', ?, 1, 0, 0, 0, 0, 0)`,
          accounts,
          name,
          email,
        ],
      ]);
      await world.setRoles?.(uid, roles);
      return uid;
    },
    async setRoles(uid, roles) {
      await db.exec(`DELETE FROM ${table('user__roles')} WHERE entity_id = ?`, Number(uid));
      const insert = `INSERT INTO ${table('user__roles')} (bundle, deleted, entity_id, revision_id, langcode, delta, roles_target_id) VALUES ('user', ?, ?, ?, 'de', ?, ?)`;
      for (const [delta, role] of roles.entries())
        await db.exec(insert, 0, Number(uid), Number(uid), delta, role);
      await db.exec(insert, 1, Number(uid), Number(uid), 99, 'taken away');
    },
    async setPassword(uid) {
      await accountsExec([
        [
          `UPDATE ${table('users_field_data')} SET pass = ? WHERE uid = ? AND default_langcode = 1`,
          secret(`$2y$10$${randomBytes(30).toString('base64url')}`),
          Number(uid),
        ],
      ]);
    },
    async block(uid) {
      await accountsExec([[`UPDATE ${table('users_field_data')} SET status = 0 WHERE uid = ?`, Number(uid)]]);
    },
    async signIn(uid, visit) {
      const sid = newSid();
      await writeRow(sid, uid, visit, data(uid, visit.at));
      await log(
        uid,
        'user',
        'Session opened for %name.',
        { '%name': names.get(uid) ?? '' },
        visit.at,
        visit.ip,
      );
      return sid;
    },
    async signInMany(uid, count, visit) {
      const session = data(uid, visit.at);
      for (let done = 0; done < count; done += 200) {
        const rows = Array.from(
          { length: Math.min(200, count - done) },
          () => [Number(uid), newSid(), visit.ip, Math.trunc(visit.at / 1_000), session] as Value[],
        );
        await db.exec(
          `INSERT INTO ${table('sessions')} (uid, sid, hostname, ${column('timestamp')}, session) VALUES ${rows.map(() => '(?, ?, ?, ?, ?)').join(', ')}`,
          ...rows.flat(),
        );
      }
    },
    async visit(sid, visit) {
      const row = written.get(sid);
      if (row === undefined) throw new Error('no such session');
      // The metadata's own creation time stays.
      await writeRow(sid, row.uid, visit, row.data);
    },
    async signOut(sid) {
      const row = written.get(sid);
      // As user_logout(): the log first, then the session.
      if (row)
        await log(
          row.uid,
          'user',
          'Session closed for %name.',
          { '%name': names.get(row.uid) ?? '' },
          Date.now(),
          row.visit.ip,
        );
      await db.exec(`DELETE FROM ${table('sessions')} WHERE sid = ?`, sid);
    },
    async writeBack(sid) {
      const row = written.get(sid);
      if (row !== undefined)
        await writeRow(sid, row.uid, { ...row.visit, at: row.visit.at + 1_000 }, row.data);
    },
    async addNoise() {
      const visit: Visit = { at: Date.now(), ip: '192.0.2.200', userAgent: 'x' };
      await writeRow(
        newSid(),
        '0',
        visit,
        phpSession({ _sf2_attributes: { cart: [1, 2] }, _sf2_meta: meta(visit.at) }),
      );
      const blocked = await world.addPerson({
        name: 'blocked',
        email: 'b@example.org',
        roles: [],
        blocked: true,
      });
      await writeRow(newSid(), blocked, visit, data(blocked, visit.at));
      await writeRow(newSid(), '999999', visit, data('999999', visit.at));
      for (const other of ['sessions', 'site10_sessions', 'site1__sessions'].filter(
        (name) => name !== table('sessions'),
      )) {
        await db.exec(`CREATE TABLE ${other} (sid varchar(128), uid int)`);
        await db.exec(`INSERT INTO ${other} VALUES ('a', 1), ('b', 2)`);
      }
    },
    async noise() {
      const guests = await db.rows(
        `SELECT sid, uid, session FROM ${table('sessions')} WHERE uid = 0 OR uid = 999999 OR uid IN (SELECT uid FROM ${table('users_field_data')} WHERE status = 0) ORDER BY sid`,
      );
      const decoys = table('sessions') === 'sessions' ? 'site10_sessions' : 'sessions';
      return JSON.stringify([
        guests,
        await db.rows(`SELECT * FROM ${decoys} ORDER BY sid`),
        await db.rows(`SELECT * FROM site1__sessions ORDER BY sid`),
      ]);
    },
    async addHostile(uid, visit) {
      const seconds = Math.trunc(visit.at / 1_000);
      const good = phpSession({ _sf2_meta: meta(visit.at) });
      const bodies: (Buffer | null)[] = [
        null,
        Buffer.alloc(0),
        Buffer.from('garbage'),
        good.subarray(0, good.length - 7),
        Buffer.concat([phpSession({ __proto__: { polluted: true }, big: 'x'.repeat(1024 * 1024) }), good]),
        Buffer.concat([
          phpSession({ shared: ['ü', new PhpRaw('R:2;')], float: new PhpFloat('1.0E+25'), nul: 'a\0b|c' }),
          good,
        ]),
        Buffer.from(`_sf2_meta|${'a:1:{i:0;'.repeat(500)}`),
        phpSession({ _sf2_meta: { c: 'not a number', u: -1 } }),
        phpSession({ _sf2_meta: { c: seconds, masquerading: 'x' }, _sf2_attributes: new PhpRaw('R:1;') }),
      ];
      const keys: string[] = [];
      for (const body of bodies) {
        const sid = newSid();
        keys.push(sid);
        await writeRow(sid, uid, { ...visit, ip: `<script>${'9'.repeat(100)}` }, body);
      }
      await log(
        uid,
        'content',
        '@type: updated %title.',
        {
          '@type': 'article',
          '%title': `https://example.org/user/reset/1/2/${secret(randomBytes(32).toString('base64url'))}/login?token=${secret(randomBytes(20).toString('hex'))}`,
        },
        visit.at,
        visit.ip,
      );
      await log(
        uid,
        'odd',
        `%x @y ${'z'.repeat(9_000)}`,
        new PhpObject('Evil', { '\0Evil\0a': 1 }),
        visit.at,
        'nonsense',
      );
      await db.exec(
        `UPDATE ${table('watchdog')} SET variables = ? WHERE type = 'odd'`,
        Buffer.from('O:8:"broken'),
      );
      return keys;
    },
    checkHostile(session) {
      expect(session.last.ip).toBeNull();
      expect(session.marks).toEqual([]);
    },
    secrets: () => secrets,
    async flood(event, identifier, at) {
      await db.exec(
        `INSERT INTO ${table('flood')} (event, identifier, ${column('timestamp')}, expiration) VALUES (?, ?, ?, ?)`,
        event,
        identifier,
        Math.trunc(at / 1_000),
        Math.trunc(at / 1_000) + 3_600,
      );
    },
    doctor,
    down: () => db.down(),
    up: () => db.up(),
    dispose: () => db.dispose(),
  };
  return world;
}

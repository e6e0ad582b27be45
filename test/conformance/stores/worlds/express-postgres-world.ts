import { expressKind } from '#agent/stores/express/express-kind.ts';
import { testDatabase, type TestDatabase, type Value } from '../databases.ts';
import { fromConfig } from '../make-adapter.ts';
import type { World } from '../world.ts';
import { ExpressApplication, KNOWS, MAPPING, MAX_AGE, type Row } from './express-application.ts';

export type ExpressPostgresWorld = World & {
  readonly grants: string;
  readonly db: TestDatabase;
  readonly application: ExpressApplication;
  /** Writes a session as connect-pg-simple does; JSON as text. */
  writeText(sid: string, json: string, expiresAt: number): Promise<void>;
};

/**
 * An Express application with connect-pg-simple.
 * @param zone of the application's connections, when it is not the database's own
 */
export async function expressPostgresWorld(
  table = 'session',
  zone?: string,
  more: Record<string, unknown> = {},
): Promise<ExpressPostgresWorld> {
  const db = await testDatabase('postgres');
  const quoted = `"${table}"`;
  // The table of connect-pg-simple's own table.sql.
  await db.exec(
    `CREATE TABLE ${quoted} ("sid" varchar NOT NULL COLLATE "default", "sess" json NOT NULL, "expire" timestamp(6) NOT NULL) WITH (OIDS=FALSE)`,
  );
  await db.exec(
    `ALTER TABLE ${quoted} ADD CONSTRAINT "session_pkey" PRIMARY KEY ("sid") NOT DEFERRABLE INITIALLY IMMEDIATE`,
  );
  await db.exec(`CREATE INDEX "IDX_session_expire" ON ${quoted} ("expire")`);
  const { adapter, grants, doctor } = fromConfig(expressKind, {
    database: db.config,
    table,
    ...(zone === undefined ? {} : { timeZone: zone }),
    mapping: { ...MAPPING, lastAddress: '/last/ip', lastUserAgent: '/last/userAgent' },
    ...more,
  });
  await db.grant(grants);
  const application = new ExpressApplication();
  const stamp = zone === undefined ? 'to_timestamp(?)' : `to_timestamp(?) AT TIME ZONE '${zone}'`;
  const writeText = (sid: string, json: string, expiresAt: number): Promise<void> =>
    db.exec(
      `INSERT INTO ${quoted} (sess, expire, sid) SELECT ?, ${stamp}, ? ON CONFLICT (sid) DO UPDATE SET sess = EXCLUDED.sess, expire = EXCLUDED.expire`,
      json,
      Math.ceil(expiresAt / 1_000),
      sid,
    );
  const write = (sid: string, row: Row): Promise<void> =>
    writeText(sid, JSON.stringify(row.json), row.at + MAX_AGE);
  const decoy = `${table}s`;

  const world: ExpressPostgresWorld = {
    db,
    grants,
    adapter,
    application,
    writeText,
    knows: { ...KNOWS, lastIp: true, lastUserAgent: true },
    lifetimeMs: MAX_AGE,
    writtenBackIsAlive: true,
    addPerson: (person) => Promise.resolve(application.addPerson(person)),
    async signIn(account, visit) {
      const { sid, row } = application.signIn(account, visit);
      await write(sid, row);
      return sid;
    },
    async signInMany(account, count, visit) {
      for (let done = 0; done < count; done += 200) {
        const rows = Array.from({ length: Math.min(200, count - done) }, (): Value[] => {
          const { sid, row } = application.signIn(account, visit);
          return [JSON.stringify(row.json), Math.ceil((row.at + MAX_AGE) / 1_000), sid];
        });
        await db.exec(
          `INSERT INTO ${quoted} (sess, expire, sid) VALUES ${rows.map(() => `(?, ${stamp}, ?)`).join(', ')}`,
          ...rows.flat(),
        );
      }
    },
    async visit(sid, visit) {
      const row = application.get(sid);
      const json = { ...row.json, last: { ip: visit.ip, userAgent: visit.userAgent } };
      const next = { ...row, json, at: visit.at };
      application.rows.set(sid, next);
      await write(sid, next);
    },
    async signOut(sid) {
      application.signOut(sid);
      await db.exec(`DELETE FROM ${quoted} WHERE sid = ?`, sid);
    },
    writeBack: (sid) => write(sid, application.get(sid)),
    expire: async (sid) => write(sid, { ...application.get(sid), at: Date.now() - MAX_AGE - 2_000 }),
    async setRoles(account, roles) {
      for (const [sid, row] of application.setRoles(account, roles)) await write(sid, row);
    },
    async addNoise() {
      await writeText('guest', application.guest(Date.now()), Date.now() + MAX_AGE);
      await writeText('array', '[]', Date.now() + MAX_AGE);
      await writeText('text', '"text"', Date.now() + MAX_AGE);
      await writeText('no cookie', '{"user":{"id":"u-1"}}', Date.now() + MAX_AGE);
      const expired = application.signIn('u-1', { at: Date.now(), ip: '192.0.2.1', userAgent: 'x' });
      await writeText(expired.sid, JSON.stringify(expired.row.json), Date.now() - 60_000);
      await db.exec(`CREATE TABLE "${decoy}" (sid varchar, sess json, expire timestamp(6))`);
      await db.exec(`INSERT INTO "${decoy}" SELECT * FROM ${quoted}`);
    },
    async noise() {
      const kept = `SELECT * FROM ${quoted} WHERE expire < (SELECT MAX(expire) - interval '1 hour' FROM ${quoted}) OR sess::text NOT LIKE '%"login"%' ORDER BY sid`;
      return JSON.stringify([await db.rows(kept), await db.rows(`SELECT * FROM "${decoy}" ORDER BY sid`)]);
    },
    async addHostile(account, visit) {
      const sids: string[] = [];
      for (const json of application.hostile(account, visit.at)) {
        const sid = application.secret();
        sids.push(sid);
        await writeText(sid, json, Date.now() + MAX_AGE);
      }
      for (const sid of ["'; DROP TABLE session; --", 'ü🦉 $1 %s', '\\']) {
        sids.push(sid);
        await writeText(sid, application.hostile(account, visit.at)[3] ?? '', Date.now() + MAX_AGE);
      }
      return sids;
    },
    checkHostile: (session) => application.checkHostile(session),
    secrets: () => application.secrets,
    doctor,
    down: () => db.down(),
    up: () => db.up(),
    dispose: () => db.dispose(),
  };
  return world;
}

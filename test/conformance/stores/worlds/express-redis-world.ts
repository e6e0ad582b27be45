import { Redis } from 'ioredis';
import { expressKind } from '#agent/stores/express/express-kind.ts';
import { startRedis, type PrivateRedis } from '#test/support/servers/redis.ts';
import { fromConfig } from '../make-adapter.ts';
import type { World } from '../world.ts';
import { ExpressApplication, KNOWS, MAPPING, MAX_AGE, type Row } from './express-application.ts';

const PASSWORD = 'only-for-this-test';

export type ExpressRedisWorld = World & {
  readonly admin: () => Redis;
  readonly application: ExpressApplication;
  readonly grants: string;
};

/** An Express application with connect-redis. */
export async function expressRedisWorld(
  events: boolean,
  prefix = 'sess:',
  more: Record<string, unknown> = {},
  /** By how much the adapter's clock is ahead, ms. */
  ahead: () => number = () => 0,
): Promise<ExpressRedisWorld> {
  const server: PrivateRedis = await startRedis();
  const connect = (): Redis => {
    const client = new Redis({ path: server.socket, retryStrategy: () => null });
    client.on('error', () => undefined);
    return client;
  };
  let admin = connect();
  const { adapter, grants, doctor } = fromConfig(
    expressKind,
    {
      database: { driver: 'redis', socket: server.socket, user: 'watchfloor', password: PASSWORD },
      prefix,
      keyspaceEvents: events ? 'on' : 'auto',
      mapping: MAPPING,
      ...more,
    },
    ahead,
  );
  const prepare = async (): Promise<void> => {
    for (const line of grants.split('\n').filter((text) => text.startsWith('ACL '))) {
      const words = line.replaceAll("'", '').replace('<password>', PASSWORD).split(' ');
      await admin.call(words[0] ?? '', ...words.slice(1));
    }
    if (events) await admin.config('SET', 'notify-keyspace-events', 'KA');
  };
  await prepare();

  const application = new ExpressApplication();
  /** As connect-redis: SET … EX, the time to live from the cookie; here with the time of the visit. */
  const write = async (sid: string, row: Row): Promise<void> => {
    await admin.set(prefix + sid, JSON.stringify(row.json), 'PXAT', row.at + MAX_AGE);
  };
  const decoys = [
    `cache:${prefix}abc`,
    prefix.slice(0, -1),
    `x${prefix}abc`,
    'queue:1',
    `S${prefix.slice(1)}abc`,
  ];
  const hidden: string[] = [];

  const world: ExpressRedisWorld = {
    adapter,
    grants,
    application,
    admin: () => admin,
    knows: { ...KNOWS, glance: true, incremental: true },
    lifetimeMs: MAX_AGE,
    writtenBackIsAlive: true,
    addPerson: (person) => Promise.resolve(application.addPerson(person)),
    async signIn(account, visit) {
      const { sid, row } = application.signIn(account, visit);
      await write(sid, row);
      return sid;
    },
    async signInMany(account, count, visit) {
      const pipeline = admin.pipeline();
      for (let done = 0; done < count; done += 1) {
        const { sid, row } = application.signIn(account, visit);
        pipeline.set(prefix + sid, JSON.stringify(row.json), 'PXAT', row.at + MAX_AGE);
      }
      await pipeline.exec();
    },
    // connect-redis's touch: the JSON stays as it was.
    visit: async (sid, visit) => {
      await admin.pexpireat(prefix + sid, visit.at + MAX_AGE);
    },
    signOut: async (sid) => {
      application.signOut(sid);
      await admin.del(prefix + sid);
    },
    writeBack: (sid) => write(sid, application.get(sid)),
    expire: async (sid) => {
      await admin.pexpireat(prefix + sid, Date.now() - 1);
    },
    async setRoles(account, roles) {
      for (const [sid, row] of application.setRoles(account, roles)) await write(sid, row);
    },
    async addNoise() {
      for (const key of decoys) await admin.set(key, application.guest(Date.now()));
      const guest = application.secret();
      hidden.push(prefix + guest, `${prefix}list`, `${prefix}broken`, `${prefix}text`, prefix);
      await admin.set(prefix + guest, application.guest(Date.now()), 'EX', 7_200);
      await admin.rpush(`${prefix}list`, 'a', 'b');
      await admin.set(`${prefix}broken`, '{"cookie":{"originalMaxAge":1},"user":{"id":');
      await admin.set(`${prefix}text`, '"just a text"');
      await admin.set(prefix, '{"cookie":{},"user":{"id":"u-1"}}');
      await admin.select(1);
      await admin.set(`${prefix}other`, '{"cookie":{},"user":{"id":"u-1"}}');
      await admin.select(0);
    },
    async noise() {
      const texts = await Promise.all(decoys.map((key) => admin.get(key)));
      const present = await Promise.all(hidden.map((key) => admin.type(key)));
      return JSON.stringify([texts, present]);
    },
    async addHostile(account, visit) {
      const sids: string[] = [];
      for (const json of application.hostile(account, visit.at)) {
        const sid = application.secret();
        sids.push(sid);
        await admin.set(prefix + sid, json, 'EX', 7_200);
      }
      // Session ids that mean something to whoever puts them into a pattern, a command or a page.
      for (const sid of ['*', 'a b\r\nFLUSHALL\r\n', 'ü🦉"\'\\[x]?']) {
        sids.push(sid);
        await admin.set(prefix + sid, application.hostile(account, visit.at)[3] ?? '', 'EX', 7_200);
      }
      return sids;
    },
    checkHostile: (session) => application.checkHostile(session),
    secrets: () => application.secrets,
    doctor,
    async down() {
      admin.disconnect();
      await server.stop();
    },
    async up() {
      await server.start();
      admin = connect();
      await prepare();
    },
    async dispose() {
      admin.disconnect();
      await server.dispose();
    },
  };
  return world;
}

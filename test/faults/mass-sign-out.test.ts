import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Redis } from 'ioredis';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { ReceiptRow } from '#shared/ipc/respond-views.ts';
import { phpSerialize } from '#test/support/php-serialize.ts';
import { startRedis } from '#test/support/servers/redis.ts';
import { temporaryFolder } from '#test/support/agent-in-process.ts';
import { agentFolder, type AgentFolder, type AgentProcess } from '#test/support/agent-process.ts';
import { startTestEngine } from '#test/support/test-engine.ts';
import { expressGrants, ExpressConfig } from '#agent/stores/express/config.ts';
import { disposeServers, testDatabase } from '../conformance/stores/databases.ts';
import { freePort } from './parts/killable.ts';

// Ten thousand sessions in five environments over three kinds of store, one agent killed with −9 in the middle:
// receipt, stores, the agents' journals and the console's agree to the last session.

const closers: (() => unknown)[] = [disposeServers];
afterAll(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
const HOUR = 3_600_000;
const MAPPING = { user: ['/user/id'], name: '/user/name' };

interface Site {
  readonly name: string;
  readonly sessions: number;
  readonly config: Record<string, unknown>;
  count(): Promise<number>;
  /** Lets deletions go on that `holdAt` stopped. */
  release?(): Promise<void>;
}
const sid = () => randomBytes(24).toString('base64url');
const sess = (n: number) =>
  JSON.stringify({
    cookie: { originalMaxAge: HOUR, expires: new Date(Date.now() + HOUR).toISOString(), path: '/' },
    user: { id: `u${String(n % 700)}`, name: `user ${String(n % 700)}` },
  });

async function redisSite(name: string, sessions: number, client: Redis, socket: string): Promise<Site> {
  const prefix = `${name}:`;
  const pipeline = client.pipeline();
  for (let n = 0; n < sessions; n += 1) pipeline.set(prefix + sid(), sess(n), 'PX', HOUR);
  await pipeline.exec();
  return {
    name,
    sessions,
    config: { kind: 'express', database: { driver: 'redis', socket }, prefix, mapping: MAPPING },
    count: async () => (await client.keys(`${prefix}*`)).length,
  };
}
/** @param holdAt when no more sessions than this are left, the next deletion waits until it is released */
async function postgresSite(name: string, sessions: number, holdAt?: number): Promise<Site> {
  const db = await testDatabase('postgres');
  closers.push(() => db.dispose());
  await db.exec(
    'CREATE TABLE "session" ("sid" varchar NOT NULL PRIMARY KEY, "sess" json NOT NULL, "expire" timestamp(6) NOT NULL)',
  );
  const store = { database: db.config, mapping: MAPPING };
  await db.grant(expressGrants(ExpressConfig.parse(store)));
  const rows = Array.from({ length: sessions }, (_, n) => ({
    sid: sid(),
    sess: JSON.parse(sess(n)) as unknown,
  }));
  await db.exec(
    `INSERT INTO "session" SELECT j->>'sid', j->'sess', now() + interval '1 hour' FROM json_array_elements(?::json) j`,
    JSON.stringify(rows),
  );
  if (holdAt !== undefined) {
    await db.exec(
      `CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN
         IF (SELECT count(*) FROM "session") <= ${String(holdAt)} THEN PERFORM pg_advisory_xact_lock(7); END IF; RETURN NULL; END'`,
    );
    await db.exec(
      'CREATE TRIGGER hold BEFORE DELETE ON "session" FOR EACH STATEMENT EXECUTE FUNCTION hold()',
    );
    await db.rows('SELECT pg_advisory_lock(7)');
  }
  const release = async (): Promise<void> => {
    await db.rows('SELECT pg_advisory_unlock(7)');
  };
  return {
    name,
    sessions,
    config: { kind: 'express', ...store },
    count: async () => Number((await db.rows('SELECT count(*) FROM "session"'))[0]?.[0]),
    ...(holdAt === undefined ? {} : { release }),
  };
}
function sqliteSite(name: string, sessions: number, folder: string): Site {
  const file = join(folder, 'laravel.sqlite');
  const db = new Database(file);
  closers.push(() => db.close());
  db.pragma('journal_mode = WAL');
  db.exec(`CREATE TABLE users (id integer PRIMARY KEY AUTOINCREMENT, name varchar(255) NOT NULL, email varchar(255) NOT NULL,
      email_verified_at timestamp NULL, password varchar(255) NOT NULL, remember_token varchar(100) NULL, created_at timestamp NULL, updated_at timestamp NULL);
    CREATE TABLE sessions (id varchar(255) NOT NULL PRIMARY KEY, user_id integer NULL, ip_address varchar(45) NULL, user_agent text NULL, payload text NOT NULL, last_activity int NOT NULL);`);
  const now = Math.trunc(Date.now() / 1_000);
  db.transaction(() => {
    for (let n = 1; n <= 200; n += 1) {
      db.prepare("INSERT INTO users (name, email, password) VALUES (?, ?, 'x')").run(
        `user ${String(n)}`,
        `u${String(n)}@example.org`,
      );
    }
    for (let n = 0; n < sessions; n += 1) {
      const user = (n % 200) + 1;
      const payload = Buffer.from(
        phpSerialize({ _token: sid(), login_web_59ba36addc2b2f9401580f014c7f58ea4e30989d: user }),
      ).toString('base64');
      db.prepare('INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?)').run(
        sid(),
        user,
        '198.51.100.7',
        'Browser',
        payload,
        now,
      );
    }
  })();
  return {
    name,
    sessions,
    config: { kind: 'laravel', database: { driver: 'sqlite', file } },
    count: () => Promise.resolve(Number(db.prepare('SELECT count(*) FROM sessions').pluck().get())),
  };
}

const Target = z.object({ session: z.string(), status: z.string() });
/** What the agent's own journal says became of each session. */
function agentJournal(folder: AgentFolder): ReadonlyMap<string, string> {
  const db = new Database(join(folder.path, 'data', 'agent.db'), { readonly: true });
  try {
    const rows = db
      .prepare('SELECT session, status FROM command_targets')
      .all()
      .map((row) => Target.parse(row));
    const found = new Map(rows.map(({ session, status }) => [session, status]));
    // Exactly once: no session is in two commands.
    expect(found.size).toBe(rows.length);
    return found;
  } finally {
    db.close();
  }
}
function digest(rows: readonly ReceiptRow[]): string {
  const hash = createHash('sha256');
  for (const line of rows.map(({ session, outcome }) => `${session} ${outcome}\n`).sort()) hash.update(line);
  return hash.digest('hex');
}

test(
  '10,000 sessions in five environments, one agent killed midway: everything agrees',
  { timeout: 300_000 },
  async () => {
    const { path, remove } = temporaryFolder();
    closers.push(remove);
    const redis = await startRedis();
    closers.push(() => redis.stop());
    const client = new Redis({ path: redis.socket });
    closers.push(() => {
      client.disconnect();
    });
    const sites = [
      await redisSite('shop', 1_500, client, redis.socket),
      await redisSite('forum', 1_500, client, redis.socket),
      await postgresSite('intranet', 4_000, 3_000),
      await postgresSite('partners', 1_500),
      sqliteSite('blog', 1_500, path),
    ];
    const engine = startTestEngine(join(path, 'profile'));
    closers.push(() => engine.stop());
    const running = new Map<string, { folder: AgentFolder; agent: AgentProcess }>();
    closers.push(() => Promise.all([...running.values()].map(({ agent }) => agent.stop('SIGKILL'))));
    await Promise.all(
      sites.map(async ({ name, config }) => {
        const folder = agentFolder(join(path, name), {
          environment: { id: name, name },
          listen: { port: await freePort() },
          store: config,
          poll: { intervalMs: 500, adaptive: false },
        });
        const agent = await folder.start();
        running.set(name, { folder, agent });
        await engine.call('environments.add', { url: agent.url, token: await folder.token('alice'), name });
      }),
    );
    await engine.until('10,000 sessions mirrored', async () => {
      const list = await engine.call('environments.list', {});
      return list.reduce((sum, { liveSessions }) => sum + liveSessions, 0) === 10_000;
    });

    const preview = await engine.call('respond.preview', { selection: { matching: { state: 'live' } } });
    const shown = preview.parts.map((part) => (part.is === 'ready' ? part.reach.sessions : 0));
    expect(shown.reduce((sum, sessions) => sum + sessions, 0)).toBe(10_000);
    await engine.call('respond.execute', { operation: preview.operation, reason: 'credential leak' });

    const [, , victim] = sites;
    const hit = running.get('intranet');
    if (victim === undefined || hit === undefined) throw new Error('no victim');
    const left = await engine.until('some are ended', async () => {
      const now = await victim.count();
      return now < victim.sessions ? now : null;
    });
    await hit.agent.stop('SIGKILL');
    const atKill = await victim.count();
    await victim.release?.();
    // In the middle: some are gone, most are not.
    expect(atKill).toBeGreaterThan(0);
    expect(left).toBeLessThan(victim.sessions);
    running.set('intranet', { folder: hit.folder, agent: await hit.folder.start() });

    await engine.until('all finished', async () => {
      const [operation] = await engine.call('respond.operations', { limit: 1 });
      return operation?.commands.every(({ state }) => state === 'completed');
    });
    await engine.until('the outcomes', () =>
      Promise.resolve(
        engine.rows('SELECT 1 FROM command WHERE finished_at IS NULL OR outcome_listed <> 1').length === 0,
      ),
    );
    const listed = await engine.until('listed', async () => {
      const page = await engine.call('respond.receipt', {
        operation: preview.operation,
        offset: 0,
        limit: 1,
      });
      return page.listed ? page : null;
    });

    // The receipt: every session once, every one ended.
    expect(listed.counts).toEqual({ ended: 10_000 });
    const rows: ReceiptRow[] = [];
    for (let offset = 0; offset < listed.total; offset += 1_000) {
      const page = await engine.call('respond.receipt', {
        operation: preview.operation,
        offset,
        limit: 1_000,
      });
      rows.push(...page.rows);
    }
    expect(new Set(rows.map(({ connection, session }) => `${connection} ${session}`)).size).toBe(10_000);
    // The stores: nobody is left.
    expect(await Promise.all(sites.map((site) => site.count()))).toEqual([0, 0, 0, 0, 0]);
    // The agents' journals: the same sessions with the same outcome.
    for (const { name, sessions } of sites) {
      const journal = agentJournal(running.get(name)?.folder ?? hit.folder);
      const mine = rows.filter(({ environment }) => environment === name);
      expect(mine).toHaveLength(sessions);
      expect(mine.filter(({ session, outcome }) => journal.get(session) !== outcome)).toEqual([]);
      expect(journal.size).toBe(sessions);
    }
    // The console's journal: one line a command, with the digest of these very outcomes; and it is sound.
    const finished = await engine.call('journal.page', {
      before: null,
      action: 'command-finished',
      limit: 100,
    });
    expect(finished.rows.reduce((sum, { details }) => sum + Number(details['ended']), 0)).toBe(10_000);
    for (const { subject, details } of finished.rows) {
      expect(details['outcomes']).toBe(digest(rows.filter(({ command }) => command === subject?.id)));
    }
    expect((await engine.call('journal.verify', {})).faults).toEqual([]);
    const operations = await engine.call('respond.operations', { limit: 10 });
    expect(operations.flatMap(({ commands }) => commands.flatMap(({ findings }) => findings))).toEqual([]);
  },
);

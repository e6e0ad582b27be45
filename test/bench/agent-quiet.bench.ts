// needs: build
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { storeKey } from '#agent/stores/store-adapter.ts';
import { disposeServers, testDatabase } from '#test/conformance/stores/databases.ts';
import { startRedis } from '#test/support/servers/redis.ts';
import { connectConsole } from '#test/support/test-console.ts';
import { label } from './parts/agent-measures.ts';
import { grantsOf } from './parts/bench-agent.ts';
import { fillDrupal } from './parts/drupal-million.ts';
import { processTree } from './parts/process-memory.ts';
import { note, percentile, quick, row, timed } from './parts/report.ts';
import { cpuMsOf, drupalOn, startShippedAgent } from './parts/shipped-agent.ts';

// What an agent costs when nothing happens, and how soon it tells when something does.

const SESSIONS = quick ? 5_000 : 100_000;
/** The default. */
const INTERVAL_MS = 2_000;
const QUIET_MS = quick ? 4_000 : 20_000;
const CHANGES = quick ? 2 : 20;
const SETTLED_MS = 3_000;

interface Place {
  readonly name: string;
  readonly label: string;
  readonly store: { readonly kind: string } & Readonly<Record<string, unknown>>;
  /** Somebody signs in: the store's own key of the new session. */
  signIn(): Promise<string>;
  dispose(): Promise<void>;
}

for (const open of [
  () => drupal('mariadb'),
  () => drupal('postgres'),
  () => redis(true),
  () => redis(false),
]) {
  const place = await open();
  try {
    await measure(place);
  } finally {
    await place.dispose();
  }
}
await disposeServers();
note(
  `The built agent in a process of its own, as it is configured by default (a look every ${String(INTERVAL_MS / 1_000)} s), one console connected. Sessions appear at moments that have nothing to do with the looks; the wait ends when the console has the session. The server’s processor time is that of its processes meanwhile, whatever it is for.`,
);

async function measure(place: Place): Promise<void> {
  const { name, label: on, store } = place;
  const agent = await startShippedAgent(store);
  const console = await connectConsole(agent.process.url, await agent.token());
  try {
    await console.subscribe({ want: ['sessions'] });
    await console.until(() => console.parts.at(-1)?.last === true, 'the snapshot');
    // A Redis that never told anything might be set up to tell nothing: then all keys are looked through.
    await place.signIn();
    await sleep(SETTLED_MS);
    const servers = () =>
      processTree(process.pid)
        .filter((pid) => pid !== process.pid && pid !== agent.process.pid)
        .reduce((sum, pid) => sum + cpuMsOf(pid), 0);
    const [agentBefore, serversBefore] = [agent.cpuMs(), servers()];
    const ms = await timed(() => sleep(QUIET_MS));
    const share = (spent: number): number => (100 * spent) / ms;
    const common = { unit: '% of a core', better: 'lower' } as const;
    row({
      ...common,
      name: `agent-idle-${name}`,
      what: `processor of an agent on ${String(SESSIONS)} unchanged sessions, one console connected, ${on}`,
      product: share(agent.cpuMs() - agentBefore),
      ceiling: 10,
      goal: 1,
    });
    row({
      ...common,
      name: `agent-idle-server-${name}`,
      what: `processor of the server meanwhile, ${on}`,
      product: share(servers() - serversBefore),
      ceiling: 10,
      goal: 1,
    });
    const keys = agent.keys();
    const waits: number[] = [];
    for (let change = 0; change < CHANGES; change += 1) {
      // Not in step with the looks: the golden ratio spreads any number of them evenly.
      await sleep(INTERVAL_MS * ((change * 0.618) % 1));
      const id = keys.session(storeKey(await place.signIn()));
      waits.push(await timed(() => console.until(() => console.sessions.has(id), 'the new session')));
    }
    const wait = { unit: 'ms', better: 'lower', ceiling: INTERVAL_MS + 300 } as const;
    const what = `a new session among ${String(SESSIONS)} reaches a console, against poll interval + 300 ms`;
    row({
      ...wait,
      name: `agent-change-${name}`,
      what: `${what}, p95 of ${String(CHANGES)}, ${on}`,
      product: percentile(waits, 0.95),
      goal: 1,
    });
    row({
      ...wait,
      name: `agent-change-slowest-${name}`,
      what: `the same, the slowest, ${on}`,
      product: Math.max(...waits),
      goal: 1,
    });
  } finally {
    console.close();
    await agent.stop();
  }
}

async function drupal(engine: 'mariadb' | 'postgres'): Promise<Place> {
  const db = await testDatabase(engine);
  await fillDrupal(db, SESSIONS, SESSIONS / 20);
  await db.grant(grantsOf(db));
  return {
    name: engine,
    label: label(db),
    store: drupalOn(db),
    async signIn() {
      const sid = randomBytes(32).toString('base64url');
      await db.exec(
        'INSERT INTO sessions (uid, sid, hostname, timestamp, session) VALUES (1, ?, ?, ?, NULL)',
        sid,
        '203.0.113.1',
        Math.trunc(Date.now() / 1_000),
      );
      return sid;
    },
    dispose: () => db.dispose(),
  };
}

/** Express with connect-redis, and a Redis that tells of changes or, as it is installed, does not. */
async function redis(events: boolean): Promise<Place> {
  const server = await startRedis();
  const client = new Redis({ path: server.socket });
  if (events) await client.config('SET', 'notify-keyspace-events', 'KA');
  const lifeMs = 86_400_000;
  const session = (n: number): string =>
    JSON.stringify({
      cookie: { originalMaxAge: lifeMs, expires: new Date(Date.now() + lifeMs).toISOString(), path: '/' },
      user: { id: `u${String(n)}`, name: `user ${String(n)}` },
    });
  const newId = (): string => randomBytes(24).toString('base64url');
  for (let n = 0; n < SESSIONS; n += 1_000) {
    const pipeline = client.pipeline();
    for (let at = n; at < Math.min(SESSIONS, n + 1_000); at += 1)
      pipeline.set(`sess:${newId()}`, session(at % (SESSIONS / 20)), 'PX', lifeMs);
    await pipeline.exec();
  }
  return {
    name: events ? 'redis' : 'redis-scan',
    label: `Express on Redis ${events ? 'with' : 'without'} keyspace events`,
    store: {
      kind: 'express',
      database: { driver: 'redis', socket: server.socket },
      keyspaceEvents: events ? 'on' : 'off',
      mapping: { user: ['/user/id'], name: '/user/name' },
    },
    async signIn() {
      const sid = newId();
      await client.set(`sess:${sid}`, session(1), 'PX', lifeMs);
      return sid;
    },
    async dispose() {
      client.disconnect();
      await server.dispose();
    },
  };
}

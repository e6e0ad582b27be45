import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, expect, test } from 'vitest';
import type { ReceiptRow } from '#shared/ipc/respond-views.ts';
import { startRedis } from '#test/support/servers/redis.ts';
import { temporaryFolder } from '#test/support/agent-in-process.ts';
import { agentFolder, type AgentFolder, type AgentProcess } from '#test/support/agent-process.ts';
import { startTestEngine } from '#test/support/test-engine.ts';
import { disposeServers } from '../conformance/stores/databases.ts';
import { freePort } from './parts/killable.ts';
import { agentJournal, digest, postgresSite, redisSite, sqliteSite } from './parts/sites.ts';

// Ten thousand sessions in five environments over three kinds of store, one agent killed with −9 in the middle:
// receipt, stores, the agents' journals and the console's agree to the last session.

const closers: (() => unknown)[] = [disposeServers];
afterAll(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
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
      await postgresSite(closers, 'intranet', 4_000, 3_000),
      await postgresSite(closers, 'partners', 1_500),
      sqliteSite(closers, 'blog', 1_500, path),
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
      // And its chained journal is whole.
      expect(await running.get(name)?.folder.run('journal', 'verify')).toMatchObject({ code: 0 });
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

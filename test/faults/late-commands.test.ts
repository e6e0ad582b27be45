import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { epochMs, MINUTE } from '#shared/domain/units.ts';
import { temporaryFolder } from '#test/support/agent-in-process.ts';
import { fill, startSite } from '#test/support/response-world.ts';
import { startTestEngine } from '#test/support/test-engine.ts';
import { checkOperation } from './parts/check-operation.ts';
import { startFrameProxy } from './parts/frame-proxy.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one();
});

test.each(['console stays', 'console restarts'] as const)(
  'what an agent was doing when it was lost, and was given up, is learnt when it is back: %s',
  async (who) => {
    let ahead = 0;
    const clock = () => epochMs(Date.now() + ahead);
    const { path, remove } = temporaryFolder();
    undo.push(remove);
    const site = await startSite(path, 'shop', { clock, timing: { answerWithinMs: 50 } });
    undo.push(() => site.agent.stop());
    const proxy = await startFrameProxy(site.agent.url);
    undo.push(() => proxy.stop());
    const token = site.agent.token({ operator: 'alice' }).text;
    const options = { clock, respondTimes: { send: 2_000, again: 20, mostAgain: 50, poll: 50, proof: 400 } };
    let engine = startTestEngine(join(path, 'profile'), options);
    undo.push(() => engine.stop());
    const { connection } = await engine.call('environments.add', { url: proxy.url, token, name: 'shop' });
    await engine.live();
    fill(site, ['ann'], 5);
    const sessions = await engine.until('seen', async () => {
      const rows = await engine.sessions();
      return rows.length === 5 ? rows.map(({ id }) => id) : null;
    });
    // The store takes its time: the agent says that it is under way.
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    site.store.onEnd(async () => {
      await gate;
      return null;
    });
    const stateOf = async () => (await engine.call('respond.operations', { limit: 1 }))[0]?.commands[0];
    const selection = { targets: [{ connection, selector: { sessions } }] };
    const { operation } = await engine.call('respond.preview', { selection });
    await engine.call('respond.execute', { operation, reason: 'drill' });
    await engine.until('under way', async () => (await stateOf())?.state === 'running');

    proxy.block(true);
    proxy.cut();
    await engine.until('away', async () => (await engine.environment()).state.is !== 'live');
    ahead += 16 * MINUTE;
    await engine.until('given up', async () => {
      const command = await stateOf();
      return command?.state === 'unreachable' && command.finishedAt !== null;
    });
    if (who === 'console restarts') {
      await engine.stop();
      engine = startTestEngine(join(path, 'profile'), { ...options, tokens: { [connection]: token } });
    }
    proxy.block(false);
    await engine.until('under way again', async () => {
      const { state } = await engine.environment();
      if (state.is === 'waiting') await engine.call('environments.retry', { connection });
      const command = await stateOf();
      return command?.state === 'running' && command.finishedAt === null;
    });
    release();
    const agents = [{ name: 'shop', dataDir: join(path, 'shop') }];
    const { commands } = await checkOperation({ engine, agents, operation, shown: sessions });
    expect(commands.map(({ state, ended }) => [state, ended])).toEqual([['completed', 5]]);
    expect(site.store.keys()).toEqual([]);
  },
);

import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { temporaryFolder } from '#test/support/agent-in-process.ts';
import { fill, startSite } from '#test/support/response-world.ts';
import { startTestEngine, type TestEngine } from '#test/support/test-engine.ts';
import { startFrameProxy } from './parts/frame-proxy.ts';

// Whom a preview showed is known before anybody is ended, also when the connection is cut while the agent lists it.

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one();
});

const shownBy = (engine: TestEngine): readonly string[] =>
  engine
    .rows("SELECT j.value AS id FROM command_page p JOIN json_each(p.body) j WHERE p.kind = 'preview'")
    .map(({ id }) => String(id))
    .sort();

test.each(['console stays', 'console restarts'] as const)(
  'a list that a cut connection lost is asked for again: %s',
  async (who) => {
    const { path, remove } = temporaryFolder();
    undo.push(remove);
    const site = await startSite(path, 'shop');
    undo.push(() => site.agent.stop());
    const proxy = await startFrameProxy(site.agent.url);
    undo.push(() => proxy.stop());
    const token = site.agent.token({ operator: 'alice' }).text;
    const profile = join(path, 'profile');
    let engine = startTestEngine(profile, {});
    undo.push(() => engine.stop());
    const { connection } = await engine.call('environments.add', { url: proxy.url, token, name: 'shop' });
    await engine.live();
    fill(site, ['ann'], 7);
    const seen = await engine.until('seen', async () => {
      const rows = await engine.sessions();
      return rows.length === 7 ? rows.map(({ id }) => String(id)).sort() : null;
    });

    proxy.plan({ direction: 'up', name: 'command.targets', answer: false, mishap: 'cut-before' });
    const selection = { targets: [{ connection, selector: { accounts: ['ann' as never] } }] };
    const { operation } = await engine.call('respond.preview', { selection });
    await engine.until('cut', () => Promise.resolve(proxy.met.length === 1 || null));
    // Nobody reaches the agent: the list cannot be had yet.
    proxy.block(true);
    proxy.cut();
    await engine.until('away', async () => (await engine.environment()).state.is !== 'live' || null);
    expect(shownBy(engine)).toEqual([]);
    await engine.call('respond.execute', { operation, reason: 'drill' });
    if (who === 'console restarts') {
      await engine.stop();
      engine = startTestEngine(profile, { tokens: { [connection]: token } });
    }
    proxy.block(false);
    await engine.until('listed', async () => {
      const { state } = await engine.environment();
      if (state.is === 'waiting') await engine.call('environments.retry', { connection });
      return engine.rows('SELECT 1 FROM command WHERE preview_listed = 1').length === 1 || null;
    });
    expect(shownBy(engine)).toEqual(seen);
    await engine.until('ended', () => Promise.resolve(site.store.keys().length === 0 || null));
  },
);

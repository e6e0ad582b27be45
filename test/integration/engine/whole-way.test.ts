import { afterEach, expect, test } from 'vitest';
import { epochMs } from '#shared/domain/units.ts';
import { NO_PLACE } from '#shared/ipc/watch-views.ts';
import { startTestAgent, temporaryFolder, type TestAgent } from '#test/support/agent-in-process.ts';
import { createMemoryStore } from '#test/support/memory-store.ts';
import { startTestEngine, type TestEngine } from '#test/support/test-engine.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});
const folder = (): string => {
  const { path, remove } = temporaryFolder();
  cleanups.push(remove);
  return path;
};
const engineOn = (profile: string, tokens: Record<string, string> = {}): TestEngine => {
  const engine = startTestEngine(profile, { tokens });
  cleanups.push(() => engine.stop());
  return engine;
};
const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';

async function world(): Promise<{
  store: ReturnType<typeof createMemoryStore>;
  agent: TestAgent;
  dataDir: string;
}> {
  const store = createMemoryStore();
  const now = Date.now();
  for (const [id, ip] of [
    ['ann', '8.8.8.8'],
    ['ben', '91.1.2.3'],
    ['cy', '10.0.0.7'],
  ] as const) {
    store.account(id, { name: id, roles: id === 'cy' ? ['admin'] : ['editor'] });
    store.put(`key-${id}`, {
      account: id,
      opened: { at: epochMs(now - 60_000), ip, userAgent: CHROME },
      last: { at: epochMs(now - 1_000), ip, userAgent: CHROME },
    });
  }
  store.event('login-1', {
    action: 'login',
    at: epochMs(now - 60_000),
    account: { id: 'ann' as never, name: 'ann' },
  });
  const dataDir = folder();
  const agent = await startTestAgent(store, dataDir);
  cleanups.push(() => agent.stop());
  return { store, agent, dataDir };
}

test('sessions of a store are mirrored, placed, changed and ended', async () => {
  const { store, agent } = await world();
  const engine = engineOn(folder());
  const added = await engine.call('environments.add', { url: agent.url, token: agent.token().text });
  await engine.live(added.connection);
  const rows = await engine.until('three sessions', async () => {
    const all = await engine.sessions();
    return all.length === 3 ? all : null;
  });
  const ann = rows.find((row) => row.account?.name === 'ann');
  expect(ann).toMatchObject({ ip: '8.8.8.8', status: 'active', place: { country: 'US' }, roles: ['editor'] });
  expect(ann?.device?.browser?.name).toBe('Chrome');
  expect(rows.find((row) => row.account?.name === 'cy')).toMatchObject({ privileged: true, place: null });

  const points = await engine.call('map.changes', { filter: {}, since: null });
  expect(points.whole).toBe(true);
  expect([...points.place].filter((place) => place === NO_PLACE)).toHaveLength(1);
  expect([...points.places.latitude].map(Math.round).sort()).toEqual([37, 53]);

  store.put('key-dee', {
    account: 'ann',
    opened: { at: epochMs(Date.now()), ip: '91.9.9.9', userAgent: null },
  });
  store.remove('key-ben');
  await engine.until('one came, one went', async () => {
    const live = await engine.sessions();
    return live.length === 3 && !live.some((row) => row.account?.name === 'ben') ? live : null;
  });
  const news = await engine.call('map.changes', { filter: {}, since: points.revision });
  expect(news.whole).toBe(false);
  expect(news.gone).toHaveLength(1);
  expect([...points.keys]).toContain(news.gone[0]);
  expect(news.places.label).toContain('Berlin, DE');
  const quiet = await engine.call('map.changes', { filter: {}, since: news.revision });
  expect([quiet.keys.length, quiet.gone.length]).toEqual([0, 0]);
  const [ended] = await engine.sessions('ended');
  expect(ended).toMatchObject({ account: { name: 'ben' }, status: 'ended' });

  const detail = await engine.call('sessions.get', { connection: added.connection, id: ann?.id ?? '' });
  expect(detail?.siblings).toHaveLength(1);
  expect(detail?.observations.map((one) => one.ip)).toEqual(['8.8.8.8']);
  const figures = await engine.call('figures', {});
  expect(figures).toMatchObject({ sessions: 3, accounts: 2 });
});

test('ending a session: preview, intent, receipt, and the store has lost it', async () => {
  const { store, agent } = await world();
  const engine = engineOn(folder());
  const { connection } = await engine.call('environments.add', { url: agent.url, token: agent.token().text });
  await engine.live();
  const rows = await engine.until('sessions', async () => {
    const all = await engine.sessions();
    return all.length === 3 ? all : null;
  });
  const ann = rows.find((row) => row.account?.name === 'ann');
  const preview = await engine.call('respond.preview', {
    selection: { targets: [{ connection, selector: { sessions: [ann?.id ?? ''] } }] },
  });
  expect(preview.parts[0]).toMatchObject({
    is: 'ready',
    mirrored: 1,
    reach: { sessions: 1 },
    needsConfirmation: null,
  });
  expect(store.has('key-ann')).toBe(true);
  await engine.call('respond.execute', { operation: preview.operation, reason: 'a test' });
  await engine.until('receipt', async () => {
    const [operation] = await engine.call('respond.operations', { limit: 1 });
    return operation?.commands[0]?.state === 'completed' ? operation : null;
  });
  expect(store.has('key-ann')).toBe(false);
  await engine.until('the end comes back through the stream', async () => {
    const ended = await engine.sessions('ended');
    return ended[0]?.cause === 'revoked' ? ended : null;
  });
  const again = await engine.call('respond.execute', { operation: preview.operation, reason: 'a test' });
  expect(again.commands[0]).toMatchObject({ state: 'completed', ended: 1, matched: 1 });
  await engine.until('proof', async () => {
    const [operation] = await engine.call('respond.operations', { limit: 1 });
    return operation?.commands[0]?.proofs.some((proof) => proof.final) === true;
  });
});

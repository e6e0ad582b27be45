import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { epochMs } from '#shared/domain/units.ts';
import { listsAdd, listsRemove, listsShow } from '#cli/lists.ts';
import { networkFiles } from '#engine/network-lists.ts';
import { openGeo, resolveGeoData } from '#geo/open.ts';
import { startTestAgent, temporaryFolder } from '#test/support/agent-in-process.ts';
import { createMemoryStore } from '#test/support/memory-store.ts';
import { startTestEngine, type TestEngine } from '#test/support/test-engine.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const clean of cleanups.splice(0).reverse()) await clean();
});
const folder = (): string => {
  const { path, remove } = temporaryFolder();
  cleanups.push(remove);
  return path;
};

const CARRIERS = '# name: Carriers\n# kind: mobile\n# date: 2026-11-01\n91.0.0.0/16\nAS64500\n';
const OURS =
  'name: Ours\ndate: 2026-11-02\nnetworks:\n  - cidr: 8.8.8.0/24\n    kind: business\n    trusted: true\n';

/** An engine that looks networks up in nothing but the operator's lists. */
async function engineOn(profile: string): Promise<TestEngine> {
  const geo = await openGeo({ files: resolveGeoData(profile, profile), ...networkFiles(profile) });
  const engine = startTestEngine(profile, { geo });
  cleanups.push(() => engine.stop());
  return engine;
}

test('a list is refused by its faulty lines, used at once, brought to what is mirrored, journalled and taken away', async () => {
  const store = createMemoryStore();
  const signIn = (account: string, ip: string): void => {
    store.account(account, { name: account, roles: [] });
    const seen = { at: epochMs(Date.now() - 1_000), ip, userAgent: 'Firefox' };
    store.put(`key-${account}`, { account, opened: seen, last: seen });
  };
  signIn('ann', '8.8.8.8');
  signIn('ben', '91.0.0.1');
  const agent = await startTestAgent(store, folder());
  cleanups.push(() => agent.stop());
  const profile = folder();
  const engine = await engineOn(profile);
  await engine.call('environments.add', { url: agent.url, token: agent.token().text });
  const networks = (): readonly Record<string, unknown>[] =>
    engine.rows('SELECT ip, kind, trusted FROM address ORDER BY ip');
  const become = (what: string, wanted: readonly Record<string, unknown>[]): Promise<unknown> =>
    engine.until(what, () => Promise.resolve(JSON.stringify(networks()) === JSON.stringify(wanted)));
  await become('mirrored, of no known kind', [
    { ip: '8.8.8.8', kind: null, trusted: 0 },
    { ip: '91.0.0.1', kind: null, trusted: 0 },
  ]);

  await expect(
    engine.call('lists.add', {
      name: 'carriers.txt',
      text: '# kind: mobile\n91.0.0.0/16\nnonsense\n300.1.2.3\n',
    }),
  ).rejects.toThrow(/line 3: "nonsense".*line 4: "300\.1\.2\.3"/s);
  expect((await engine.call('lists.all', {})).lists).toEqual([]);

  await engine.call('lists.add', { name: 'carriers.txt', text: CARRIERS });
  const { lists, sources } = await engine.call('lists.add', { name: 'ours.yaml', text: OURS });
  expect(lists.map(({ file, list }) => [file, list?.name, list?.date, list?.networks])).toEqual([
    ['carriers.txt', 'Carriers', '2026-11-01', 2],
    ['own-networks.yaml', 'Ours', '2026-11-02', 1],
  ]);
  expect(sources).toContainEqual({ name: 'Carriers', date: '2026-11-01', licence: null });
  await become('known by the lists', [
    { ip: '8.8.8.8', kind: 'business', trusted: 1 },
    { ip: '91.0.0.1', kind: 'mobile', trusted: 0 },
  ]);
  signIn('cy', '91.0.0.2');
  await become('somebody new, looked up at once', [
    { ip: '8.8.8.8', kind: 'business', trusted: 1 },
    { ip: '91.0.0.1', kind: 'mobile', trusted: 0 },
    { ip: '91.0.0.2', kind: 'mobile', trusted: 0 },
  ]);

  await expect(engine.call('lists.remove', { file: 'other.txt' })).rejects.toThrow(
    'No list “other.txt” is loaded',
  );
  await engine.call('lists.remove', { file: 'carriers.txt' });
  await become('unknown again', [
    { ip: '8.8.8.8', kind: 'business', trusted: 1 },
    { ip: '91.0.0.1', kind: null, trusted: 0 },
    { ip: '91.0.0.2', kind: null, trusted: 0 },
  ]);
  await engine.until('brought to its end', async () => !(await engine.call('lists.all', {})).following);
  expect(
    engine
      .rows('SELECT action FROM journal ORDER BY seq')
      .map(({ action }) => action)
      .filter((action) => String(action).startsWith('network-list')),
  ).toEqual(['network-list-loaded', 'network-list-loaded', 'network-list-removed']);
});

test('the command line loads, shows and removes lists where no engine runs', async () => {
  let out = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const profile = folder();
  const files = mkdtempSync(join(tmpdir(), 'watchfloor-lists-'));
  cleanups.push(() => {
    rmSync(files, { recursive: true, force: true });
  });
  expect(listsShow(profile)).toBe(0);
  expect(out).toContain('No lists are loaded');
  const file = join(files, 'carriers.txt');
  writeFileSync(file, '# kind: mobile\n91.0.0.0/16\nnonsense\n');
  await expect(listsAdd(profile, file, '0.0.0')).rejects.toThrow(/line 3: "nonsense".*Nothing was changed/s);
  expect(networkFiles(profile).kindLists).toEqual([]);
  writeFileSync(file, CARRIERS);
  out = '';
  expect(await listsAdd(profile, file, '0.0.0')).toBe(0);
  expect(out).toContain('carriers.txt  Carriers  2026-11-01  2 networks  mobile');
  await expect(listsRemove(profile, 'other.txt', '0.0.0')).rejects.toThrow('No list “other.txt” is loaded');
  expect(await listsRemove(profile, 'carriers.txt', '0.0.0')).toBe(0);
  expect(networkFiles(profile).kindLists).toEqual([]);
});

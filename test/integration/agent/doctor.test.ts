import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { doctor } from '#agent/cli/doctor.ts';
import { init } from '#agent/cli/init.ts';
import { loadConfig } from '#agent/config/config.ts';
import { openState } from '#agent/state/state.ts';
import { STORE_KINDS } from '#agent/stores/registry.ts';
import type { RegisteredKind } from '#agent/stores/store-kind.ts';
import { epochMs } from '#shared/domain/units.ts';
import { systemClock, temporaryFolder } from '#test/support/agent-in-process.ts';
import { createMemoryStore, type MemoryStore } from '#test/support/memory-store.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

/** What the doctor prints of a store with 25 sessions, each from an address of its own unless told otherwise. */
async function examine(
  options: {
    readonly address?: (n: number) => string;
    readonly privileged?: string;
    readonly events?: boolean;
    readonly lastAt?: number;
    readonly unreadable?: string;
  } = {},
): Promise<{ readonly text: string; readonly good: boolean }> {
  const store: MemoryStore = createMemoryStore({ events: options.events ?? true });
  store.account('ann', { roles: ['editor'] });
  for (let n = 0; n < 25; n += 1)
    store.put(`s${String(n)}`, {
      account: 'ann',
      last: {
        at: epochMs(options.lastAt ?? Date.now() - 60_000),
        ip: options.address?.(n) ?? `192.0.2.${String(n)}`,
        userAgent: null,
      },
    });
  const { unreadable } = options;
  const adapter =
    unreadable === undefined
      ? store.adapter
      : { ...store.adapter, warnings: () => [{ id: 'unreadable-sessions', message: unreadable }] };
  const kind: RegisteredKind = {
    kind: 'memory',
    example: '',
    read: () => ({
      ok: true,
      store: { kind: 'memory', create: () => adapter, doctor: () => Promise.resolve([]), grants: null },
    }),
  };
  const file = join(folder.path, 'agent.yaml');
  writeFileSync(
    file,
    `environment: { id: test }\ndataDir: data\n${options.privileged ?? 'privileged: { roles: [editor] }'}\nstore: { kind: memory }\n`,
  );
  const lines: string[] = [];
  const good = await doctor(loadConfig(file, [kind], {}, {}), systemClock, (line) => void lines.push(line));
  return { text: lines.join('\n'), good };
}

test('a store that is in order gives no cause for suspicion', async () => {
  const { text, good } = await examine();
  expect(good).toBe(true);
  expect(text).toContain('Read 25 live sessions');
  expect(text).toContain('0 wrong, 0 suspicious');
});

test('every session from one address: a proxy that the application does not trust', async () => {
  const { text, good } = await examine({ address: () => '10.0.0.1' });
  expect(good).toBe(true);
  expect(text).toContain('Every session comes from 10.0.0.1');
});

test('after init nothing is wrong with the demo, which its first start makes', async () => {
  const file = join(folder.path, 'shop.yaml');
  const lines: string[] = [];
  const print = (line: string): void => void lines.push(line);
  init(file, 'demo', 'shop', STORE_KINDS, print);
  expect(await doctor(loadConfig(file, STORE_KINDS, {}, {}), systemClock, print)).toBe(true);
  expect(lines.join('\n')).toMatch(/no demo store yet[^]*0 wrong/);
});

test('configurations in one folder keep their files apart, and a key that is there is kept', () => {
  const lines: string[] = [];
  const print = (line: string): void => void lines.push(line);
  const dataDirOf = (name: string) => loadConfig(join(folder.path, name), STORE_KINDS, {}, {}).dataDir;
  for (const name of ['shop', 'wiki'])
    init(join(folder.path, `${name}.yaml`), 'demo', name, STORE_KINDS, print);
  expect([dataDirOf('shop.yaml'), dataDirOf('wiki.yaml')]).toEqual([
    join(folder.path, 'shop-data'),
    join(folder.path, 'wiki-data'),
  ]);
  const key = join(folder.path, 'shop-data', 'handle.key');
  const before = readFileSync(key, 'utf8');
  rmSync(join(folder.path, 'shop.yaml'));
  lines.length = 0;
  init(join(folder.path, 'shop.yaml'), 'demo', 'shop', STORE_KINDS, print);
  expect(readFileSync(key, 'utf8')).toBe(before);
  expect(lines[0]).toContain('was there and is kept');
});

test('nobody counts as privileged', async () => {
  expect((await examine({ privileged: '' })).text).toContain('Nobody counts as privileged');
  const named = await examine({ privileged: 'privileged: { roles: [administrator] }' });
  expect(named.text).toContain('No live session belongs to anybody who counts as privileged');
});

test('no log is kept; clocks differ; sessions cannot be read', async () => {
  expect((await examine({ events: false })).text).toContain('The store keeps no log');
  expect((await examine({ lastAt: Date.now() + 3_600_000 })).text).toContain(
    '25 sessions were last seen in the future',
  );
  const message = '3 sessions cannot be read and are not shown';
  expect((await examine({ unreadable: message })).text).toContain(message);
});

test('the key: made at the first start, kept to its owner, and missed when it is lost', async () => {
  expect((await examine()).text).toContain('The handle key is made at the first start');
  const key = join(folder.path, 'data', 'handle.key');
  expect((await examine()).text).toContain('readable by its owner only');
  chmodSync(key, 0o644);
  const open = await examine();
  expect(open.good).toBe(false);
  expect(open.text).toContain(`chmod 600 ${key}`);
  openState(join(folder.path, 'data'), systemClock).close();
  rmSync(key);
  // Also the second time: looking must not put a new key in its place.
  for (const lost of [await examine(), await examine()]) {
    expect(lost.good).toBe(false);
    expect(lost.text).toContain('is missing although the agent has run');
  }
});

test('it refuses to listen beyond this machine without TLS', async () => {
  const { good, text } = await examine({ privileged: 'listen: { host: 192.0.2.1 }' });
  expect(good).toBe(false);
  expect(text).toContain('It would listen on 192.0.2.1 without TLS');
});

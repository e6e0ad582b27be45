import { expect, test } from 'vitest';
import { z } from 'zod';
import { configText } from '#agent/cli/init.ts';
import { parseDuration } from '#agent/cli/durations.ts';
import { ConfigError, parseConfig } from '#agent/config/config.ts';
import { isLoopback } from '#agent/listen.ts';
import { STORE_KINDS } from '#agent/stores/registry.ts';
import { registerKind } from '#agent/stores/store-kind.ts';

const kind = registerKind({
  kind: 'fake',
  configSchema: z.strictObject({ file: z.string(), password: z.string().optional() }),
  example: 'file: store.sqlite\n# password: ${STORE_PASSWORD}\n',
  create: () => {
    throw new Error('not opened in this test');
  },
  grants: ({ file, password }) => `GRANT SELECT ON ${file} TO ${password ?? 'nobody'}`,
});
const good = 'environment: { id: shop }\ndataDir: data\nstore:\n  kind: fake\n  file: x.sqlite\n';
const parse = (text: string, env: Record<string, string> = {}, overrides = {}) =>
  parseConfig(text, '/etc/wf/agent.yaml', [kind], env, overrides);
const problem = (text: string, env: Record<string, string> = {}) => {
  try {
    parse(text, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'no problem';
};

test('fills in what is not said and anchors paths at the file', () => {
  const config = parse(good);
  expect(config).toMatchObject({
    listen: { host: '127.0.0.1', port: 7420 },
    environment: { id: 'shop', name: 'shop', tier: 'other', protected: false },
    dataDir: '/etc/wf/data',
    poll: { intervalMs: 2_000, adaptive: true },
    limits: { batch: 500, inFlight: 4 },
  });
  expect(parse(good, {}, { port: 1, host: '::1', dataDir: '/var/x' })).toMatchObject({
    listen: { host: '::1', port: 1 },
    dataDir: '/var/x',
  });
});

test('takes secrets from the environment, and says which is missing and where', () => {
  const text = `${good}  password: \${SECRET}-$$1\n`;
  expect(parse(text, { SECRET: 's3' }).store.grants).toBe('GRANT SELECT ON x.sqlite TO s3-$1');
  expect(problem(text)).toMatch(/^\/etc\/wf\/agent\.yaml:6:3: the environment variable SECRET is not set/);
});

test.each([
  ['a misspelt option', good.replace('file:', 'fiel:'), /agent\.yaml:5:3: store\.fiel is not an option/],
  [
    'a wrong value',
    good.replace('kind: fake', 'kind: mongo'),
    /agent\.yaml:4:3: there is no store of kind “mongo”; known are fake/,
  ],
  ['a missing value', good.replace('dataDir: data\n', ''), /dataDir: .*; correct/],
  ['a deep value', `${good}listen:\n  port: 70000\n`, /agent\.yaml:7:3: listen\.port: .*65535/],
  [
    'an unknown tier',
    good.replace('{ id: shop }', '{ id: shop, tier: prod }'),
    /agent\.yaml:1:\d+: environment\.tier/,
  ],
  ['broken YAML', `${good}listen: {\n`, /agent\.yaml:\d+:\d+: .*correct the YAML/],
  ['an empty file', '', /agent\.yaml:1:1: environment/],
])('says where and what is wrong: %s', (_name, text, expected) => {
  expect(problem(text)).toMatch(expected);
});

test('what init writes can be read', () => {
  expect(STORE_KINDS.length).toBeGreaterThan(0);
  for (const entry of [kind, ...STORE_KINDS]) {
    const text = configText(entry, 'shop', 'shop-data');
    // What init writes is a valid file as soon as its variables are set.
    const env = Object.fromEntries(
      [...text.matchAll(/\$\{([A-Z_]+)\}/g)].map(([, name]) => [name ?? '', 'x']),
    );
    expect(parseConfig(text, 'agent.yaml', [kind, ...STORE_KINDS], env).environment.protected).toBe(true);
  }
});

test('knows loopback when it sees it', () => {
  expect(['127.0.0.1', '127.9.9.9', '::1', '[::1]', 'localhost'].map(isLoopback)).toEqual([
    true,
    true,
    true,
    true,
    true,
  ]);
  expect(['0.0.0.0', '::', '192.168.1.1', 'example.org'].map(isLoopback)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});

test('reads durations', () => {
  expect(parseDuration('30d')).toBe(30 * 86_400_000);
  expect(parseDuration('90m')).toBe(5_400_000);
  expect([parseDuration('0d'), parseDuration('30'), parseDuration('d'), parseDuration('-1d')]).toEqual([
    null,
    null,
    null,
    null,
  ]);
});

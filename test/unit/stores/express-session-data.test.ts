import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { startsWith } from '#agent/stores/express/acl.ts';
import { EXPRESS_EXAMPLE, ExpressConfig, expressGrants } from '#agent/stores/express/config.ts';
import { tellsAll } from '#agent/stores/express/redis-adapter.ts';
import { readSession } from '#agent/stores/express/session-data.ts';

const config = (more: Record<string, unknown> = {}) =>
  ExpressConfig.parse({ database: { driver: 'redis' }, ...more });
const read = (json: unknown, more: Record<string, unknown> = {}, expiresAt: number | null = 10_000_000) =>
  readSession(
    { sid: 's', json: typeof json === 'string' ? json : JSON.stringify(json), expiresAt },
    config(more),
  );
const cookie = { originalMaxAge: 7_200_000, expires: '2026-01-01T00:00:00.000Z' };

test('people are found where passport and common applications keep them', () => {
  const ids = [
    { passport: { user: 101 } },
    { passport: { user: '101' } },
    { user: { id: 101, name: 'Anna' } },
    { userId: '101' },
  ].map((data) => read({ cookie, ...data })?.session.account);
  expect(ids).toEqual([
    { id: '101', name: '101' },
    { id: '101', name: '101' },
    { id: '101', name: 'Anna' },
    { id: '101', name: '101' },
  ]);
});

test('the first pointer that leads somewhere counts, and escapes are those of RFC 6901', () => {
  const mapping = { user: ['/none', '/a~1b/c~0d/1'], name: '/names/0' };
  const session = read({ cookie, 'a/b': { 'c~d': ['x', 'y'] }, names: ['N'] }, { mapping });
  expect(session?.session.account).toEqual({ id: 'y', name: 'N' });
});

test.each([
  ['a guest', { cookie, cart: [1] }],
  ['no cookie', { user: { id: 1 } }],
  ['a cookie that is none', { cookie: 'x', user: { id: 1 } }],
  ['an empty id', { cookie, user: { id: '' } }],
  ['an object for an id', { cookie, user: { id: {} } }],
  ['true for an id', { cookie, user: { id: true } }],
  ['an id that is a novel', { cookie, user: { id: 'x'.repeat(10_000) } }],
  ['not JSON', '{"cookie":'],
  ['null', 'null'],
  ['a list', '[]'],
])('%s is nobody who is signed in', (_what, json) => {
  expect(read(json)).toBeNull();
});

test('inherited members are not data', () => {
  for (const user of ['/constructor/name', '/__proto__/x', '/toString/name', '/user/__proto__/y'])
    expect(read({ cookie, user: {} }, { mapping: { user } }), user).toBeNull();
  const own = read('{"cookie":{},"__proto__":{"id":"7"}}', { mapping: { user: '/__proto__/id' } });
  expect(own?.session.account?.id).toBe('7');
});

test('roles are a text, texts or objects with a name, without doubles', () => {
  const roles = (value: unknown) =>
    read({ cookie, user: { id: 1, roles: value } }, { mapping: { user: '/user/id', roles: '/user/roles' } })
      ?.roles;
  expect(roles('admin')).toEqual(['admin']);
  expect(roles(['b', 'a', 'b', 3, null, {}, { name: 'c' }, ['d']])).toEqual(['3', 'a', 'b', 'c']);
  expect(roles({ admin: true })).toEqual([]);
  expect(roles(Array.from({ length: 9_000 }, (_, index) => `r${String(index)}`))?.length).toBe(64);
});

test('times are milliseconds, seconds or ISO, and anything else is unknown', () => {
  const at = (value: unknown) =>
    read({ cookie, user: { id: 1 }, at: value }, { mapping: { user: '/user/id', openedAt: '/at' } })?.session
      .opened.at;
  expect(at(1_767_225_600_123)).toBe(1_767_225_600_000);
  expect(at(1_767_225_600)).toBe(1_767_225_600_000);
  expect(at('2026-01-01T00:00:00.000Z')).toBe(1_767_225_600_000);
  for (const nonsense of ['yesterday', -1, 0, 1e300, '9', {}, [], 'Infinity', true, '2026-99-99T99:99:99Z'])
    expect(at(nonsense), JSON.stringify(nonsense)).toBeNull();
});

test('last seen is expiry less maxAge, and only where both are there and a touch moves them', () => {
  const last = (maxAge: unknown, more = {}, expiresAt: number | null = 1_767_232_800_000) =>
    read({ cookie: { originalMaxAge: maxAge }, user: { id: 1 } }, more, expiresAt)?.session.last.at;
  expect(last(7_200_000)).toBe(1_767_225_600_000);
  for (const nonsense of [null, 0, -1, '7200000', 1e308, {}]) expect(last(nonsense)).toBeNull();
  expect(last(7_200_000, {}, null)).toBeNull();
  expect(last(7_200_000, { touch: false })).toBeNull();
});

test('whatever JSON a session holds, reading it gives a session or nobody, and nothing unmapped', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 8 }), fc.string(), (json, secret) => {
      const own = `${secret}<secret>`;
      const text = `{"cookie":{"originalMaxAge":1},"user":{"id":"u"},"csrf":${JSON.stringify(own)},"x":${json}}`;
      const session = read(text);
      expect(session?.session.account).toEqual({ id: 'u', name: 'u' });
      expect(JSON.stringify(session)).not.toContain('<secret>');
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      expect(() => read(text)).not.toThrow();
    }),
  );
});

test('a prefix in a pattern means itself', () => {
  expect(startsWith('sess:')).toBe('sess:*');
  expect(startsWith('a*b?[c]\\^-')).toBe('a\\*b\\?\\[c\\]\\\\\\^\\-*');
});

test('events are complete with A, or with g, $ and x, and only for key spaces', () => {
  for (const flags of ['KA', 'AK', 'Kg$x', 'AKE', 'g$xK']) expect(tellsAll(flags), flags).toBe(true);
  for (const flags of ['', 'A', 'EA', 'Kg$', 'Kx', 'K$x']) expect(tellsAll(flags), flags).toBe(false);
});

test.each([
  [{ database: { driver: 'redis' }, mapping: { user: 'user.id' } }, 'JSON pointer'],
  [{ database: { driver: 'redis' }, mapping: { usr: '/user' } }, 'usr'],
  [{ database: { driver: 'redis' }, prefix: '' }, 'prefix'],
  [
    { database: { driver: 'postgres', database: 'a', user: 'b' }, timeZone: 'Mars/Olympus' },
    'time zone such as',
  ],
  [{ database: { driver: 'redis', passwort: 'x' } }, 'passwort'],
])('a mistake in the configuration is an error that says where: %j', (raw, word) => {
  const parsed = ExpressConfig.safeParse(raw);
  expect(parsed.success).toBe(false);
  expect(JSON.stringify(parsed.error?.issues)).toContain(word);
});

test('what init writes is a valid configuration, with every commented line taken in as well', () => {
  const written: unknown = parse(EXPRESS_EXAMPLE);
  expect(ExpressConfig.parse(written)).toMatchObject({ prefix: 'sess:', mapping: { name: ['/user/name'] } });
  const all = EXPRESS_EXAMPLE.replaceAll(/^( *)# (?=[a-zA-Z]+:)(?!database:)/gm, '$1');
  expect(ExpressConfig.parse(parse(all))).toMatchObject({
    table: 'session',
    timeZone: 'Europe/Berlin',
    mapping: { roles: ['/user/roles'], lastAddress: ['/lastIp'] },
  });
});

test('grants give no more than reading and removing under the one prefix', () => {
  const grants = expressGrants(config({ prefix: 'a*:' }));
  expect(grants).toContain("resetkeys resetchannels -@all '~a\\*:*'");
  expect(grants).toContain("'&__keyspace@0__:a\\*:*'");
  expect(grants).not.toMatch(/\+(?:@|set|del|config|keys|flush|eval|acl)/);
});

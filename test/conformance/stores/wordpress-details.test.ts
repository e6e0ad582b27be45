import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { storeKey } from '#agent/stores/store-adapter.ts';
import type { AccountId } from '#shared/domain/ids.ts';
import { phpSerialize } from '#test/support/php-serialize.ts';
import { disposeServers } from './databases.ts';
import { allAccounts, allKeys, listAll } from './reading.ts';
import { wordpressWorld, type WordpressWorld } from './worlds/wordpress-world.ts';

const never = new AbortController().signal;
const now = Math.trunc(Date.now() / 1_000);
const visit = { at: (now - 600) * 1_000, ip: '203.0.113.9', userAgent: 'Firefox' };
let world: WordpressWorld;
const start = async (multisite: boolean): Promise<void> => {
  world = await wordpressWorld('wp_', multisite);
  await world.adapter.open(never);
};
beforeEach(() => start(true));
afterEach(async () => {
  await world.adapter.close();
  await world.dispose();
});
afterAll(disposeServers);
const end = (keys: readonly string[], account: string) =>
  world.adapter.end(
    keys.map((key) => ({ key: storeKey(key), account: account as AccountId })),
    'sessions',
    never,
  );

test('what stays in the array is byte for byte what it was', async () => {
  const account = await world.addPerson({ name: 'Jörg', email: 'j@example.org', roles: [] });
  const entry = (n: string, more: string): string =>
    `s:64:"${n.repeat(64)}";a:5:{s:10:"expiration";i:${String(now + 9_999)};s:2:"ip";s:9:"192.0.2.1";s:2:"ua";s:11:"ü 🦉 "}{";s:5:"login";i:${String(now - 5)};${more}}`;
  const [a, b, c] = [
    entry('a', 's:1:"x";d:0.1;'),
    entry('b', 's:1:"o";O:8:"stdClass":1:{s:4:"\0*\0p";b:0;}'),
    entry('c', 's:1:"n";N;'),
  ];
  await world.writeRow(account, Buffer.from(`a:3:{${a}${b}${c}}`));
  expect((await listAll(world.adapter)).sessions.map(({ opened }) => opened.userAgent)).toEqual(
    Array(3).fill('ü 🦉 "}{'),
  );
  expect(await end([`${account}:${'a'.repeat(64)}`], account)).toEqual([{ outcome: 'ended' }]);
  expect((await world.row(account))?.toString()).toBe(`a:2:{${b}${c}}`);
  expect(await end([`${account}:${'b'.repeat(64)}`, `${account}:${'c'.repeat(64)}`], account)).toEqual([
    { outcome: 'ended' },
    { outcome: 'ended' },
  ]);
  expect(await world.row(account)).toBeNull();
});

test('a reference between entries is written out, and one that cannot be is refused without a change', async () => {
  const account = await world.addPerson({ name: 'anna', email: 'a@example.org', roles: [] });
  const [a, b] = ['a'.repeat(64), 'b'.repeat(64)];
  await world.writeRow(
    account,
    Buffer.from(
      `a:2:{s:64:"${a}";a:1:{s:10:"expiration";i:${String(now + 99)};}s:64:"${b}";a:2:{s:10:"expiration";R:3;s:1:"k";r:2;}}`,
    ),
  );
  expect(await end([`${account}:${a}`], account)).toEqual([{ outcome: 'ended' }]);
  expect((await world.row(account))?.toString()).toBe(
    `a:1:{s:64:"${b}";a:2:{s:10:"expiration";i:${String(now + 99)};s:1:"k";a:1:{s:10:"expiration";i:${String(now + 99)};}}}`,
  );
  const cyclic = `a:2:{s:64:"${a}";i:${String(now + 99)};s:64:"${b}";a:2:{s:10:"expiration";i:${String(now + 99)};s:1:"k";R:1;}}`;
  await world.writeRow(account, Buffer.from(cyclic));
  expect(await end([`${account}:${a}`], account)).toMatchObject([{ outcome: 'failed', code: 'UNREADABLE' }]);
  expect((await world.row(account))?.toString()).toBe(cyclic);
});

test('many sign-ins and sign-outs of one person at the same time: nobody’s change is lost', async () => {
  const account = await world.addPerson({ name: 'anna', email: 'a@example.org', roles: [] });
  const keys: string[] = [];
  for (let n = 0; n < 12; n += 1) keys.push(await world.signIn(account, visit));
  const staying: string[] = [];
  // The application writes its own compare-and-swap free way, but only ever adds here, between our attempts.
  const ending = Promise.all(keys.map((key) => end([key], account)));
  for (let n = 0; n < 5; n += 1) {
    const before = await world.row(account);
    const verifier = String(n).repeat(64);
    const entry = Buffer.concat([
      phpSerialize(verifier),
      phpSerialize({ expiration: now + 999, ip: '192.0.2.1', ua: 'x', login: now }),
    ]);
    if (before === null) break;
    const [, count = '0', rest = ''] = /^a:(\d+):\{(.*)\}$/s.exec(before.toString('latin1')) ?? [];
    const after = Buffer.concat([
      Buffer.from(`a:${String(Number(count) + 1)}:{${rest}`, 'latin1'),
      entry,
      Buffer.from('}'),
    ]);
    await world.db.exec(
      `UPDATE wp_usermeta SET meta_value = ? WHERE user_id = ? AND meta_key = 'session_tokens' AND BINARY meta_value = ?`,
      after,
      Number(account),
      before,
    );
    if ((await world.row(account))?.includes(verifier)) staying.push(`${account}:${verifier}`);
  }
  expect((await ending).flat().every(({ outcome }) => outcome === 'ended')).toBe(true);
  expect(await allKeys(world.adapter)).toEqual(staying.sort());
});

test('tokens older than a new password are dead, the one that changed it is not, and none comes back', async () => {
  const [anna, joerg] = [
    await world.addPerson({ name: 'anna', email: '', roles: [] }),
    await world.addPerson({ name: 'jörg', email: '', roles: [] }),
  ];
  const old = [await world.signIn(anna, visit), await world.signIn(anna, { ...visit, at: now * 1_000 })];
  const others = await world.signIn(joerg, visit);
  const { cursor } = await listAll(world.adapter);
  const before = await world.adapter.glance(never);
  await world.setPassword?.(anna);
  const changing = await world.signIn(anna, { ...visit, at: now * 1_000 });
  await expect.poll(() => world.adapter.glance(never), { timeout: 5_000, interval: 20 }).not.toBe(before);
  expect(await allKeys(world.adapter)).toEqual([changing, others].sort());
  expect((await listAll(world.adapter, cursor)).sessions.map(({ key }) => key as string)).toEqual([changing]);
  expect(await world.adapter.lookUp(old.map(storeKey), never)).toEqual([]);
  expect(await allKeys(world.adapter)).toEqual([changing, others].sort());
  await world.setPassword?.(anna);
  expect(await allKeys(world.adapter)).toEqual([others]);
});

test('a glance differs once a token has expired, without anything being written', async () => {
  const account = await world.addPerson({ name: 'anna', email: '', roles: [] });
  await world.writeRow(account, phpSerialize({ ['a'.repeat(64)]: Math.trunc(Date.now() / 1_000) + 2 }));
  await listAll(world.adapter);
  expect((await allKeys(world.adapter)).length).toBe(1);
  const before = await world.adapter.glance(never);
  await expect.poll(() => world.adapter.glance(never), { timeout: 10_000, interval: 50 }).not.toBe(before);
  expect(await allKeys(world.adapter)).toEqual([]);
});

test('roles of a network: of every site with its number, super admins, spam accounts', async () => {
  const anna = await world.addPerson({ name: 'anna', email: '', roles: ['editor'] });
  const spam = await world.addPerson({ name: 'spam', email: '', roles: [] });
  const meta = `INSERT INTO wp_usermeta (user_id, meta_key, meta_value) VALUES (?, ?, ?)`;
  await world.db.exec(
    meta,
    Number(anna),
    'wp_2_capabilities',
    phpSerialize({ administrator: true, gone: false }),
  );
  await world.db.exec(meta, Number(anna), 'wp_x_capabilities', phpSerialize({ decoy: true }));
  await world.db.exec(meta, Number(anna), 'wpx3_capabilities', phpSerialize({ decoy: true }));
  await world.db.exec(meta, Number(spam), 'wp_3_capabilities', Buffer.from('a:1:{broken'));
  await world.db.exec(
    `INSERT INTO wp_sitemeta (site_id, meta_key, meta_value) VALUES (1, 'site_admins', ?)`,
    phpSerialize(['anna', 'nobody']),
  );
  await world.db.exec('UPDATE wp_users SET spam = 1 WHERE ID = ?', Number(spam));
  const accounts = await allAccounts(world.adapter);
  expect(accounts.get(anna)).toMatchObject({
    roles: ['administrator@2', 'editor', 'super-admin'],
    status: 'active',
    createdAt: Date.UTC(2020, 1, 3, 4, 5, 6),
  });
  expect(accounts.get(spam)).toMatchObject({ roles: [], status: 'blocked' });
});

test('"remember me" is told by WordPress’s own fortnight', async () => {
  const account = await world.addPerson({ name: 'anna', email: '', roles: [] });
  const token = (days: number) => ({ expiration: now + days * 86_400, ip: '192.0.2.1', ua: 'x', login: now });
  await world.writeRow(
    account,
    phpSerialize({ ['a'.repeat(64)]: token(14), ['b'.repeat(64)]: token(2), ['c'.repeat(64)]: token(30) }),
  );
  const { sessions } = await listAll(world.adapter);
  expect(sessions.map(({ marks }) => marks)).toEqual([['remember-me'], [], []]);
});

test('of several rows of one account the oldest counts, as for WordPress, and the doctor tells', async () => {
  const account = await world.addPerson({ name: 'anna', email: '', roles: [] });
  const key = await world.signIn(account, visit);
  await world.addRow(account, phpSerialize({ ['d'.repeat(64)]: now + 999 }));
  expect(await allKeys(world.adapter)).toEqual([key]);
  expect((await world.doctor()).find(({ id }) => id === 'store.double-rows')?.status).toBe('suspicious');
});

test('a password that was changed while the agent was off is noticed when it is back', async () => {
  const anna = await world.addPerson({ name: 'anna', email: '', roles: [] });
  const joerg = await world.addPerson({ name: 'jörg', email: '', roles: [] });
  await world.signIn(anna, visit);
  const other = await world.signIn(joerg, visit);
  expect((await listAll(world.adapter)).sessions.length).toBe(2);
  await world.setPassword?.(anna);
  const changing = await world.signIn(anna, { ...visit, at: now * 1_000 });
  const later = world.again();
  await later.open(never);
  try {
    expect((await listAll(later)).sessions.map(({ key }) => key as string).sort()).toEqual(
      [changing, other].sort(),
    );
    for (const secret of world.secrets()) expect(world.kept().includes(secret)).toBe(false);
  } finally {
    await later.close();
  }
});

test('in a network an account can be blocked as spam, and let in again', async () => {
  await world.adapter.close();
  await world.dispose();
  world = await wordpressWorld('wp_', true, { blockAccounts: true });
  const { capabilities } = await world.adapter.open(never);
  expect(capabilities).toContain('account.block');
  const [anna, joerg] = [
    await world.addPerson({ name: 'anna', email: '', roles: [] }),
    await world.addPerson({ name: 'jörg', email: '', roles: [] }),
  ];
  const status = async () => {
    const accounts = await allAccounts(world.adapter);
    return [accounts.get(anna)?.status, accounts.get(joerg)?.status];
  };
  await world.adapter.setBlocked?.([anna as AccountId], true, never);
  expect(await status()).toEqual(['blocked', 'active']);
  await world.adapter.setBlocked?.([anna as AccountId], false, never);
  expect(await status()).toEqual(['active', 'active']);
});

test('accounts whose tokens cannot be read are counted', async () => {
  const anna = await world.addPerson({ name: 'anna', email: '', roles: [] });
  await world.writeRow(anna, Buffer.from('a:1:{broken'));
  expect((await listAll(world.adapter)).sessions).toEqual([]);
  expect(world.adapter.warnings?.()[0]?.message).toMatch(/^1 accounts’ session_tokens cannot be read/);
  await world.signIn(anna, visit);
  await allKeys(world.adapter);
  expect(world.adapter.warnings?.()).toEqual([]);
});

import { expect, test } from 'vitest';
import type { FakeAgent } from '#test/support/fake-agent/fake-agent.ts';
import { testCertificates } from '#test/support/certificates.ts';
import { startConnectProxy, startSocksProxy, type TestProxy } from '#test/support/proxies.ts';
import { closing } from './cleanups.ts';

const open = closing();
const started = async (start: () => Promise<TestProxy>): Promise<TestProxy> => {
  const proxy = await start();
  open.later(() => proxy.stop());
  return proxy;
};
const hostOf = (agent: FakeAgent) => new URL(agent.url).host;
const manual = ({ url }: TestProxy, login?: TestProxy['login']) => ({
  is: 'manual' as const,
  url,
  ...(login === undefined ? {} : { credentials: login }),
});

for (const [name, start] of [
  ['an HTTP proxy', startConnectProxy],
  ['a SOCKS5 proxy', startSocksProxy],
] as const) {
  test(`${name}: chosen, changed and dropped at once; its own failures are told from the agent's`, async () => {
    const { tls, ca } = testCertificates(open.folder());
    const agent = await open.agent({}, { tls });
    const engine = open.engine(open.folder());
    const proxy = await started(start);
    const { connection } = await engine.call('environments.add', { url: agent.url, token: 't', ca });
    await agent.until('connected straight', () => agent.consoles.length === 1);
    expect(proxy.asked).toEqual([]);

    await engine.call('environments.update', { connection, proxy: manual(proxy) });
    await agent.until('connected over the proxy', () => agent.consoles.length === 2);
    expect(proxy.asked).toEqual([hostOf(agent)]);
    expect((await engine.environment()).proxy).toEqual({ is: 'manual', url: proxy.url, credentials: false });

    const test = (extra: object = {}) =>
      engine.call('environments.test', { url: agent.url, connection, ...extra });
    proxy.refuses = true;
    expect(await test()).toMatchObject({ ok: false, problem: { code: 'PROXY_REFUSED' } });
    proxy.refuses = false;
    const login = { name: 'ann@corp', password: 'p:w/ö%' };
    proxy.login = login;
    expect(await test()).toMatchObject({ ok: false, problem: { code: 'PROXY_CREDENTIALS' } });
    expect(await test({ proxy: manual(proxy, login) })).toMatchObject({ ok: true });
    await engine.call('environments.update', { connection, proxy: manual(proxy, login) });
    expect(await test()).toMatchObject({ ok: true });
    // Kept beside the token, nowhere else, and shown to nobody.
    expect((await engine.environment()).proxy).toEqual({ is: 'manual', url: proxy.url, credentials: true });
    const written = JSON.stringify(engine.rows('SELECT * FROM connection'));
    expect(written).not.toContain('p:w');
    expect(written).not.toContain(encodeURIComponent('p:w/ö%'));
    expect(JSON.stringify(engine.rows('SELECT * FROM journal'))).not.toContain('p:w');

    // To another proxy they do not go.
    const other = await started(start);
    other.login = login;
    expect(await test({ proxy: manual(other) })).toMatchObject({ problem: { code: 'PROXY_CREDENTIALS' } });
    await other.stop();
    expect(await test({ proxy: manual(other) })).toMatchObject({ problem: { code: 'PROXY_UNREACHABLE' } });

    const asked = proxy.asked.length;
    const consoles = agent.consoles.length;
    await engine.call('environments.update', { connection, proxy: { is: 'none' } });
    await agent.until('connected straight again', () => agent.consoles.length > consoles);
    expect(proxy.asked).toHaveLength(asked);
    expect((await engine.environment()).proxy).toEqual({ is: 'none', credentials: false });
    expect(engine.vault.get(`proxy-${connection}` as never)).toBeUndefined();
  });
}

test('the system is asked only where it was chosen, anew for each connection, and what it cannot say is said', async () => {
  const agent = await open.agent();
  const proxy = await started(startConnectProxy);
  const asked: string[] = [];
  let rule: () => string = () => proxy.url;
  const engine = open.engine(open.folder(), {
    systemProxy: (url) => {
      asked.push(url);
      return Promise.resolve().then(() => rule());
    },
  });
  const { connection } = await engine.call('environments.add', { url: agent.url, token: 't' });
  await agent.until('connected', () => agent.consoles.length === 1);
  expect(asked).toEqual([]);
  await engine.call('environments.update', { connection, proxy: { is: 'system' } });
  await agent.until('connected over the system’s proxy', () => agent.consoles.length === 2);
  expect(asked).toEqual([agent.url]);
  expect(proxy.asked).toEqual([hostOf(agent)]);
  rule = () => '';
  await engine.call('environments.retry', { connection });
  await agent.until('connected without one', () => agent.consoles.length === 3);
  expect(proxy.asked).toHaveLength(1);
  rule = () => {
    throw new Error('PAC script failed');
  };
  expect(await engine.call('environments.test', { url: agent.url, connection })).toMatchObject({
    ok: false,
    problem: { code: 'PROXY_UNKNOWN', message: expect.stringContaining('PAC script failed') as string },
  });
});

test('a key is shown, pinned and refused when it is another; an unpinned one is accepted again', async () => {
  const first = testCertificates(open.folder());
  const agent = await open.agent({}, { tls: first.tls });
  const engine = open.engine(open.folder());
  const tested = await engine.call('environments.test', { url: agent.url, token: 't', ca: first.ca });
  expect(tested).toMatchObject({
    ok: true,
    certificate: {
      subject: 'CN=agent',
      issuer: 'CN=Test CA',
      pin: expect.stringMatching(/^.{43}=$/) as string,
    },
  });
  const pin = tested.ok ? (tested.certificate?.pin ?? '') : '';
  const { connection } = await engine.call('environments.add', {
    url: agent.url,
    token: 't',
    ca: first.ca,
    pin,
  });
  await agent.until('connected', () => agent.consoles.length === 2);
  await engine.until(
    'its certificate is shown',
    async () => (await engine.environment()).certificate?.pin === pin,
  );

  const wrong = `${'A'.repeat(43)}=`;
  await engine.call('environments.update', { connection, pin: wrong });
  const refused = await engine.until('refused', async () => {
    const { state } = await engine.environment();
    return state.is === 'waiting' ? state.problem : null;
  });
  expect(refused).toMatchObject({ code: 'PINNED_KEY' });
  expect(agent.consoles).toHaveLength(2);
  await engine.call('environments.update', { connection, pin: null });
  await agent.until('connected again', () => agent.consoles.length === 3);
});

test.each([
  ['proxy.example.org', /is not the address of a proxy/],
  ['ftp://proxy.example.org', /not ftp/],
  ['http://ann:secret@proxy.example.org', /own fields/],
  ['http://proxy.example.org/path', /remove “\/path”/],
])('a bad proxy is said in words: %s', async (url, words) => {
  const engine = open.engine(open.folder());
  await expect(
    engine.call('environments.add', { url: 'http://127.0.0.1:1', token: 't', proxy: { is: 'manual', url } }),
  ).rejects.toMatchObject({
    problem: { code: 'BAD_PROXY', message: expect.stringMatching(words) as string },
  });
  expect(await engine.call('environments.list', {})).toEqual([]);
});

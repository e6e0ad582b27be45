import { expect, test } from 'vitest';
import type { FakeAgent } from '#test/support/fake-agent/fake-agent.ts';
import { fakeEvent, audited, fakeSession, opened } from '#test/support/fake-agent/fake-records.ts';
import type { TestEngine } from '#test/support/test-engine.ts';
import { testCertificates } from '#test/support/certificates.ts';
import { closing } from './cleanups.ts';

const open = closing();

async function liveWith(engine: TestEngine, agent: FakeAgent, sessions: readonly unknown[]) {
  const count = agent.consoles.length;
  const { connection } = await engine.call('environments.add', { url: agent.url, token: 'secret' });
  await agent.until('a console', () => agent.consoles.length > count);
  const console = await agent.console();
  await agent.until('subscribed', () => console.subscriptions.length > 0);
  await console.snapshot({ sessions });
  await engine.live(connection);
  return { connection, console };
}

test.each([
  ['http://agent.example.org', /https/],
  ['agent', /is not an address/],
  ['https://user:pass@agent.example.org', /must not contain a name/],
  ['ftp://127.0.0.1', /over https/],
])('a bad address is said in words: %s', async (url, words) => {
  const engine = open.engine(open.folder());
  await expect(engine.call('environments.add', { url, token: 't' })).rejects.toMatchObject({
    problem: { code: 'BAD_URL', message: expect.stringMatching(words) as string },
  });
  expect(await engine.call('environments.test', { url, token: 't' })).toMatchObject({
    problem: { code: 'BAD_URL' },
  });
  expect(await engine.call('environments.list', {})).toEqual([]);
});

test('a stored token is sent to no other address than it was entered for', async () => {
  const agent = await open.agent();
  const thief = await open.agent();
  const engine = open.engine(open.folder());
  const { connection } = await liveWith(engine, agent, []);
  const stolen = { problem: { code: 'TOKEN_NEEDED' } };
  await expect(engine.call('environments.update', { connection, url: thief.url })).rejects.toMatchObject(
    stolen,
  );
  expect(await engine.call('environments.test', { connection, url: thief.url })).toMatchObject({
    ok: false,
    ...stolen,
  });
  expect(thief.consoles).toEqual([]);
  expect(await engine.call('environments.test', { connection, url: agent.url })).toMatchObject({ ok: true });
  await engine.call('environments.update', { connection, url: thief.url, token: 'another' });
  await thief.until('connected with the new token', () => thief.consoles.length === 1);
});

test('removing keeps what was mirrored, and the same environment finds it again; forgetting leaves nothing', async () => {
  const agent = await open.agent();
  const engine = open.engine(open.folder());
  const { connection, console } = await liveWith(engine, agent, [fakeSession('one')]);
  await console.changes([audited(1, fakeEvent('e1', { ip: '8.8.8.8' })), opened(2, fakeSession('two'))]);
  await engine.call('environments.remove', { connection, forget: false });
  expect(await engine.call('environments.list', {})).toEqual([]);
  expect(await engine.sessions()).toEqual([]);
  expect(engine.rows('SELECT count(*) AS n FROM audit')).toEqual([{ n: 1 }]);

  const again = await liveWith(engine, agent, [fakeSession('one'), fakeSession('two')]);
  expect((await engine.sessions()).map((row) => row.id).sort()).toEqual(['one', 'two']);
  expect((await engine.call('audit.page', { filter: {}, cursor: null, limit: 10 })).rows).toHaveLength(1);
  expect(engine.rows('SELECT count(*) AS n FROM session')).toEqual([{ n: 2 }]);

  await engine.call('environments.remove', { connection: again.connection, forget: true });
  for (const table of [
    'session',
    'handle',
    'audit',
    'account',
    'observation',
    'tally',
    'cursor',
    'history',
    'watch',
  ]) {
    expect(engine.rows(`SELECT count(*) AS n FROM ${table}`), table).toEqual([{ n: 0 }]);
  }
  expect(engine.rows('SELECT count(*) AS n FROM connection WHERE hello IS NOT NULL')).toEqual([{ n: 0 }]);
  expect(engine.vault.get(again.connection)).toBeUndefined();
});

test('switched off it stays away, also after a restart; switched on it comes back', async () => {
  const agent = await open.agent();
  const profile = open.folder();
  const engine = open.engine(profile);
  const { connection } = await liveWith(engine, agent, [fakeSession('one')]);
  expect((await engine.call('environments.update', { connection, enabled: false })).state.is).toBe('stopped');
  await engine.stop();
  const second = open.engine(profile, { tokens: { [connection]: 'secret' } });
  expect(await second.environment()).toMatchObject({
    enabled: false,
    state: { is: 'stopped' },
    liveSessions: 1,
  });
  await second.call('environments.update', { connection, enabled: true });
  await agent.until('came back', () => agent.consoles.length === 2);
});

test('without its token an environment says so and shows what was mirrored', async () => {
  const agent = await open.agent();
  const profile = open.folder();
  const engine = open.engine(profile);
  const { connection } = await liveWith(engine, agent, [fakeSession('one')]);
  await engine.stop();
  const second = open.engine(profile);
  const view = await second.environment();
  expect(view).toMatchObject({
    secret: 'missing',
    state: { is: 'refused', problem: { code: 'TOKEN_MISSING' } },
  });
  expect(view.hello?.environment.name).toBe('Fake');
  expect(await second.sessions()).toHaveLength(1);
  second.engine.secrets({ tokens: { [connection]: 'secret' }, kept: 'keychain' });
  await agent.until('came back', () => agent.consoles.length === 2);
});

test('demo environments are matched by their key; one that was removed stays removed', async () => {
  const agent = await open.agent();
  const engine = open.engine(open.folder());
  const demo = { key: 'shop', name: 'Shop', url: agent.url, token: 't', colour: 3 };
  engine.engine.demo([demo]);
  await agent.until('connected', () => agent.consoles.length === 1);
  engine.engine.demo([demo]);
  const [view, ...others] = await engine.call('environments.list', {});
  expect(others).toEqual([]);
  expect(view).toMatchObject({ demo: true, colour: 3, secret: 'this-run' });
  const moved = await open.agent();
  engine.engine.demo([{ ...demo, url: moved.url, token: 'new' }]);
  await moved.until('followed', () => moved.consoles.length === 1);
  await engine.call('environments.remove', { connection: view?.connection ?? '', forget: true });
  engine.engine.demo([demo]);
  expect(await engine.call('environments.list', {})).toEqual([]);
});

test('one engine a profile', () => {
  const profile = open.folder();
  open.engine(profile);
  expect(() => open.engine(profile)).toThrow(/PROFILE_IN_USE/);
});

test('TLS: an unknown certificate is refused in words, its own authority makes it good', async () => {
  const { tls, ca } = testCertificates(open.folder());
  const agent = await open.agent({}, { tls });
  const engine = open.engine(open.folder());
  const bare = await engine.call('environments.test', { url: agent.url, token: 't' });
  expect(bare).toMatchObject({ ok: false, problem: { code: 'CERTIFICATE' } });
  expect(await engine.call('environments.test', { url: agent.url, token: 't', ca })).toMatchObject({
    ok: true,
  });
  const plain = await open.agent();
  expect(
    await engine.call('environments.test', { url: plain.url.replace('http:', 'https:'), token: 't' }),
  ).toMatchObject({ ok: false, problem: { code: 'NOT_AN_AGENT' } });
});

test('nobody there, and somebody who is no agent, are told apart', async () => {
  const engine = open.engine(open.folder());
  const gone = await open.agent();
  await gone.stop();
  expect(await engine.call('environments.test', { url: gone.url, token: 't' })).toMatchObject({
    problem: { code: 'UNREACHABLE', message: expect.stringContaining('ECONNREFUSED') as string },
  });
});

test('windows are told at most ten times a second, however much happens', async () => {
  const agent = await open.agent();
  const engine = open.engine(open.folder());
  const { console } = await liveWith(engine, agent, []);
  engine.events.length = 0;
  const started = performance.now();
  for (let seq = 1; seq <= 300; seq += 1) {
    await console.changes([opened(seq, fakeSession(`s${String(seq)}`))]);
  }
  const seconds = (performance.now() - started) / 1_000;
  expect(engine.events.length).toBeLessThanOrEqual(Math.ceil(seconds * 10) + 1);
  await engine.until('the last figure', () => Promise.resolve(engine.events.at(-1)?.sessions?.live === 300));
});

test('the posture of a store is asked of its agent, and outages are remembered', async () => {
  const checks = [
    {
      id: 'mfa',
      title: 'Second factor',
      status: 'warn',
      observed: 'off',
      advice: 'Switch it on',
      source: 'settings',
    },
    { id: 'new', title: 'From a later version', status: 'shiny', observed: '', advice: '', source: '' },
  ];
  const agent = await open.agent({
    answer: (event) =>
      event === 'posture.get'
        ? { ok: true, checks }
        : { ok: false, error: { code: 'UNSUPPORTED', message: '' } },
  });
  const engine = open.engine(open.folder());
  const { connection } = await liveWith(engine, agent, []);
  const posture = await engine.call('environments.posture', { connection });
  expect(posture.checks.map(({ id, status }) => [id, status])).toEqual([
    ['mfa', 'warn'],
    ['new', 'unknown'],
  ]);
  const before = await engine.call('environments.outages', { connection });
  expect(before).toMatchObject({ outages: [], total: 0 });
  await agent.stop();
  const outage = await engine.until(
    'an outage',
    async () => (await engine.call('environments.outages', { connection })).outages[0],
  );
  expect(outage).toMatchObject({ is: 'offline', to: null, why: 'CLOSED' });
  await expect(engine.call('environments.posture', { connection })).rejects.toMatchObject({
    problem: { code: 'NO_ANSWER' },
  });
});

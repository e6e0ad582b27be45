import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { io } from 'socket.io-client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConnectionFile } from '#shared/protocol/connection-file.ts';
import { Hello, SCOPES } from '#shared/protocol/handshake.ts';
import { temporaryFolder } from '#test/support/agent-in-process.ts';
import type { AgentProcess } from '#test/support/agent-process.ts';
import { AGENT_PROGRAM, agentFolder } from '#test/support/agent-process.ts';
import { authOf, connectConsole } from '#test/support/test-console.ts';

let folder: ReturnType<typeof temporaryFolder>;
let running: AgentProcess[] = [];
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  for (const agent of running) await agent.stop('SIGKILL');
  running = [];
  folder.remove();
});
const keep = async (starting: Promise<AgentProcess>) => {
  const agent = await starting;
  running.push(agent);
  return agent;
};

test('serves, resumes after kill −9, and stops when told', { timeout: 120_000 }, async () => {
  const home = agentFolder(folder.path);
  const text = await home.token('Ann');
  const first = await keep(home.start());
  const console = await connectConsole(first.url, text);
  await console.subscribe();
  await console.until(() => console.parts.at(-1)?.last === true && console.changes.length > 5, 'changes');
  const position = console.position();
  await first.stop('SIGKILL');
  const second = await keep(home.start());
  const again = await connectConsole(second.url, text);
  expect(again.hello.log.epoch).toBe(position.epoch);
  expect(await again.subscribe({ resume: position })).toMatchObject({
    mode: 'resume',
    next: position.seq + 1,
  });
  await again.until(() => again.batches.length > 0, 'changes');
  expect(again.batches[0]?.from).toBe(position.seq + 1);
  expect(await second.stop('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(again.goodbyes.at(-1)?.code).toBe('SHUTTING_DOWN');
  // Nothing that opens doors is in its log.
  expect(second.stderr()).not.toContain(text);
  console.close();
  again.close();
});

test(
  'tokens from the command line: one file for the console, revoked at once',
  { timeout: 120_000 },
  async () => {
    const home = agentFolder(folder.path, { listen: { port: 0 } });
    const file = join(folder.path, 'ann.watchfloor');
    const needsUrl = await home.run(
      'token',
      'create',
      '--name',
      'Ann',
      '--scopes',
      'sessions:read',
      '--connection-file',
      file,
    );
    expect([needsUrl.code, needsUrl.stderr]).toEqual([2, expect.stringContaining('--url')]);
    const agent = await keep(home.start());
    const made = await home.run(
      'token',
      'create',
      '--name',
      'Ann',
      '--scopes',
      'sessions:read',
      '--expires',
      '30d',
      '--connection-file',
      file,
      '--url',
      agent.url,
    );
    expect([made.code, made.stdout]).toEqual([0, expect.stringContaining(file)]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const connection = ConnectionFile.parse(JSON.parse(readFileSync(file, 'utf8')));
    expect(made.stdout + made.stderr).not.toContain(connection.token);
    const console = await connectConsole(connection.url, connection.token);
    const list = await home.run('token', 'list');
    // The refused attempt left no token behind.
    expect(list.stdout.trim().split('\n')).toEqual([expect.stringMatching(/^\S+ {2}valid .* Ann \(ann\)/)]);
    const id = list.stdout.split(' ')[0] ?? '';
    expect(await home.run('token', 'revoke', id)).toMatchObject({ code: 0 });
    await console.until(() => console.goodbyes.length > 0, 'the goodbye');
    expect(console.goodbyes[0]?.code).toBe('TOKEN_REVOKED');
    console.close();
  },
);

test(
  'the conformance test is a command that anybody can run against an address',
  { timeout: 120_000 },
  async () => {
    const home = agentFolder(join(folder.path, 'conforms'));
    const agent = await keep(home.start());
    const scopes = SCOPES.filter((scope) => scope !== 'sessions:own').join(',');
    const made = await home.run('token', 'create', '--name', 'Con', '--scopes', scopes);
    const token = /^[\w-]{20,}\S*$/m.exec(made.stdout)?.[0] ?? '';
    const good = await home.run('conformance', '--url', agent.url, '--token', token);
    expect([good.code, good.stdout]).toEqual([0, expect.stringMatching(/\d+ passed, 0 failed/)]);
    const bad = await home.run('conformance', '--url', agent.url, '--token', 'not a token');
    expect([bad.code, bad.stdout]).toEqual([1, expect.stringMatching(/fail/i)]);
  },
);

test('what a person did wrong is said with a code and no stack', { timeout: 60_000 }, async () => {
  const home = agentFolder(folder.path, { nonsense: 1 });
  const misspelt = await home.run('serve');
  expect(misspelt.code).toBe(78);
  expect(misspelt.stderr).toMatch(/agent\.yaml:\d+:1: nonsense is not an option/);
  const plain = agentFolder(join(folder.path, 'b'));
  const open = await plain.run('serve', '--host', '0.0.0.0');
  expect(open.code).toBe(78);
  expect(open.stderr).toContain('listen.tls is missing');
  expect((await plain.run('token', 'create', '--name', 'x', '--scopes', 'all')).code).toBe(2);
  expect((await plain.run('token', 'create', '--name', 'x', '--scopes', 'sessions:own')).code).toBe(2);
  expect((await plain.run('revoke', '--all')).stderr).toContain('--dry-run');
  expect((await plain.run('conformance', '--url', 'http://example.org', '--token', 'x')).code).toBe(2);
  for (const { stderr } of [misspelt, open]) expect(stderr).not.toMatch(/^\s+at /m);
});

test('serves with TLS, and takes over a renewed certificate', { timeout: 120_000 }, async () => {
  const certify = (name: string) => {
    const args = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
    ];
    const files = ['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', 'agent.key', '-out', 'agent.crt'];
    execFileSync('openssl', [...args, ...files], { cwd: folder.path, stdio: 'pipe' });
  };
  certify('first');
  const home = agentFolder(folder.path, {
    listen: { port: 0, tls: { cert: 'agent.crt', key: 'agent.key' } },
  });
  const text = await home.token('Ann');
  const agent = await keep(home.start());
  expect(agent.url).toMatch(/^https:/);
  const hello = (ca: string) =>
    new Promise<unknown>((resolve, reject) => {
      const socket = io(`${agent.url}/ssap`, {
        transports: ['websocket'],
        forceNew: true,
        reconnection: false,
        auth: authOf(text),
        ca,
      });
      const done = (settle: () => void) => {
        socket.close();
        settle();
      };
      socket.on('hello', (value: unknown) => done(() => resolve(value)));
      socket.on('connect_error', (error) => done(() => reject(error)));
    });
  const old = readFileSync(join(folder.path, 'agent.crt'), 'utf8');
  Hello.parse(await hello(old));
  certify('second');
  const renewed = readFileSync(join(folder.path, 'agent.crt'), 'utf8');
  expect(renewed).not.toBe(old);
  await expect
    .poll(
      () =>
        hello(renewed).then(
          () => 'accepted',
          () => 'refused',
        ),
      { timeout: 30_000, interval: 500 },
    )
    .toBe('accepted');
  writeFileSync(join(folder.path, 'agent.crt'), 'broken');
  await expect.poll(() => agent.stderr(), { timeout: 30_000, interval: 200 }).toContain('the old one stays');
  Hello.parse(await hello(renewed));
});

test('health and metrics count and name nobody', { timeout: 60_000 }, async () => {
  const home = agentFolder(folder.path, { health: { port: 0 } });
  const agent = await keep(home.start());
  await expect.poll(() => agent.stderr()).toMatch(/"health and metrics"/);
  const url = /"health and metrics","url":"([^"]+)"/.exec(agent.stderr())?.[1] ?? '';
  const health = await fetch(`${url}/healthz`);
  expect([health.status, await health.json()]).toMatchObject([200, { store: 'up', connections: 0 }]);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toMatch(/^watchfloor_agent_sessions \d+$/m);
  expect(metrics).toMatch(/^watchfloor_agent_store_up 1$/m);
  expect((await fetch(`${url}/other`)).status).toBe(404);
});

test(
  'the grants are printed before the password of the new user is anywhere',
  { timeout: 60_000 },
  async () => {
    const home = agentFolder(folder.path, {
      store: {
        kind: 'drupal',
        database: {
          driver: 'mysql',
          host: '127.0.0.1',
          database: 'd',
          user: 'watchfloor',
          password: ['$', '{WATCHFLOOR_TEST_NOWHERE}'].join(''),
        },
      },
    });
    const printed = await home.run('doctor', '--print-grants');
    expect(printed).toMatchObject({ code: 0, stderr: '' });
    expect(printed.stdout).toContain('GRANT SELECT, DELETE ON `d`.`sessions`');
    const examined = await home.run('doctor');
    expect(examined.code).toBe(78);
    expect(examined.stderr).toContain('WATCHFLOOR_TEST_NOWHERE is not set');
  },
);

test('whoever has read enough of a list may close it', { timeout: 60_000 }, async () => {
  const home = agentFolder(folder.path);
  // So that there are sessions.
  await (await keep(home.start())).stop();
  const child = spawn(process.execPath, [AGENT_PROGRAM, '--config', home.config, 'list']);
  child.stdout.destroy();
  let stderr = '';
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

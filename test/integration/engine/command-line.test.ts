import { execFile, spawn } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import type { FakeAgent } from '#test/support/fake-agent/fake-agent.ts';
import { fakeSession } from '#test/support/fake-agent/fake-records.ts';
import { closing } from './cleanups.ts';

const open = closing();
const PROGRAM = join(import.meta.dirname, '../../../out/main/cli.js');

const run = (...args: readonly string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(process.execPath, [PROGRAM, ...args], (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });

function connectionFile(agent: Pick<FakeAgent, 'url'>, over: object = {}): string {
  const file = join(open.folder(), 'connection.json');
  writeFileSync(
    file,
    JSON.stringify({ watchfloor: 1, name: 'Fake', url: agent.url, token: 'secret-token', ...over }),
  );
  chmodSync(file, 0o600);
  return file;
}

function collect(profile: string, ...args: readonly string[]) {
  const child = spawn(process.execPath, [PROGRAM, 'collect', '--profile', profile, ...args]);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += String(chunk)));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  open.later(() => child.kill('SIGKILL'));
  return {
    ended,
    stop: () => child.kill('SIGTERM'),
    output: () => text,
    until: async (words: string): Promise<void> => {
      const end = Date.now() + 20_000;
      while (!text.includes(words)) {
        if (Date.now() > end) throw new Error(`waited in vain for “${words}”: ${text}`);
        await new Promise((resume) => setTimeout(resume, 20));
      }
    },
  };
}

test('collect, ask while it runs, stop, ask again: the same answers, and no token on disk', async () => {
  const agent = await open.agent({
    subscribed: (console) => void console.snapshot({ sessions: [fakeSession('one'), fakeSession('two')] }),
  });
  const profile = join(open.folder(), 'profile');
  const collecting = collect(profile, '--connection-file', connectionFile(agent));
  await collecting.until('Fake: live');
  const running = await run('status', '--profile', profile);
  expect(running).toMatchObject({ code: 0, err: '' });
  expect(running.out).toContain('live\n');
  expect(running.out).toContain('2 live sessions');
  const table = await run('sessions', '--profile', profile);
  expect(table.out).toContain('name one');
  expect(table.out).toContain('2 of 2 sessions');
  expect(statSync(join(profile, 'engine.sock')).mode & 0o077).toBe(0);
  const second = await run('collect', '--profile', profile);
  expect(second).toMatchObject({ code: 3 });
  expect(second.err).toContain('Another Watchfloor works on the profile');
  collecting.stop();
  expect(await collecting.ended).toBe(0);
  expect(existsSync(join(profile, 'engine.sock'))).toBe(false);
  const offline = await run('status', '--profile', profile, '--json');
  expect(JSON.parse(offline.out)).toMatchObject({ running: false, environments: [{ liveSessions: 2 }] });
  const lines = (await run('sessions', '--profile', profile, '--format', 'ndjson')).out.trim().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { id: string }).id).sort()).toEqual(['one', 'two']);
  expect(await run('check', '--profile', profile)).toMatchObject({ code: 0 });
  expect(readFileSync(join(profile, 'mirror.db')).includes('secret-token')).toBe(false);
});

test('names of hostile accounts reach no terminal as they are', async () => {
  const account = { id: 'x', name: 'evil\u001b[2Jname\u202e' };
  const agent = await open.agent({
    subscribed: (console) => void console.snapshot({ sessions: [fakeSession('one', { account })] }),
  });
  const profile = open.folder();
  const collecting = collect(profile, '--connection-file', connectionFile(agent));
  await collecting.until('live');
  const { out } = await run('sessions', '--profile', profile);
  expect(out).toContain('evil');
  expect(out).not.toMatch(/[\u001b\u202e]/u);
});

test('a wrong token and an agent of another version are said in words', async () => {
  const agent = await open.agent({ refuse: () => ({ code: 'UNAUTHENTICATED', message: 'unknown token' }) });
  const collecting = collect(open.folder(), '--connection-file', connectionFile(agent));
  await collecting.until('The agent does not accept the token');
  const other = await open.agent({ hello: () => ({ protocol: '2' }) });
  const second = collect(open.folder(), '--connection-file', connectionFile(other));
  await second.until('The agent speaks protocol 2; this console speaks 1.');
});

test.each([
  ['a file that is not there', () => join(open.folder(), 'none.json'), 'cannot be read (ENOENT)'],
  [
    'a plain address beyond this machine',
    () => connectionFile({ url: 'http://agent.example.org' }),
    'Plain http is allowed',
  ],
  [
    'an unknown field',
    () => connectionFile({ url: 'http://127.0.0.1:1' }, { tokn: 'x' }),
    'is not a connection file',
  ],
  [
    'a file that others may read',
    () => {
      const file = connectionFile({ url: 'http://127.0.0.1:1' });
      chmodSync(file, 0o644);
      return file;
    },
    'can be read by others',
  ],
])('collect refuses %s', async (_what, file, words) => {
  const result = await run('collect', '--profile', open.folder(), '--connection-file', file());
  expect(result.code).toBe(2);
  expect(result.err).toContain(words);
});

test('questions about nothing, wrong options, damaged and newer databases', async () => {
  const profile = open.folder();
  const empty = await run('status', '--profile', profile);
  expect(empty).toMatchObject({ code: 2 });
  expect(empty.err).toContain('Nothing has been collected');
  expect((await run('frobnicate')).code).toBe(2);
  expect((await run('status')).err).toContain('--profile');
  expect(await run('--version')).toMatchObject({ code: 0 });

  writeFileSync(join(profile, 'mirror.db'), 'not a database at all, just some words '.repeat(50));
  const damaged = await run('check', '--profile', profile);
  expect(damaged.code).toBe(1);
  expect(damaged.err).toContain('damaged');
  const collecting = collect(profile);
  await collecting.until('collecting into');
  collecting.stop();
  expect(await collecting.ended).toBe(0);
  expect((await run('check', '--profile', profile)).code).toBe(0);

  const db = new Database(join(profile, 'mirror.db'));
  db.pragma('user_version = 999');
  db.close();
  const newer = collect(profile);
  await newer.until('written by a newer Watchfloor');
  expect(await newer.ended).toBe(1);
});

import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { serveControl } from '#engine/control-server.ts';
import { audited, fakeEvent, fakeSession } from '#test/support/fake-agent/fake-records.ts';
import { startTestEngine } from '#test/support/test-engine.ts';
import { closing } from './cleanups.ts';

// The programs that keep, copy, hand out and delete what was mirrored, as a person runs them.

const open = closing();
const PROGRAM = join(import.meta.dirname, '../../../out/main/cli.js');
const quiet = () => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const DAY = 86_400_000;
const NOW = Date.now();

const run = (...args: readonly string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(process.execPath, [PROGRAM, ...args], (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });

const account = (name: string) => ({ id: `id-of-${name}`, name });
const sight = (days: number, ip: string) => ({ at: NOW - days * DAY, ip, userAgent: 'curl/8.4.0' });
const session = (name: string, ip: string) =>
  fakeSession(`${name}-1`, { account: account(name), opened: sight(1, ip), last: sight(0, ip) });
const EVENTS = [
  ['old-1', 'zelda', 90],
  ['old-2', 'bob', 80],
  ['new-1', 'zelda', 3],
  ['new-2', 'bob', 1],
] as const;

/** A profile with two people, two events of each, and the engine on it. */
async function profileWith() {
  const agent = await open.agent({
    subscribed: (console) => {
      void (async () => {
        await console.snapshot({ sessions: [session('zelda', '8.8.8.8'), session('bob', '91.1.2.3')] });
        await console.changes(
          EVENTS.map(([id, name, days], at) =>
            audited(
              at + 1,
              fakeEvent(id, { at: NOW - days * DAY, account: account(name), message: `Login of ${name}` }),
            ),
          ),
        );
      })();
    },
  });
  const folder = open.folder();
  const profile = join(folder, 'profile');
  mkdirSync(profile, { mode: 0o700 });
  const engine = startTestEngine(profile);
  open.later(() => engine.stop());
  const { connection } = await engine.call('environments.add', { url: agent.url, token: 't', name: 'shop' });
  await engine.until('all events', async () => (await engine.call('query.audit', {})).rows.length === 4);
  const idsOf = async () => {
    const { out } = await run('query', '', '--audit', '-p', profile, '--format', 'ndjson');
    const lines = out.split('\n').filter(Boolean);
    return lines.map((line) => (JSON.parse(line) as { id: string }).id).toSorted();
  };
  return { folder, profile, engine, agent, connection, idsOf };
}

test('backup copies a mirror in use, the copy is one to work on, and no file is written over', async () => {
  const { folder, profile, engine } = await profileWith();
  const control = await serveControl({ engine: engine.engine, profile, log });
  open.later(() => control.close());
  const copy = join(folder, 'copy', 'mirror.db');
  mkdirSync(join(folder, 'copy'), { mode: 0o700 });
  const done = await run('backup', copy, '-p', profile);
  expect(done).toMatchObject({ code: 0, err: '' });
  expect(done.out).toContain('4 events, 2 sessions, read through and sound');
  expect(statSync(copy).mode & 0o077).toBe(0);
  const asked = await run('query', '', '--audit', '-p', join(folder, 'copy'), '--format', 'ndjson');
  expect(asked.out.split('\n').filter(Boolean)).toHaveLength(4);
  const again = await run('backup', copy, '-p', profile);
  expect(again.code).not.toBe(0);
  expect(again.err).toContain(copy);
}, 120_000);

test('retention deletes what is due after it has archived it, and an archive that was changed is found out', async () => {
  const { folder, profile, engine, agent, idsOf } = await profileWith();
  await engine.stop();
  await agent.stop();
  expect((await run('retention', '-p', profile, '--events', 'soon')).code).toBe(2);
  const nowhere = await run('retention', '-p', profile, '--events', '3', '--environment', 'nowhere');
  expect(nowhere).toMatchObject({ code: 2, out: '' });
  expect(nowhere.err).toContain('There is no environment “nowhere”. There are: shop (');
  const named = await run('retention', '-p', profile, '--detections', '90', '--environment', 'shop');
  expect(named.out).toContain('detections of shop: 90 days');
  const archives = join(folder, 'archive');
  mkdirSync(archives, { mode: 0o700 });
  const set = await run('retention', '-p', profile, '--events', '30', '--archive', archives);
  expect(set).toMatchObject({ code: 0, err: '' });
  expect(set.out).toContain('due: 2 events of shop');
  expect(await idsOf()).toEqual(['new-1', 'new-2', 'old-1', 'old-2']);
  const ran = await run('retention', '-p', profile, '--run', '--json');
  expect(JSON.parse(ran.out)).toMatchObject({
    due: { items: [] },
    runs: [expect.objectContaining({ cause: 'age', kind: 'events', rows: 2 })],
  });
  expect(await idsOf()).toEqual(['new-1', 'new-2']);
  const [name = ''] = readdirSync(archives);
  const file = join(archives, name);
  const whole = await run('verify-archive', file);
  expect(whole).toMatchObject({ code: 0 });
  expect(whole.out).toContain('2 records, whole');
  const bytes = readFileSync(file);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 0xff;
  writeFileSync(file, bytes);
  expect((await run('verify-archive', file)).code).toBe(1);
}, 120_000);

test('a person is handed out, and then erased so that the file holds their name no more', async () => {
  const { folder, profile, engine, agent, connection, idsOf } = await profileWith();
  await engine.stop();
  await agent.stop();
  const who = ['-p', profile, '--account', `${connection}/id-of-zelda`];
  const output = join(folder, 'zelda.ndjson');
  const told = await run('export-person', ...who, '--output', output);
  expect(told).toMatchObject({ code: 0, err: '' });
  const text = readFileSync(output, 'utf8');
  const records = text.split('\n').filter(Boolean);
  for (const line of records) expect(JSON.parse(line)).toBeTypeOf('object');
  expect(told.out).toContain(`${String(records.length)} records in ${output}`);
  expect(text).toContain('zelda-1');
  expect(text).toContain('old-1');
  expect(text).not.toContain('bob');

  const careless = await run('erase', ...who);
  expect(careless.code).toBe(2);
  expect(careless.err).toContain('add --yes');
  expect(await run('erase', '-p', profile, '--account', 'zelda', '--yes')).toMatchObject({ code: 2 });
  expect(await idsOf()).toHaveLength(4);

  const erased = await run('erase', ...who, '--yes');
  expect(erased).toMatchObject({ code: 0, err: '' });
  expect(erased.out).toContain('erased 2 events, 1 sessions, 1 accounts');
  expect(await idsOf()).toEqual(['new-2', 'old-2']);
  for (const name of ['mirror.db', 'mirror.db-wal']) {
    const file = join(profile, name);
    if (existsSync(file)) expect(readFileSync(file).includes('zelda')).toBe(false);
  }
  expect(await run('check', '-p', profile)).toMatchObject({ code: 0 });
}, 120_000);

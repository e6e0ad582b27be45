import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { serveControl } from '#engine/control-server.ts';
import { audited, fakeEvent, fakeSession } from '#test/support/fake-agent/fake-records.ts';
import { startTestEngine } from '#test/support/test-engine.ts';
import { closing } from './cleanups.ts';

const open = closing();
const PROGRAM = join(import.meta.dirname, '../../../out/main/cli.js');
const quiet = () => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

const run = (...args: readonly string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(process.execPath, [PROGRAM, ...args], (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
const rowsOf = (ndjson: string): unknown[] =>
  ndjson
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as unknown);

const HOUR = 3_600_000;
const NOW = Date.now();
const at = (ago: number, ip: string) => ({ at: NOW - ago, ip, userAgent: 'curl/8.4.0' });
const SESSIONS = [
  fakeSession('alice-1', {
    account: { id: '1', name: 'alice' },
    opened: at(5 * HOUR, '8.8.8.8'),
    last: at(HOUR, '8.8.8.8'),
  }),
  fakeSession('alice-2', {
    account: { id: '1', name: 'alice' },
    opened: at(HOUR, '91.1.2.3'),
    last: at(60_000, '91.1.2.3'),
  }),
  fakeSession('formula', {
    account: { id: '2', name: '=HYPERLINK("http://x","y")' },
    opened: at(3 * HOUR, '10.0.0.1'),
    last: at(60_000, '10.0.0.1'),
  }),
];

async function profileWith(): Promise<{
  readonly profile: string;
  readonly engine: ReturnType<typeof startTestEngine>;
}> {
  const agent = await open.agent({
    subscribed: (console) => {
      void (async () => {
        await console.snapshot({ sessions: SESSIONS });
        await console.changes([
          audited(
            1,
            fakeEvent('e1', {
              at: NOW - HOUR,
              account: { id: '1', name: 'alice' },
              ip: '8.8.8.8',
              message: 'Login of alice',
            }),
          ),
          audited(
            2,
            fakeEvent('e2', {
              at: NOW,
              outcome: 'failure',
              account: { name: 'mallory' },
              ip: '91.1.2.3',
              message: 'wp-login.php refused',
            }),
          ),
        ]);
      })();
    },
  });
  const profile = join(open.folder(), 'profile');
  mkdirSync(profile, { mode: 0o700 });
  const engine = startTestEngine(profile);
  open.later(() => engine.stop());
  await engine.call('environments.add', { url: agent.url, token: 't', name: 'shop' });
  await engine.until('two events', async () => (await engine.call('query.audit', {})).rows.length === 2);
  return { profile, engine };
}

test('the command line answers as the engine does, beside it and alone', async () => {
  const { profile, engine } = await profileWith();
  const control = await serveControl({ engine: engine.engine, profile, log });
  let closed = false;
  const closeControl = async () => {
    if (!closed) await control.close();
    closed = true;
  };
  open.later(closeControl);
  const ask = async (...args: readonly string[]) =>
    rowsOf((await run(...args, '-p', profile, '--format', 'ndjson')).out);
  const moment = `${new Date(NOW - 2 * HOUR).toISOString().slice(0, 19)}Z`;
  const before = NOW - 6 * HOUR;
  const from = `${new Date(before).toISOString().slice(0, 19)}Z`;
  const asked = async () => {
    const [sessions, all, events, then, stats] = await Promise.all([
      ask('query', 'user:alice ip:8.8.0.0/16'),
      ask('query', '', '--env', 'shop'),
      ask('query', 'wp-login', '--audit'),
      ask('at', moment),
      ask('stats'),
    ]);
    const [seen, counts, top, shared, difference] = await Promise.all([
      ask('seen', 'user:alice'),
      ask('counts', '', '--audit', '--from', from, '--to', moment, '--step', '30m'),
      ask('top', '', '--by', 'country'),
      ask('shared', '', '--least', '1'),
      ask('difference', moment, `${new Date(NOW - HOUR / 2).toISOString().slice(0, 19)}Z`),
    ]);
    return { sessions, all, events, then, stats, seen, counts, top, shared, difference };
  };
  const beside = await asked();
  const direct = {
    sessions: (await engine.call('query.sessions', { search: 'user:alice ip:8.8.0.0/16' })).rows,
    all: (await engine.call('query.sessions', {})).rows,
    events: (await engine.call('query.audit', { search: 'wp-login' })).rows,
    then: (await engine.call('query.at', { at: Math.floor((NOW - 2 * HOUR) / 1_000) * 1_000 })).rows,
  };
  expect(beside).toMatchObject(JSON.parse(JSON.stringify(direct)) as object);
  const sightings = await engine.call('query.sightings', { search: 'user:alice' });
  const second = (at: number) => Math.floor(at / 1_000) * 1_000;
  const bars = await engine.call('query.histogram', {
    table: 'audit',
    from: second(before),
    stepMs: HOUR / 2,
    steps: 8,
  });
  const change = await engine.call('query.difference', {
    from: second(NOW - 2 * HOUR),
    to: second(NOW - HOUR / 2),
  });
  expect(change.came.map(({ id }) => id)).toEqual(['alice-2']);
  expect(JSON.parse(JSON.stringify(beside))).toMatchObject({
    seen: [
      { in: 'sessions', ...sightings.sessions },
      { in: 'events', ...sightings.events },
    ],
    counts: bars.counts.map((count, at) => ({ at: second(before) + (at * HOUR) / 2, count })),
    top: (await engine.call('query.top', { table: 'sessions', field: 'country' })).values,
    shared: (await engine.call('query.people', { least: 1 })).addresses,
    difference: [{ what: 'came', session: { id: 'alice-2' } }],
  });
  expect(direct.sessions.map(({ id }) => id)).toEqual(['alice-1']);
  expect(direct.events.map(({ id }) => id)).toEqual(['e2']);
  expect(direct.then.map(({ session }) => session.id)).toEqual(['formula', 'alice-1']);
  expect(beside.stats).toEqual([
    expect.objectContaining({ environment: 'shop', live: 3, ended: 0, events: 2 }),
  ]);
  await closeControl();
  await engine.stop();
  // Since the engine has stopped nobody watches, and the figures say so.
  const alone = await asked();
  expect(alone.stats).toEqual([{ ...(beside.stats[0] as object), gaps: 1 }]);
  expect({ ...alone, stats: null }).toEqual({ ...beside, stats: null });
}, 120_000);

test('what the command line can do on a resting profile it can do beside a running engine', async () => {
  const { profile, engine } = await profileWith();
  const control = await serveControl({ engine: engine.engine, profile, log });
  open.later(() => control.close());
  const networks = join(open.folder(), 'office.txt');
  writeFileSync(networks, '# kind: vpn\n203.0.113.0/24\n');
  const ran = async (...args: readonly string[]) => run(...args, '-p', profile);
  expect(await ran('detections', 'list')).toMatchObject({
    code: 0,
    out: expect.stringContaining(' of ') as string,
  });
  expect(await ran('risk', '--env', 'shop')).toMatchObject({ code: 0, err: '' });
  expect(await ran('lists', 'add', networks)).toMatchObject({ code: 0, err: '' });
  expect(await ran('lists', 'remove', 'office.txt')).toMatchObject({ code: 0 });
  expect(await ran('retention')).toMatchObject({ code: 0, err: '' });
  expect(await ran('sessions')).toMatchObject({ code: 0, err: '' });
}, 120_000);

test('tables, safe CSV, as of when it is true, and a mark under what is wrong', async () => {
  const { profile, engine } = await profileWith();
  await engine.stop();
  const csv = await run('query', 'ip:10.0.0.0/8', '-p', profile, '--format', 'csv');
  expect(csv.out.split('\r\n')[1]).toMatch(/^"'=HYPERLINK\(""http:\/\/x"",""y""\)",shop,/);
  const table = await run('query', '', '-p', profile, '--limit', '2');
  expect(table.out.split('\n')[0]).toMatch(/^ACCOUNT +ENVIRONMENT +STATUS/);
  expect(table.err).toContain('shop: as of 20');
  expect(table.err).toMatch(/not watched: .* to now/);
  expect(table.err).toContain('2 sessions, and there are more');
  const wrong = await run('query', 'ip:10.0.0.1 uesr:alice', '-p', profile);
  expect(wrong).toMatchObject({ code: 2, out: '' });
  expect(wrong.err).toBe(
    'There is no field “uesr”.\n  ip:10.0.0.1 uesr:alice\n              ^^^^^\nTry: user:\n',
  );
  expect((await run('top', '', '--by', 'last', '-p', profile)).err).toContain('cannot be counted by “last”');
  expect((await run('at', '2001-01-01', '-p', profile)).err).toMatch(
    /read only in part: .*; not watched: before .* \(the agent keeps no history/,
  );
  expect((await run('at', 'soonish', '-p', profile)).err).toContain('is not a time');
  expect((await run('query', '', '-p', profile, '--env', 'nowhere')).err).toContain('There are: shop.');
}, 120_000);

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runDetect } from '#cli/detect-command.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watchfloor-detect-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const detect = async (content: unknown, ...more: string[]) => {
  const file = join(folder, 'events.json');
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  let [stdout, stderr] = ['', ''];
  const code = await runDetect(['--events', file, ...more], {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    root: folder,
  });
  const lines = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { code, stdout, stderr, lines, file };
};
const known = {
  city: null,
  asOrg: null,
  network: null,
  trusted: false,
  browser: null,
  os: null,
  device: null,
};
const login = (id: string, ts: string, place: object) => ({
  id,
  ts,
  type: 'login',
  user: 'alice',
  ip: id === 'a' ? '192.0.2.1' : '198.51.100.1',
  enrich: { ...known, ...place },
});
const paris = { country: 'FR', lat: 48.86, lon: 2.35, asn: 64501 };
const newYork = { country: 'US', lat: 40.71, lon: -74.0, asn: 64503 };
const two = [login('a', '2026-03-04T09:00:00Z', paris), login('b', '2026-03-04T10:00:00+00:00', newYork)];

test('prints findings as the documented lines, by event time', async () => {
  const { code, stderr, lines } = await detect({ events: two });
  expect(code).toBe(0);
  expect(stderr).toBe('');
  const travel = lines.find((line) => line['detection'] === 'impossible_travel');
  expect(Object.keys(travel ?? {})).toEqual(['detection', 'at', 'events', 'entity', 'severity', 'evidence']);
  expect(travel).toMatchObject({
    at: 'b',
    events: ['a', 'b'],
    entity: { kind: 'user', id: 'alice' },
    severity: 'high',
  });
  const silenced = lines.find((line) => line['detection'] === 'new_country');
  expect(silenced?.['filtered']).toBe('learning');
});

test('scores come for every successful login of the events', async () => {
  const { lines } = await detect({ history: [two[0]], events: [two[1]] }, '--scores');
  const scores = lines.flatMap((line) => ('score' in line ? [line['score']] : []));
  expect(scores).toMatchObject([{ event: 'b', learning: true }]);
  expect(Object.keys(scores[0] as object)).toEqual(['event', 'value', 'factors', 'learning']);
});

test('an empty file of events prints nothing', async () => {
  expect(await detect({ events: [] })).toMatchObject({ code: 0, stdout: '', stderr: '' });
});

test('what is absent is looked up; without data files it says so and goes on', async () => {
  const bare = { id: 'x', ts: '2026-03-04T09:00:00Z', type: 'login', user: 'alice', ip: '198.51.100.1' };
  const { code, stderr } = await detect({ events: [bare] });
  expect(code).toBe(0);
  expect(stderr).toContain('geo data file');
});

test('the user agent is looked up, what is given stands, an explicit null stays unknown', async () => {
  const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0';
  const event = (id: string, ts: string, userAgent: string, enrich = {}) => ({
    id,
    ts,
    type: 'login',
    user: 'alice',
    ip: '192.0.2.1',
    userAgent,
    enrich,
  });
  const chrome =
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';
  const history = Array.from({ length: 12 }, (_, i) =>
    event(`h${i}`, `2026-02-${String(i + 1).padStart(2, '0')}T09:00:00Z`, firefox),
  );
  const devices = async (enrich: object) =>
    (await detect({ history, events: [event('n', '2026-03-04T09:00:00Z', chrome, enrich)] })).lines.filter(
      (line) => line['detection'] === 'new_device',
    ).length;
  expect(await devices({})).toBe(1);
  expect(await devices({ os: null, browser: null, device: null })).toBe(0);
  expect(await devices({ os: { name: 'Windows' }, browser: { name: 'Firefox' }, device: 'desktop' })).toBe(0);
});

test.each([
  ['not JSON', '{', 'is not JSON'],
  ['no events', { settings: {} }, 'events:'],
  [
    'an unknown event type',
    { events: [{ ...two[0], type: 'sign-in' }] },
    'events[0].type: must be one of login-failed, login',
  ],
  [
    'a bad time',
    { events: [two[0], { ...two[1], ts: 'yesterday' }] },
    'events[1].ts: must be an ISO 8601 time',
  ],
  [
    'an unknown setting',
    { settings: { bruteForced: {} }, events: [] },
    'settings: unknown setting "bruteForced"',
  ],
  [
    'an unknown part of a setting',
    { settings: { bruteForce: { failure: 3 } }, events: [] },
    'settings.bruteForce: unknown setting "failure"',
  ],
  [
    'a bad zone',
    { settings: { offHours: { timeZone: 'Mars/Olympus' } }, events: [] },
    'settings.offHours.timeZone: must be an IANA time zone',
  ],
  [
    'a bad network',
    { settings: { filters: { trustedCidrs: ['10.0.0.0/99'] } }, events: [] },
    'settings.filters.trustedCidrs[0]: must be an address or a CIDR block',
  ],
  [
    'a bad country',
    { events: [{ ...two[0], enrich: { country: 'France' } }] },
    'events[0].enrich.country: must be two capital letters',
  ],
])(
  '%s: an error that names the file and the place, exit code 2, nothing on stdout',
  async (_name, content, message) => {
    const { code, stdout, stderr, file } = await detect(content);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(file);
    expect(stderr).toContain(message);
  },
);

test('a missing file, a missing option and an unknown option are mistakes too', async () => {
  const call = async (args: string[]) => {
    let stderr = '';
    const code = await runDetect(args, {
      stdout: { write: () => true },
      stderr: { write: (text) => (stderr += text) },
    });
    return { code, stderr };
  };
  expect(await call(['--events', join(folder, 'none.json')])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('no such file') as string,
  });
  expect(await call([])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--events is missing') as string,
  });
  expect(await call(['--event', 'x'])).toMatchObject({ code: 2 });
});

test('names that mean nothing in an event are ignored, and said', async () => {
  const { code, stderr } = await detect({ events: [{ ...two[0], colour: 'red' }] });
  expect(code).toBe(0);
  expect(stderr).toContain('colour');
});

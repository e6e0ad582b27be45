import { expect, test } from 'vitest';
import { detect, ev, FAR, HOUR, known, MIN } from './support.ts';

const login = (parts: object) => ({ events: [{ ...ev('a', 0, 'login'), ...parts }] });

test.each([
  ['', 'is not JSON'],
  ['{"events":[]', 'is not JSON'],
  [[], 'the file: '],
  [null, 'the file: '],
  [{}, 'events: is missing'],
  [{ event: [] }, 'events: is missing'],
  [{ events: {} }, 'events: '],
  [{ events: [1] }, 'events[0]: '],
  [login({ id: 1 }), 'events[0].id: '],
  [login({ id: '' }), 'events[0].id: '],
  [login({ id: undefined }), 'events[0].id: is missing'],
  [login({ type: 'signin' }), 'events[0].type: must be one of '],
  [login({ ts: '2026-01-01T10:00:00' }), 'events[0].ts: must be an ISO 8601 time with a zone'],
  [login({ ts: '2026-02-30T10:00:00Z' }), 'events[0].ts: '],
  [login({ ts: '2026-01-01' }), 'events[0].ts: '],
  [login({ ts: 1_767_261_600_000 }), 'events[0].ts: '],
  [login({ receivedAt: 'yesterday' }), 'events[0].receivedAt: '],
  [login({ enrich: { lat: 95 } }), 'events[0].enrich.lat: '],
  [login({ enrich: { country: 'de' } }), 'events[0].enrich.country: must be two capital letters'],
  [login({ enrich: { network: 'dsl' } }), 'events[0].enrich.network: '],
  [login({ enrich: { asn: 'AS1' } }), 'events[0].enrich.asn: '],
  [{ history: [{}], events: [] }, 'history[0].id: is missing'],
  [{ events: [], settings: [] }, 'settings: '],
  [{ events: [], settings: { bruteForze: {} } }, 'settings: unknown setting "bruteForze"'],
  [{ events: [], settings: { bruteForce: { failures: 0 } } }, 'settings.bruteForce.failures: '],
  [{ events: [], settings: { bruteForce: { windowMin: '5' } } }, 'settings.bruteForce.windowMin: '],
  [{ events: [], settings: { passwordSpray: { band: [6, 2] } } }, 'settings.passwordSpray.band: '],
  [
    { events: [], settings: { offHours: { timeZone: 'Mars/X' } } },
    'settings.offHours.timeZone: must be an IANA',
  ],
  [{ events: [], settings: { offHours: { timeZone: 'UTC', start: '7:00' } } }, 'settings.offHours.start: '],
  [{ events: [], settings: { geofence: { allow: ['Germany'] } } }, 'settings.geofence.allow[0]: '],
  [{ events: [], settings: { filters: { ignoredIps: ['x'] } } }, 'settings.filters.ignoredIps[0]: '],
])('%j is refused, and it says where', async (input, message) => {
  const { code, stdout, stderr } = await detect(input);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(`-: ${message}`);
});

test.each([
  '2026-03-04T01:00:00Z',
  '2026-03-04T01:00:00.000Z',
  '2026-03-04T01:00Z',
  '2026-03-04t01:00:00z',
  '2026-03-04 01:00:00Z',
  '2026-03-04T02:00:00+01:00',
  '2026-03-04T02:00:00+0100',
  '2026-03-04T02:00:00+01',
  '2026-03-03T19:30:00-05:30',
  '2026-03-04T01:00:00,000Z',
  '20260304T010000Z',
  '2026-03-04T01:00:00.000999Z',
])('%s is an hour after midnight', async (ts) => {
  // Nine hundred kilometres in the hour: the speed tells which instant was understood.
  const { lines } = await detect({
    events: [
      ev('a', 0, 'login', { enrich: { lat: 0, lon: 0 } }),
      { ...ev('b', 0, 'login', { ip: '198.51.100.7', enrich: { lat: 0, lon: 45 } }), ts },
    ],
  });
  const travel = lines.find((line) => line['detection'] === 'impossible_travel');
  expect(travel).toMatchObject({ evidence: { minutes: 60 } });
});

test.each([
  ['2026-03-03T24:00:00Z', '2026-03-04T00:00:00Z'],
  ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00Z'],
])('%s is %s', async (strange, plain) => {
  const at = async (ts: string) =>
    (await detect({ events: [{ ...ev('a', 0, 'login', { enrich: { network: 'tor' } }), ts }] })).stdout;
  expect(await at(strange)).toBe(await at(plain));
});

test('empty text and null are unknown', async () => {
  const parts = { user: '', ip: '', session: '', userAgent: '', reason: '', actor: '', enrich: null };
  const { code, stdout, stderr } = await detect({
    settings: null,
    history: null,
    events: [{ id: 'a', ts: '2026-01-01T00:00:00Z', receivedAt: null, type: 'login', ...parts }],
  });
  expect([code, stdout, stderr]).toEqual([0, '', '']);
});

test('names that mean nothing are said, and do no harm', async () => {
  const { code, stderr } = await detect({ ...login({ usr: 'x', enrich: { ...FAR, town: 'x' } }), extra: 1 });
  expect(code).toBe(0);
  expect(stderr).toMatch(/ignored.*extra.*usr.*enrich\.town/s);
});

test('nothing in, nothing out', async () => {
  expect(await detect({ events: [] })).toMatchObject({ code: 0, stdout: '', stderr: '' });
});

test('names of things that every object has are names', async () => {
  const events = ['__proto__', 'constructor', 'toString'].flatMap((user, i) => [
    ev(`a${i}`, i, 'login', { user, session: user }),
    ev(`b${i}`, i + MIN, 'login', { user, session: user, ip: '198.51.100.7', enrich: FAR }),
  ]);
  const { lines } = await detect({ events });
  const found = lines
    .filter((line) => line['detection'] === 'impossible_travel')
    .map((line) => line['entity']);
  expect(found).toEqual(['__proto__', 'constructor', 'toString'].map((id) => ({ kind: 'user', id })));
});

test('a repeated id changes nothing, even if the rest differs', async () => {
  const one = ev('a', 0, 'login');
  const { stdout } = await detect({ history: known(), events: [one] });
  const again = await detect({
    history: known(),
    events: [one, { ...one, ts: '2026-03-04T05:00:00Z', enrich: FAR }],
  });
  expect(again.stdout).toBe(stdout);
});

test('the lines are the documented ones, and scores come after the findings', async () => {
  const { lines } = await detect(
    { history: known(), events: [ev('n', HOUR, 'login', { ip: '198.51.100.7', enrich: FAR })] },
    '--scores',
  );
  const kinds = lines.map((line) => ('score' in line ? 'score' : 'detection'));
  expect(kinds).toEqual([...kinds].sort());
  for (const line of lines)
    if ('score' in line)
      expect(Object.keys(line['score'] as object)).toEqual(['event', 'value', 'factors', 'learning']);
    else
      expect(Object.keys(line).filter((key) => key !== 'filtered')).toEqual([
        'detection',
        'at',
        'events',
        'entity',
        'severity',
        'evidence',
      ]);
  expect(lines.filter((line) => 'score' in line)).toHaveLength(1);
});

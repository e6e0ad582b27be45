import { expect, test } from 'vitest';
import { DETECTION_NAMES, type DetectionRecord } from '#shared/domain/detection.ts';
import { filterName } from '#shared/domain/filter-words.ts';
import { kmText, lengthText, listText, shareText, speedText, withName } from '#shared/domain/said.ts';
import { descriptorOf } from '#engine/detect/catalogue.ts';
import type { DetectEvent } from '#engine/detect/event.ts';
import { comparedValues } from '#engine/detections/compared.ts';
import { evidenceTables } from '#engine/detections/evidence-tables.ts';
import { evidenceFacts } from '#engine/detections/facts.ts';
import {
  DAY,
  event,
  habit,
  HOUR,
  LINUX_CHROME,
  MINUTE,
  PLACES,
  run,
  SECOND,
  WINDOWS_FIREFOX,
} from './support.ts';

test.each([
  [0, 'less than a second'],
  [999, 'less than a second'],
  [SECOND, '1 second'],
  [37_800, '37 seconds'],
  [MINUTE, '1 minute'],
  [MINUTE + 30 * SECOND, '1 minute 30 seconds'],
  [12 * MINUTE + 7 * SECOND, '12 minutes'],
  [72 * MINUTE, '1 hour 12 minutes'],
  [14 * HOUR + 50 * MINUTE, '14 hours'],
  [76 * HOUR, '3 days 4 hours'],
  [124.4 * DAY, '124 days'],
  [-2 * HOUR, '2 hours'],
])('%i ms is %s', (ms, words) => {
  expect(lengthText(ms)).toBe(words);
});

test('distances, speeds, shares and lists have the figures that mean something', () => {
  expect([kmText(16_872.6), kmText(4.24), kmText(10)]).toEqual(['16,873 km', '4.2 km', '10 km']);
  expect([speedText(904.6), speedText(3_380_428.2), speedText(null)]).toEqual([
    '905 km/h',
    '3,380,000 km/h',
    'no time between them',
  ]);
  expect([shareText(0.004), shareText(0.126), shareText(0)]).toEqual(['0.4 %', '13 %', '0 %']);
  expect([listText([]), listText(['a']), listText(['a', 'b']), listText(['a', 'b', 'c', 'd'])]).toEqual([
    '',
    'a',
    'a and b',
    'a, b and 2 more',
  ]);
});

test('an account is named where it is the subject, and a number elsewhere is none', () => {
  const names = [['4', 'z.dimitrov']] as const;
  expect(withName('4 signed in through a VPN', names)).toBe('z.dimitrov signed in through a VPN');
  expect(withName('Has 4 sessions open at once', names)).toBe('Has 4 sessions open at once');
  expect(withName('40 events', names)).toBe('40 events');
});

test('every filter of the catalogue has a name in words', () => {
  const names = new Set(DETECTION_NAMES.flatMap((name) => descriptorOf(name).filters));
  // These five read well as they are; any other name that is only spelt out is one that nobody has put into words.
  const plain = ['api_token', 'known_administrator', 'same_country', 'service_account', 'trusted_country'];
  const spelt = [...names].filter((name) => filterName(name).toLowerCase() === name.replaceAll('_', ' '));
  expect(spelt.filter((name) => !plain.includes(name))).toEqual([]);
});

const USER = '4';
const at = (where: keyof typeof PLACES, more: object = {}) => ({
  ...PLACES[where],
  asOrg: `${where} Net`,
  ...WINDOWS_FIREFOX,
  ...more,
});
const fails = (
  count: number,
  gap: number,
  parts: (index: number) => Partial<DetectEvent>,
  from = 2 * HOUR,
): DetectEvent[] =>
  Array.from({ length: count }, (_, index) =>
    event(from + index * gap, { type: 'login-failed', reason: 'wrong password', ...parts(index) }),
  );

/** Events that raise nearly everything about an account whose id is a number that sentences count with, too. */
const everything = (): DetectEvent[] => [
  event(0, { user: USER, session: 's1', enrich: at('paris') }),
  event(2 * MINUTE + 7 * SECOND, { user: USER, session: 's2', ip: '198.51.100.1', enrich: at('tokyo') }),
  event(3 * MINUTE, {
    user: USER,
    session: 's3',
    ip: '198.51.100.2',
    enrich: { ...at('newYork'), ...LINUX_CHROME, network: 'vpn' },
  }),
  event(4 * MINUTE, {
    user: USER,
    session: 's4',
    ip: '198.51.100.3',
    enrich: at('berlin', { network: 'hosting' }),
  }),
  event(5 * MINUTE, {
    type: 'session-updated',
    user: USER,
    session: 's1',
    ip: '198.51.100.4',
    enrich: { ...at('tokyo'), ...LINUX_CHROME },
  }),
  event(6 * MINUTE, { type: 'password-changed', user: USER, actor: USER }),
  event(7 * MINUTE, { type: 'role-changed', user: USER, attributes: { roles: ['administrator'] } }),
  event(8 * MINUTE, {
    type: 'login-failed',
    user: USER,
    ip: '203.0.113.99',
    enrich: at('tokyo', { asn: 64_999 }),
  }),
  event(9 * MINUTE, { type: 'session-closed', user: USER, session: 's2', reason: 'revoked' }),
  event(10 * MINUTE, {
    type: 'session-updated',
    user: USER,
    session: 's2',
    ip: '198.51.100.1',
    enrich: at('tokyo'),
  }),
  ...fails(14, 30 * SECOND, () => ({ user: USER, ip: '203.0.113.5', enrich: at('paris') })),
  event(2 * HOUR + 9 * MINUTE, { user: USER, ip: '203.0.113.5', session: 's5', enrich: at('paris') }),
  ...fails(40, 20 * SECOND, (index) => ({
    user: `u${String(index % 20)}`,
    ip: '203.0.113.7',
    enrich: at('paris'),
  })),
  event(2 * HOUR + 14 * MINUTE, { user: 'u3', ip: '203.0.113.7', session: 's6', enrich: at('paris') }),
  ...fails(
    40,
    20 * SECOND,
    (index) => ({
      user: `v${String(index % 20)}`,
      ip: `203.0.113.${String(10 + (index % 6))}`,
      enrich: at('paris'),
    }),
    4 * HOUR,
  ),
  event(30 * HOUR, {
    type: 'session-updated',
    user: USER,
    session: 's3',
    ip: '198.51.100.2',
    enrich: at('newYork'),
  }),
  event(40 * HOUR, { user: 'w', receivedAt: new Date(Date.parse('2026-03-04T09:00:00Z')).toISOString() }),
  event(45 * DAY, { user: USER, session: 's9', enrich: at('berlin') }),
  event(200 * DAY, { user: USER, session: 's10', enrich: at('paris') }),
];
const found = (): readonly DetectionRecord[] =>
  run(
    everything(),
    {
      offHours: { timeZone: 'Europe/Paris', start: '12:00' },
      geofence: { allow: ['FR'] },
      userRisk: { threshold: 'low' },
    },
    habit(20, { user: USER, enrich: at('paris') }),
  ).detections;

/** Written by a program: names of fields, raw fractions, thousands without a separator, parts that are missing. */
const RAW =
  /[a-z]_[a-z]|[a-z][A-Z][a-z]|\d\.\d{3,}|(?<![\d.:-]|AS|IPv)\d{4,}(?!\d*[-.:])|undefined|NaN|\[object|\?/;
const looksRaw = (text: string): boolean =>
  RAW.test(text.replaceAll(/AS\d+|\d{4}-\d\d-\d\d|\d+(?:\.\d+){3}|newYork/g, ''));

test('sentences, filters, figures and tables of every kind of finding read as people write', () => {
  const records = found();
  const kinds = new Set(records.map(({ detection }) => detection));
  expect(DETECTION_NAMES.filter((name) => !kinds.has(name))).toEqual([
    'risky_sign_in',
    'password_spray_slow',
    'sigma_rule',
  ]);
  const nameOf = (id: string): string => (id === USER ? 'z.dimitrov' : id);
  const raw: string[] = [];
  for (const { detection, evidence, users } of records) {
    const names = users.map((id) => [id, nameOf(id)] as const);
    const { summary, filtersConsidered } = evidence;
    const told = withName(summary, names);
    if (summary !== told) expect(summary, detection).toMatch(/^4 signed in/);
    const texts = [
      told,
      ...filtersConsidered.map(({ reason }) => reason),
      ...comparedValues(evidence).flatMap(({ what, before, now, as }) => [
        what,
        ...(as === 'time' ? [] : [before, now]),
      ]),
      ...evidenceFacts(evidence, nameOf).flatMap(({ what, value, as }) => [
        what,
        ...(as === 'time' ? [] : [value]),
      ]),
      ...evidenceTables(evidence, nameOf).flatMap(({ title, heads, rows }) => [
        title,
        ...heads,
        ...rows.flat().map(({ text, as }) => (as === 'time' ? null : text)),
      ]),
    ];
    for (const text of texts) if (text !== null && looksRaw(text)) raw.push(`${detection}: ${text}`);
  }
  expect([...new Set(raw)]).toEqual([]);
});

test('every list and figure of the evidence is on the card', () => {
  const records = found();
  const cardOf = (name: (typeof DETECTION_NAMES)[number]) => {
    const record = records.find(({ detection }) => detection === name);
    if (record === undefined) throw new Error(`${name} was not found`);
    const { evidence } = record;
    return {
      tables: evidenceTables(evidence, (id) => `<${id}>`).map(({ title }) => title),
      rows: evidenceTables(evidence, (id) => `<${id}>`).flatMap(({ rows }) =>
        rows.map((cells) => cells.map(({ text }) => text)),
      ),
      facts: evidenceFacts(evidence, (id) => `<${id}>`).map(({ what, value }) => `${what}: ${value}`),
      compared: comparedValues(evidence),
    };
  };
  expect(cardOf('brute_force').tables).toEqual(['Failures by address', 'Failures by reason']);
  expect(cardOf('brute_force').compared).toContainEqual({
    what: 'Failed sign-ins',
    before: 'at least 10',
    now: '14',
    differs: true,
  });
  expect(cardOf('password_spray_distributed').tables).toEqual(['Attacked accounts', 'Attacking addresses']);
  expect(cardOf('concurrent_sessions').tables).toEqual(['Sessions open at once']);
  expect(cardOf('privileged_role_after_risky_login').tables).toEqual([
    'What was changed',
    'What went before',
  ]);
  expect(cardOf('privileged_role_after_risky_login').facts).toEqual(
    expect.arrayContaining(['Changed: role', 'Details: roles: administrator', 'Changed by: not recorded']),
  );
  expect(cardOf('privileged_role_after_risky_login').rows).toContainEqual([
    expect.any(String),
    'password',
    '<4>',
    '<4>',
  ]);
  expect(cardOf('user_risk').tables).toEqual(['Detections that count']);
  expect(cardOf('new_country').tables).toEqual(['Countries known before']);
  expect(cardOf('new_country').compared).toEqual([
    { what: 'Country', before: 'France (21)', now: 'Japan', differs: true, usual: 'countries' },
  ]);
  expect(
    cardOf('unfamiliar_sign_in')
      .compared.filter(({ differs }) => differs)
      .map(({ what }) => what),
  ).toEqual(['Network', 'Country']);
  expect(cardOf('credential_stuffing').rows).toContainEqual(['<u3>', expect.stringMatching(/^\d{13}$/)]);
  expect(cardOf('impossible_travel').compared).toContainEqual(
    expect.objectContaining({
      what: 'Distance',
      before: 'at least 500 km',
      now: expect.stringMatching(/^9,7\d\d km$/) as unknown,
    }),
  );
  expect(cardOf('off_hours').facts).toEqual(
    expect.arrayContaining(['Working hours: Mon, Tue, Wed, Thu, Fri, 12:00 to 19:00']),
  );
});

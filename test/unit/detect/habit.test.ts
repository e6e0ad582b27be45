import { expect, test } from 'vitest';
import { overProduct } from '#engine/detect/product-settings.ts';
import { replay } from '#engine/detect/replay.ts';
import { parseSettings } from '#engine/detect/settings.ts';
import {
  DAY,
  event,
  fired,
  HOUR,
  LINUX_CHROME,
  MINUTE,
  of,
  PLACES,
  run,
  visible,
  WINDOWS_FIREFOX,
} from './support.ts';

const { berlin, newYork } = PLACES;
const VPN = { country: 'NL', lat: 52.37, lon: 4.9, asn: 64_900, asOrg: 'A VPN', network: 'vpn' } as const;
const through = (at: number, client: object = WINDOWS_FIREFOX) =>
  event(at, { ip: '198.51.100.9', enrich: { ...VPN, ...client } });
const HABITS = { habits: {} };
/** So many days on which the VPN was used, the first one `since` days ago. */
const habit = (days: number, since: number) =>
  Array.from({ length: days }, (_, i) => through(-since * DAY + i * DAY));

test.each([
  ['three days, the first seven days ago', habit(3, 7), 'habitual_network'],
  ['two days', habit(2, 7), undefined],
  ['three days, the first a millisecond less than seven days ago', habit(3, 7 - 1 / DAY), undefined],
  ['three days, the last 45 days ago', habit(3, 47), 'habitual_network'],
  ['three days, the last 46 days ago', habit(3, 48), undefined],
])('a VPN that was used on %s', (_name, history, filtered) => {
  const [found] = of(run([through(0)], HABITS, history), 'anonymous_ip');
  expect(found?.filtered).toBe(filtered);
});

test('another device behind the same VPN is no habit, and Tor never is', () => {
  expect(fired(run([through(0, LINUX_CHROME)], HABITS, habit(8, 10)), 'anonymous_ip')).toHaveLength(1);
  const tor = (at: number) => ({
    ...through(at),
    enrich: { ...through(at).enrich, network: 'tor' as const },
  });
  const history = Array.from({ length: 8 }, (_, i) => tor((i - 10) * DAY));
  expect(fired(run([tor(0)], HABITS, history), 'anonymous_ip')).toHaveLength(1);
});

test('a habitual VPN hides no travel of somebody else', () => {
  const home = event(0, { enrich: { ...berlin, ...WINDOWS_FIREFOX, network: 'residential' } });
  const vpn = through(MINUTE);
  const thief = event(HOUR, {
    ip: '203.0.113.7',
    enrich: { ...newYork, ...LINUX_CHROME, network: 'residential' },
  });
  const [found] = fired(run([home, vpn, thief], HABITS, habit(8, 10)), 'impossible_travel');
  expect(found?.at).toBe(thief.id);
});

test('the order in which the events of a habit come changes nothing', () => {
  const events = [
    ...habit(4, 9),
    through(0),
    through(DAY),
    event(2 * DAY, { enrich: { ...berlin, ...WINDOWS_FIREFOX } }),
  ];
  const inOrder = visible(run(events, HABITS));
  for (const other of [events.toReversed(), [...events.slice(3), ...events.slice(0, 3)]])
    expect(visible(run(other, HABITS))).toEqual(inOrder);
});

test('the catalogue by itself knows no habits; the product does, unless they are switched off', () => {
  const history = Array.from({ length: 12 }, (_, i) =>
    event((i - 12) * DAY, { enrich: { ...berlin, ...WINDOWS_FIREFOX, network: 'residential' } }),
  );
  const trip = event(2 * DAY, { enrich: { ...newYork, ...WINDOWS_FIREFOX, network: 'residential' } });
  const severity = (settings: unknown) =>
    fired(replay(parseSettings(settings), history, [trip]), 'new_country').map((found) => found.severity);
  expect(severity({})).toEqual(['medium']);
  expect(severity(overProduct({}))).toEqual(['low']);
  expect(severity(overProduct({ habits: null }))).toEqual(['medium']);
  expect(overProduct({ userRisk: null })).toMatchObject({ userRisk: null });
  expect(overProduct({ userRisk: { decayDays: 30 } })).toMatchObject({
    userRisk: { decayDays: 30, onlyTelling: true },
  });
});

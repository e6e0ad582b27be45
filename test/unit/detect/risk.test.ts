import { expect, test } from 'vitest';
import { calibrate } from '#engine/detect/risk/calibrate.ts';
import { DAY, event, habit, HOUR, run } from './support.ts';

const agent = (key: string, browser: string, os: string, device: 'desktop' | 'mobile') => ({
  userAgentKey: key,
  browser: { name: browser },
  os: { name: os },
  device,
});
const home = { country: 'FR', asn: 1, ...agent('ua1', 'Firefox', 'Windows', 'desktop') };
const other = { country: 'DE', asn: 2, ...agent('ua2', 'Chrome', 'Linux', 'mobile') };
const scores = (...args: Parameters<typeof run>) => run(...args).scores;

test('the first login has no score, the second one has', () => {
  const events = [event(0, { enrich: home }), event(HOUR, { enrich: home })];
  expect(scores(events).map(({ value }) => value === null)).toEqual([true, false]);
});

test('the formula, worked by hand', () => {
  // History: alice twice at 192.0.2.1 (FR, AS1, ua1), bob once at 192.0.2.2 (DE, AS2, ua2). N = 3, |U| = 2.
  const history = [
    event(-3 * DAY, { ip: '192.0.2.1', enrich: home }),
    event(-2 * DAY, { ip: '192.0.2.1', enrich: home }),
    event(-DAY, { user: 'bob', ip: '192.0.2.2', enrich: other }),
  ];
  // Alice from bob's address with her own client.
  const login = event(0, {
    ip: '192.0.2.2',
    enrich: { ...other, ...agent('ua1', 'Firefox', 'Windows', 'desktop') },
  });
  const [score] = scores([login], {}, history);
  // IP: no level is hers, so the ratio is exactly 4.
  // M = 1 + 2 ASNs + 2 countries; n1 = 1; U1 = 1 + 1 + 1.
  const globalIp = 0.6 * ((1 / (1 + 3)) * (1 / (3 + 5))) + 0.3 * (1 / 3) + 0.1 * (1 / 3);
  // UA: M = 1 + 2 + 2 + 2; n1 = 2; U1 = 1 + 1 + 1 + 1; every level was hers both times.
  const weights = [0.53866538, 0.26804515, 0.18818295, 0.00510652] as const;
  const globalUa =
    weights[0] * ((2 / (2 + 4)) * (2 / (3 + 7))) + (weights[1] + weights[2] + weights[3]) * (2 / 3);
  const localUa = weights[0] + weights[1] + weights[2] + weights[3];
  const expected = 4 * (globalUa / localUa) * (1 / 2 / (2 / 3));
  expect(score?.value).toBeCloseTo(expected, 12);
  expect(score?.factors.ip?.ratio).toBe(4);
  expect(score?.factors.ip?.global).toBeCloseTo(globalIp, 12);
  expect(score?.factors.user?.ratio).toBeCloseTo(0.75, 12);
});

test('a part that is hers is compared without smoothing; a never-seen address has n1 = 0', () => {
  const history = [
    event(-2 * DAY, { ip: '192.0.2.1', enrich: home }),
    event(-DAY, { user: 'bob', ip: '192.0.2.2', enrich: other }),
  ];
  const [score] = scores([event(0, { ip: '192.0.2.77', enrich: home })], {}, history);
  const global = 0.6 * (1 / (2 + 5)) + 0.3 * (1 / 2) + 0.1 * (1 / 2);
  expect(score?.factors.ip?.global).toBeCloseTo(global, 12);
  expect(score?.factors.ip?.local).toBeCloseTo(0.4, 12);
  expect(score?.factors.ip?.ratio).toBeCloseTo(global / 0.4, 12);
});

test('only successes enter the history, and repeated events change nothing', () => {
  const base = [event(0, { enrich: home }), event(HOUR, { enrich: home })];
  const expected = scores(base).map(({ value }) => value);
  const noise = [
    base[0],
    event(1, { type: 'login-failed', ip: '192.0.2.99', enrich: other }),
    base[0],
    base[1],
  ].flatMap((one) => one ?? []);
  expect(scores(noise).map(({ value }) => value)).toEqual(expected);
});

test('scores follow event time, whatever the order of arrival', () => {
  const events = [
    event(0, { enrich: home }),
    event(HOUR, { enrich: other }),
    event(2 * HOUR, { enrich: home }),
  ];
  expect(scores([...events].reverse())).toEqual(scores(events));
});

test('a score says that it was made while learning', () => {
  const learning = (logins: number) =>
    scores([event(0, { enrich: home })], {}, habit(logins, { enrich: home })).map((score) => score.learning);
  expect([learning(9), learning(10)]).toEqual([[true], [false]]);
});

test('what is unknown adds nothing; a feature of which nothing is known is left out', () => {
  const history = [event(-DAY, { enrich: home })];
  const [score] = scores([event(0, { ip: null, enrich: { userAgentKey: 'ua1' } })], {}, history);
  expect(score?.factors.ip).toBeUndefined();
  expect(score?.factors.ua?.local).toBeCloseTo(0.53866538, 12);
});

test('calibration gives the lowest threshold that keeps to so many questions a week', () => {
  const history = Array.from({ length: 70 }, (_, i) => ({ ts: (i * 14 * DAY) / 69, value: i + 1 }));
  const five = calibrate(history, 5);
  expect(five).toMatchObject({ threshold: 60, weeks: 2 });
  expect(five.questionsPerWeek).toBeCloseTo(5, 9);
  expect(calibrate(history, 0).threshold).toBe(70);
  expect(calibrate(history, 1_000).threshold).toBe(-Infinity);
  expect(calibrate([], 5)).toMatchObject({ threshold: Infinity, questionsPerWeek: 0 });
  // Ten logins share the score at the limit: all of them stay unasked.
  const ties = [
    ...history.slice(0, 50),
    ...Array.from({ length: 20 }, (_, i) => ({ ts: i * DAY * 0.7, value: 99 })),
  ];
  expect(calibrate(ties, 5)).toMatchObject({ threshold: 99, questionsPerWeek: 0 });
});

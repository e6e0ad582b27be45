import { expect, test } from 'vitest';
import { lineOf, lineWithKeys, loggedOf, type Logged } from '#engine/detections/event-log.ts';

const enrich = { country: 'DE', city: null, lat: 52.5, lon: 13.4, asn: 3320, trusted: false };
const event = {
  id: 'e1',
  ts: 1_000,
  receivedAt: 1_001,
  type: 'login',
  user: '7',
  ip: '192.0.2.1',
  session: 's1',
  userAgent: 'Firefox',
  reason: null,
  actor: null,
  attributes: { createdAt: 5, label: 'x' },
  enrich,
} as const;
const batch: Logged = {
  silent: false,
  events: [
    event,
    { ...event, id: '__proto__', ts: '2026-03-01T12:00:00.000Z', userAgent: 'Safari', attributes: null },
    { ...event, id: 'e3', ip: null, enrich: null, userAgent: null, receivedAt: undefined },
  ],
};

test('a batch comes back from its line as it was, and what its events share is written once', () => {
  const line = lineOf(batch);
  expect(loggedOf(line)).toEqual(batch);
  expect([line.split('"country"').length, line.split('Firefox').length]).toEqual([2, 2]);
  expect(loggedOf(lineOf({ silent: true, events: [] }))).toEqual({ silent: true, events: [] });
});

test('keys of sign-ins are added to a line that was made before they were known', () => {
  const keys = Object.assign(Object.create(null) as Record<string, number>, { e1: 12, ['__proto__']: 13 });
  const again = loggedOf(lineWithKeys(lineOf(batch), keys));
  expect(again.events).toEqual(batch.events);
  expect(Object.entries(again.keys ?? {})).toEqual([
    ['e1', 12],
    ['__proto__', 13],
  ]);
});

test('what is absent of an event is nothing that is known of it; lines of earlier versions are read', () => {
  const closed = { id: 'closed:s1@9', ts: 9, receivedAt: 9, type: 'session-closed', session: 's1' } as const;
  const [read] = loggedOf(lineOf({ silent: false, events: [closed] })).events;
  expect(read).toMatchObject({ ...closed, user: null, ip: null, userAgent: null, enrich: null });
  const old = { silent: true, events: [event], keys: { e1: 4 } };
  expect(loggedOf(JSON.stringify(old))).toEqual(old);
  expect(() => loggedOf('{')).toThrow(SyntaxError);
});

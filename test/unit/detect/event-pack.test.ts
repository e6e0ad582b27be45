import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EVENT_TYPES } from '#engine/detect/event.ts';
import { isPacked, packEvents, unpackEvents } from '#engine/detect/event-pack.ts';
import { createPreparer, type PreparedEvent } from '#engine/detect/prepare.ts';
import { parseSettings } from '#engine/detect/settings.ts';

const prepare = createPreparer(parseSettings({}), 'shop');
const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: null });
const anyEvent = fc
  .record({
    id: fc.string({ minLength: 1 }),
    ts: fc.integer({ min: 0, max: 2e12 }),
    type: fc.constantFrom(...EVENT_TYPES),
    user: maybe(fc.constantFrom('ann', 'bob', '__proto__')),
    ip: maybe(fc.constantFrom('203.0.113.7', '2001:db8::1', 'socket')),
    session: maybe(fc.constantFrom('s1', 's2')),
    reason: maybe(fc.string()),
    attributes: maybe(fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean()))),
    enrich: maybe(fc.record({ country: maybe(fc.constantFrom('FR', 'DE')), asn: maybe(fc.nat()) })),
    silent: fc.boolean(),
    habit: maybe(fc.string()),
  })
  .map(({ silent, habit, ...event }): PreparedEvent => ({ ...prepare(event, silent), habit }));

test('events come back from their pack as they were, whatever they have in common', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 12 }), (events) => {
      const stored: unknown = JSON.parse(JSON.stringify(packEvents(events)));
      expect(unpackEvents(stored as ReturnType<typeof packEvents>)).toEqual(
        JSON.parse(JSON.stringify(events)),
      );
    }),
  );
});

test('a pack names every part of an event, so that none is lost', () => {
  const event = prepare({ id: 'e', ts: 5, type: 'login' }, false);
  const all = Object.fromEntries(Object.keys(event).map((name) => [name, `other ${name}`]));
  const other = { ...all, ts: 7 } as unknown as PreparedEvent;
  expect(unpackEvents(packEvents([event, other]))).toEqual([event, other]);
});

test('neighbours that have everything in common take little room', () => {
  const event = prepare({ id: 'a', ts: 5, type: 'session-updated', user: 'ann', ip: '203.0.113.7' }, false);
  const packed = packEvents([event, { ...event, id: 'b', ts: 9 }]);
  expect(packed[1]).toEqual(['b', 4]);
  expect(isPacked(packed)).toBe(true);
  expect(isPacked([event])).toBe(false);
});

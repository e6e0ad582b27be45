import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDetector } from '#engine/detect/detector.ts';
import type { DetectEvent } from '#engine/detect/event.ts';
import type { Snapshot } from '#engine/detect/snapshot.ts';
import type { DetectionRecord } from '#shared/domain/detection.ts';
import { DAY, event, fired, HOUR, MINUTE, of, PLACES, run, visible } from './support.ts';
import { anEvent, clients, eager, places, world } from './world.ts';

test('any order of arrival inside the horizon gives the same findings', () => {
  fc.assert(
    fc.property(
      world.chain((events) =>
        fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length })),
      ),
      ([events, shuffled]) => {
        const inOrder = [...events].sort((a, b) => Date.parse(a.ts) - Date.parse(b.ts));
        const expected = visible(run(inOrder, eager));
        expect(visible(run(shuffled, eager))).toEqual(expected);
        expect(visible(run([...events].reverse(), eager))).toEqual(expected);
      },
    ),
    { numRuns: 150 },
  );
}, 120_000);

test('repeated events change nothing', () => {
  fc.assert(
    fc.property(world, fc.infiniteStream(fc.nat()), (events, numbers) => {
      const repeated = events.flatMap((one, index) => {
        const earlier = events[(numbers.next().value ?? 0) % (index + 1)];
        return earlier ? [one, earlier] : [one];
      });
      expect(visible(run(repeated, eager))).toEqual(visible(run(events, eager)));
    }),
    { numRuns: 60 },
  );
}, 120_000);

/** What is found in the end, with the figures, when everything is saved and read again before the event `cut`. */
const collect = (
  events: readonly DetectEvent[],
  settings: NonNullable<Parameters<typeof run>[1]>,
  cut: number | null,
) => {
  const found = new Map<string, DetectionRecord>();
  let detector = createDetector({ settings });
  events.forEach((one, index) => {
    if (index === cut) {
      const snapshot = JSON.parse(JSON.stringify(detector.snapshot())) as Snapshot;
      detector = createDetector({ settings, snapshot });
    }
    for (const delta of detector.ingest(one)) {
      if (delta.kind === 'upsert') found.set(delta.record.id, delta.record);
      else found.delete(delta.id);
    }
  });
  return { found: [...found].sort(([a], [b]) => (a < b ? -1 : 1)), figures: detector.counters.figures };
};

test('saving and restoring at any point changes nothing', () => {
  fc.assert(
    fc.property(world, fc.nat(), (events, at) => {
      expect(collect(events, eager, at % events.length)).toEqual(collect(events, eager, null));
    }),
    { numRuns: 100 },
  );
}, 120_000);

/** Habits that come and lapse within the ten days that the world lasts here. */
const habitual = { ...eager, habits: { days: 2, ageDays: 1, lapseDays: 3 } };
const tenDays = fc
  .array(
    fc.record({
      minute: fc.integer({ min: 0, max: 10 * 24 * 60 }),
      user: fc.constantFrom('alice', 'bob'),
      way: fc.integer({ min: 0, max: 2 }),
      client: fc.integer({ min: 0, max: 1 }),
    }),
    { minLength: 20, maxLength: 120 },
  )
  .map((events) =>
    events
      .sort((a, b) => a.minute - b.minute)
      .map(({ minute, user, way, client }) =>
        event(minute * MINUTE, {
          user,
          ip: `192.0.2.${String(way + 1)}`,
          enrich: {
            ...places[way],
            ...clients[client],
            network: (['vpn', 'hosting', 'residential'] as const)[way] ?? null,
          },
        }),
      ),
  );

test('so it does with what is a person’s habit', () => {
  let silenced = 0;
  fc.assert(
    fc.property(tenDays, fc.nat(), (events, at) => {
      const whole = collect(events, habitual, null);
      silenced += whole.found.filter(([, { filtered }]) => filtered === 'habitual_network').length;
      expect(collect(events, habitual, at % events.length)).toEqual(whole);
    }),
    { numRuns: 60 },
  );
  expect(silenced).toBeGreaterThan(0);
}, 120_000);

test('habits follow from when things happened, not from when they were told', () => {
  fc.assert(
    fc.property(tenDays, fc.infiniteStream(fc.nat({ max: 23 * 60 })), (events, delays) => {
      const late = events
        .map((one) => ({ one, told: Date.parse(one.ts) + (delays.next().value ?? 0) * MINUTE }))
        .sort((a, b) => a.told - b.told)
        .map(({ one }) => one);
      expect(visible(run(late, habitual))).toEqual(visible(run(events, habitual)));
    }),
    { numRuns: 40 },
  );
}, 120_000);

test('a long stream gives the same as its replay with jitter, across many segments', () => {
  fc.assert(
    fc.property(
      fc.array(anEvent, { minLength: 300, maxLength: 400 }),
      fc.infiniteStream(fc.nat({ max: 40 })),
      (events, jitter) => {
        const inOrder = [...events].sort((a, b) => Date.parse(a.ts) - Date.parse(b.ts));
        const late = inOrder
          .map((one) => ({ one, at: Date.parse(one.ts) + (jitter.next().value ?? 0) * MINUTE }))
          .sort((a, b) => a.at - b.at)
          .map(({ one }) => one);
        expect(visible(run(late, eager))).toEqual(visible(run(inOrder, eager)));
      },
    ),
    { numRuns: 10, endOnFailure: true },
  );
}, 120_000);

const { paris, newYork } = PLACES;
const lateBy = (ms: number) => {
  const first = event(0, { enrich: paris });
  const late = event(10 * MINUTE, {
    enrich: newYork,
    ip: '198.51.100.1',
    receivedAt: new Date(Date.parse(first.ts) + 10 * MINUTE + ms).toISOString(),
  });
  return run([first, late]);
};

test('an event as late as the horizon is placed, a later one is not evaluated', () => {
  expect(fired(lateBy(DAY - 1), 'impossible_travel')).toHaveLength(1);
  expect(fired(lateBy(DAY), 'impossible_travel')).toHaveLength(1);
  const beyond = lateBy(DAY + 1);
  expect(of(beyond, 'impossible_travel')).toEqual([]);
  expect(beyond.counters.beyondHorizon).toBe(1);
});

test('without arrival times nothing is late, however far back in the file it stands', () => {
  const events = (gap: number) => [
    event(0, { enrich: paris }),
    event(gap, { enrich: paris }),
    event(10 * MINUTE, { enrich: newYork, ip: '198.51.100.1' }),
  ];
  expect(fired(run(events(DAY + 10 * MINUTE)), 'impossible_travel')).toHaveLength(1);
  expect(fired(run(events(200 * DAY)), 'impossible_travel')).toHaveLength(1);
});

test('history trains and reports nothing, whatever it holds', () => {
  const history = [
    event(-HOUR, { enrich: paris }),
    event(-30 * MINUTE, { enrich: newYork, ip: '198.51.100.1' }),
  ];
  expect(run([], {}, history).detections).toEqual([]);
  const back = event(0, { enrich: paris });
  // What history found stays unsaid; that it goes on live is said, about the live hop alone.
  const [found] = fired(run([back], {}, history), 'impossible_travel');
  expect(found).toMatchObject({ at: back.id, events: [history[1]?.id, back.id] });
  const after = fired(run([event(0, { enrich: paris })], {}, history.slice(1)), 'impossible_travel');
  expect(after).toHaveLength(1);
});

test('history may be given in any order', () => {
  const history = [
    event(-2 * DAY, { enrich: paris }),
    event(-9 * DAY, { enrich: paris }),
    event(-40 * DAY, { enrich: newYork }),
  ];
  const login = event(0, { enrich: newYork, ip: '198.51.100.1' });
  const [found] = fired(run([login], { learning: null }, history), 'atypical_country');
  expect(found?.evidence['daysSince']).toBe(40);
});

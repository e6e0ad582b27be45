import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DetectionRecord } from '#shared/domain/detection.ts';
import { HOUR, MINUTE } from '#shared/domain/units.ts';
import type { BackTestResult } from '#shared/ipc/detections-views.ts';
import { createDetector } from '#engine/detect/detector.ts';
import type { EnrichedEvent } from '#engine/detect/event.ts';
import { CATALOGUE } from '#engine/detect/catalogue.ts';
import { overProduct } from '#engine/detect/product-settings.ts';
import { parseSettings } from '#engine/detect/settings.ts';
import { mirrorEvents } from '#engine/detections/mirror-events.ts';
import { backTest } from '#engine/detections/back-test.ts';
import { openReadable } from '#engine/mirror/database.ts';
import { mirrorFile } from '#engine/mirror/mirror-file.ts';
import { audited, fakeEvent } from '#test/support/fake-agent/fake-records.ts';
import { ask } from '#test/support/ask.ts';
import { NOW, WiredWorld } from './wired-world.ts';

const PLACES = {
  '8.8.8.8': { country: 'US', lat: 37.4, lon: -122.1, asn: 64_500 },
  '8.8.8.9': { country: 'US', lat: 37.4, lon: -122.1, asn: 64_500 },
  '91.0.0.1': { country: 'DE', lat: 52.5, lon: 13.4, asn: 64_501 },
} as const;
const event = fc.record({
  type: fc.constantFrom(
    'login',
    'login-failed',
    'login-failed',
    'session-updated',
    'session-closed',
    'role-changed',
  ),
  user: fc.constantFrom('anna', 'ben', 'cleo', 'dan', 'eve', 'finn'),
  ip: fc.constantFrom('8.8.8.8', '8.8.8.9', '91.0.0.1'),
  minute: fc.integer({ min: 0, max: 120 }),
});

test('working straight through events in order finds what working them in with room for late ones finds', () => {
  fc.assert(
    fc.property(fc.array(event, { minLength: 40, maxLength: 200 }), (list) => {
      const events = list
        .map(({ type, user, ip, minute }, n): EnrichedEvent => ({
          id: `e${String(n)}`,
          ts: NOW + minute * MINUTE,
          type: type,
          user,
          ip,
          session: `s-${user}`,
          enrich: PLACES[ip],
        }))
        .sort((a, b) => Number(a.ts) - Number(b.ts));
      const run = (straight: boolean): readonly DetectionRecord[] => {
        const detector = createDetector({ straight });
        // The order of one instant is the detector's own; straight through needs it beforehand.
        for (const one of events.filter((each, n) => events[n - 1]?.ts !== each.ts)) detector.ingest(one);
        return detector.records().toSorted((a, b) => (a.id < b.id ? -1 : 1));
      };
      expect(run(true)).toEqual(run(false));
    }),
    { numRuns: 40 },
  );
});

function tested(world: WiredWorld, settings: Record<string, object | null>, since?: number): BackTestResult {
  const db = openReadable(mirrorFile(world.profile));
  try {
    return ask(
      backTest(db, {
        connection: world.who().id,
        settings: settings as never,
        ...(since === undefined ? {} : { since }),
      }),
    );
  } finally {
    db.close();
  }
}

test('a back-test says what fires more and less on the mirrored events, and nothing when nothing changes', async () => {
  const world = new WiredWorld();
  const at = NOW - 3 * HOUR;
  await world.stream(
    Array.from(
      { length: 16 },
      (_, n) => (position: number) =>
        audited(
          position,
          fakeEvent(`f${String(n)}`, {
            at: at + n * 20_000,
            recordedAt: at + n * 20_000,
            ip: '8.8.8.8',
            outcome: 'failure',
            account: n < 12 ? { id: 'anna', name: 'anna' } : { id: 'ben', name: 'ben' },
          }),
        ),
    ),
  );
  expect(tested(world, {})).toMatchObject({ events: 16, before: 0, after: 0, moreCount: 0, fewerCount: 0 });
  const lower = tested(world, { bruteForce: { failures: 4 } });
  expect(lower).toMatchObject({ before: 1, after: 2, detections: ['brute_force', 'brute_force_success'] });
  expect(lower.more.map(({ entity }) => entity.id).sort()).toEqual(['anna', 'ben']);
  expect(lower.fewer.map(({ entity }) => entity.id)).toEqual(['anna']);
  expect(lower.days).toMatchObject([{ before: 1, after: 2, more: 2, fewer: 1 }]);
  expect(lower.more.map(({ people }) => people)).toContainEqual([{ id: 'ben', name: 'ben' }]);
  expect(tested(world, { bruteForce: null })).toMatchObject({ before: 1, after: 0, fewerCount: 1 });
  expect(tested(world, { bruteForce: { failures: 4 } }, NOW)).toMatchObject({ before: 0, after: 0 });
  expect(tested(world, { filters: { ignoredUsers: ['anna'] } })).toMatchObject({ before: 1, after: 0 });
  expect(() => tested(world, { bruteForce: { failures: 0 } })).toThrow(/bruteForce.failures/);
});

test('what a back-test reads of the mirror is enough: each detection finds what it finds with everything decoded', async () => {
  const world = new WiredWorld();
  const act = fc.record({
    action: fc.constantFrom(
      'login',
      'login',
      'login',
      'login',
      'logout',
      'role-changed',
      'password-changed',
      'other',
    ),
    failed: fc.boolean(),
    user: fc.constantFrom('anna', 'ben', 'cleo', 'dan', 'eve', 'finn', 'nobody'),
    ip: fc.constantFrom('8.8.8.8', '8.8.8.9', '91.0.0.1', '10.0.0.1'),
    minute: fc.integer({ min: 0, max: 60 * 24 * 5 }),
    session: fc.constantFrom('s1', 's2', 's3', undefined),
    token: fc.boolean(),
  });
  const [list = []] = fc.sample(fc.array(act, { minLength: 900, maxLength: 900 }), { numRuns: 1, seed: 11 });
  const attacks = Array.from({ length: 60 }, (_, n) => ({
    action: 'login',
    failed: true,
    user: `victim${String(n % 12)}`,
    ip: n % 2 === 0 ? '91.0.0.1' : `91.0.0.${String(n % 9)}`,
    minute: 3_000 + n / 4,
    session: undefined,
    token: false,
  }));
  await world.stream(
    [...list, ...attacks]
      .sort((a, b) => a.minute - b.minute)
      .map(({ action, failed, user, ip, minute, session, token }, n) => (position: number) => {
        const at = NOW - 6 * 24 * HOUR + minute * MINUTE;
        return audited(
          position,
          fakeEvent(`e${String(n)}`, {
            at,
            recordedAt: at,
            action,
            outcome: failed ? 'failure' : 'success',
            ...(failed ? { reason: n % 5 === 0 ? 'password expired' : 'bad-password' } : {}),
            ip,
            account: user === 'nobody' ? { name: 'nobody' } : { id: user, name: user },
            sessionId: session === undefined ? undefined : `${user}-${session}`,
            ...(token ? { attributes: { kind: 'api-token' } } : {}),
          }),
        );
      }),
  );
  const db = openReadable(mirrorFile(world.profile));
  const events = [...mirrorEvents(db, world.who().key)];
  db.close();
  // As the product judges where nothing was set: the plain catalogue counts more towards a person's risk.
  const foundWith = (settings: Record<string, unknown>): ReadonlyMap<string, DetectionRecord> => {
    const detector = createDetector({ straight: true, settings: parseSettings(overProduct(settings)) });
    const found = new Map<string, DetectionRecord>();
    for (const { event } of events)
      for (const delta of detector.ingest(event)) {
        if (delta.kind === 'upsert') found.set(delta.record.id, delta.record);
        else found.delete(delta.id);
      }
    return found;
  };
  const found = foundWith({});
  let seen = 0;
  for (const setting of new Set(CATALOGUE.map((one) => one.setting))) {
    if (setting === 'sigmaRule') continue;
    const answer = tested(world, { [setting]: null });
    const expected = [...found.values()].filter(
      ({ detection, filtered }) => filtered === undefined && answer.detections.includes(detection),
    );
    expect([setting, answer.before]).toEqual([setting, expected.length]);
    seen += expected.length > 0 ? 1 : 0;
  }
  // Enough kinds fire that the comparison means something.
  expect(seen).toBeGreaterThan(8);
  // With both settings on one of them learns for the other, and that changes nothing.
  for (const settings of [
    { impossibleTravel: { minDistanceKm: 50, maxSpeedKmh: 90 } },
    { newDevice: null, newCountry: null, atypicalCountry: { days: 1 } },
    { unfamiliarSignIn: { features: 1 } },
    { concurrentCountries: { windowMin: 600 } },
    { bruteForce: { failures: 3 }, failsElsewhereAfterSuccess: { windowMin: 300 } },
    { dormantAccount: { days: 1 }, concurrentSessions: { limit: 1 } },
    { passwordSpray: { minUsers: 3, minAttempts: 5 }, impossibleTravel: { minDistanceKm: 50 } },
    { habits: { days: 1, ageDays: 1 } },
  ]) {
    const answer = tested(world, settings);
    const heard = (all: ReadonlyMap<string, DetectionRecord>): readonly string[] =>
      [...all.values()]
        .filter(({ detection, filtered }) => filtered === undefined && answer.detections.includes(detection))
        .map(({ id }) => id)
        .sort();
    const [was, is] = [heard(found), heard(foundWith(settings))];
    expect([settings, answer.before, answer.after]).toEqual([settings, was.length, is.length]);
    const more = is.filter((id) => !was.includes(id));
    expect([settings, answer.more.map(({ id }) => id).sort()]).toEqual([settings, more]);
  }
}, 60_000);

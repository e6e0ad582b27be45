import { expect, test } from 'vitest';
import { DETECTION_NAMES } from '#shared/domain/detection.ts';
import { CATALOGUE } from '#engine/detect/catalogue.ts';
import { parseSettings } from '#engine/detect/settings.ts';

test('every detection has its descriptor, in the order of the names', () => {
  expect(CATALOGUE.map(({ name }) => name)).toEqual([...DETECTION_NAMES]);
});

test('every descriptor names a setting that exists, and says what to do next', () => {
  const settings = parseSettings();
  for (const one of CATALOGUE) {
    expect(Object.keys(settings)).toContain(one.setting);
    expect(one.nextStep.length).toBeGreaterThan(20);
    for (const technique of one.techniques) expect(technique).toMatch(/^T\d{4}(\.\d{3})?$/);
  }
});

test('the defaults are the documented ones', () => {
  expect(parseSettings()).toMatchObject({
    impossibleTravel: { minDistanceKm: 500, maxSpeedKmh: 900, onlyForNewIp: false, ignoreSameCountry: false },
    atypicalCountry: { days: 30 },
    bruteForce: { failures: 10, windowMin: 10 },
    bruteForceSuccess: { windowMin: 15 },
    passwordSpray: {
      minUsers: 5,
      minAttempts: 15,
      maxPerUser: 8,
      band: [2, 6],
      bandPct: 60,
      minDurationMin: 5,
      windowMin: 60,
    },
    passwordSpraySlow: { minUsers: 10, maxPerUser: 3, windowH: 24, minDurationH: 1, maxSuccessRatio: 0.2 },
    passwordSprayDistributed: { minIps: 5, minUsers: 8, minAttempts: 25, maxPerUser: 5, windowMin: 15 },
    credentialStuffing: { minUsers: 15, minAttempts: 25, maxPerUser: 2, windowMin: 15 },
    concurrentSessions: { limit: 3 },
    dormantAccount: { days: 90 },
    offHours: null,
    geofence: null,
    idleSession: { hours: 12 },
    overlongSession: { hours: 24 },
    learning: { days: 14, logins: 10 },
    dedupWindowS: 5,
    reorderHorizonH: 24,
  });
});

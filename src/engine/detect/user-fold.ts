import { atypicalCountry } from './detections/atypical-country.ts';
import { bruteForce } from './detections/brute-force.ts';
import { bruteForceSuccess } from './detections/brute-force-success.ts';
import { concurrentCountries } from './detections/concurrent-countries.ts';
import { concurrentSessions } from './detections/concurrent-sessions.ts';
import { dormantAccount } from './detections/dormant-account.ts';
import { failsElsewhere } from './detections/fails-elsewhere.ts';
import { geofence } from './detections/geofence.ts';
import { impossibleTravel } from './detections/impossible-travel.ts';
import { newCountry } from './detections/new-country.ts';
import { newDevice } from './detections/new-device.ts';
import { offHours } from './detections/off-hours.ts';
import { unfamiliarSignIn } from './detections/unfamiliar-sign-in.ts';
import type { PreparedEvent } from './prepare.ts';
import type { UserContext, UserDetection } from './user-detection.ts';
import { train, type UserState } from './user-state.ts';

/** Detections on one person's events. */
export const USER_DETECTIONS: readonly UserDetection[] = [
  impossibleTravel,
  newCountry,
  atypicalCountry,
  newDevice,
  unfamiliarSignIn,
  bruteForce,
  bruteForceSuccess,
  failsElsewhere,
  concurrentSessions,
  concurrentCountries,
  dormantAccount,
  offHours,
  geofence,
];

/** One event of one person: every detection looks at it, then the profile learns it. */
export const stepUser = (
  detections: readonly UserDetection[],
  state: UserState,
  event: PreparedEvent,
  context: UserContext,
): void => {
  for (const detection of detections) detection.evaluate(state, event, context);
  if (event.type !== 'login') return;
  const hour = context.localTime === null ? null : Math.floor(context.localTime(event.ts).minutes / 60);
  train(state.profile, event, hour);
};

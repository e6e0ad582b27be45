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
import { dropEnded } from './episode.ts';
import type { ProfileParts } from './needed-memories.ts';
import type { PreparedEvent } from './prepare.ts';
import type { UserContext, UserDetection } from './user-detection.ts';
import { habitOf, isOwnDevice, isReal } from './habit.ts';
import { samePoint, saysWhere, train, type UserState } from './user-state.ts';

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

/** Where the person is now. A trusted egress and ignored networks are nobody's place. */
const move = (state: UserState, event: PreparedEvent, context: UserContext): void => {
  if (event.lat === null || event.lon === null || event.trusted || event.ignoredIp || event.ignoredAsn)
    return;
  const { place } = state;
  const next = samePoint(state, event, isOwnDevice(context.settings.habits, state.profile, event));
  if (isReal(next)) state.ground = null;
  else if (place !== null && isReal(place)) state.ground = place;
  state.place = next;
};

/** What another fold has learned of a person, for one that learns nothing by itself. */
export const adoptLearned = (state: UserState, learned: UserState): void => {
  if (state.profile !== learned.profile) state.profile = learned.profile;
  if (state.place !== learned.place) state.place = learned.place;
  if (state.ground !== learned.ground) state.ground = learned.ground;
};

/** One event of one person: every detection looks at it, then the profile learns it. */
export const stepUser = (
  detections: readonly UserDetection[],
  state: UserState,
  event: PreparedEvent,
  context: UserContext,
  parts: ProfileParts,
): void => {
  if (parts.habits && saysWhere(event)) {
    const habit = habitOf(context.settings.habits, state.profile, event);
    if (habit !== event.habit) {
      event.habit = habit;
      context.habitChanged(event);
    }
  }
  if (event.type === 'login' && state.episodes.size > 0) dropEnded(state.episodes, event.ts);
  for (const detection of detections) detection.evaluate(state, event, context);
  if (parts.places && saysWhere(event)) move(state, event, context);
  if (event.type !== 'login' || !parts.signIns) return;
  const hour = context.localTime === null ? null : Math.floor(context.localTime(event.ts).minutes / 60);
  train(state.profile, event, hour, parts);
};

import { DAY } from '#shared/domain/units.ts';
import type { FilterConsidered } from '#shared/domain/detection.ts';
import { count, counted } from '#shared/domain/said.ts';
import { filter } from './filters.ts';
import type { DetectSettings } from './settings.ts';
import type { Profile } from './user-state.ts';

/**
 * Whether a person is still being learned at an instant: it ends at the earlier of 14 days after the first
 * login or 10 logins (Microsoft Entra's figures), counted over the logins before this one.
 */
export const inLearning = (
  profile: Pick<Profile, 'first' | 'logins'>,
  ts: number,
  learning: DetectSettings['learning'],
): boolean => {
  if (learning === null) return false;
  if (profile.first === null) return learning.days > 0 && learning.logins > 0;
  return profile.logins < learning.logins && ts - profile.first < learning.days * DAY;
};

export const learningFilter = (
  profile: Profile,
  ts: number,
  learning: DetectSettings['learning'],
): FilterConsidered =>
  filter(
    'learning',
    inLearning(profile, ts, learning),
    `still learning: ${count(profile.logins)} out of ${counted(learning?.logins ?? 0, 'sign-in')} so far`,
    `learned from ${counted(profile.logins, 'sign-in')}`,
  );

/**
 * Whether there is no history to be new against. While somebody is being learned a first sign-in is kept as
 * silenced by `learning`; with learning switched off there is nothing to say about it.
 */
export const nothingKnown = (profile: Profile, learning: DetectSettings['learning']): boolean =>
  profile.first === null && (learning === null || learning.days === 0 || learning.logins === 0);

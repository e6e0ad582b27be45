import { DAY, HOUR, MINUTE } from '#shared/domain/units.ts';
import { counted, lengthText } from '#shared/domain/said.ts';
import type { DetectContext } from '../context.ts';
import type { Descriptor } from '../descriptor.ts';
import { episodeOf, fromEpisode, type Episodes } from '../episode.ts';
import { decide, filter } from '../filters.ts';
import type { PreparedEvent } from '../prepare.ts';
import type { DetectSettings } from '../settings.ts';

export const clockSkew: Descriptor = {
  name: 'clock_skew',
  setting: 'clockSkew',
  title: 'A clock is wrong',
  logic:
    'An event stamped more than 5 minutes after it arrived, or, from a store that is read live (attribute live), more than 2 hours before. It moves nobody and no other detection sees it.',
  sources: '5 minutes: Kerberos (RFC 4120); 2 hours: ours',
  techniques: [],
  severity: 'low',
  entity: 'environment',
  filters: ['allow_list'],
  nextStep: 'Set the clock of the store’s host (NTP). Until then its events cannot be compared with others.',
  countsForRisk: false,
};

/** How far an event is from its arrival in ms (positive: from the future), when that is too far; else null. */
export const skewOf = (
  event: PreparedEvent,
  receivedAt: number | null,
  settings: DetectSettings,
): number | null => {
  const own = settings.clockSkew;
  if (own === null || receivedAt === null) return null;
  const ahead = event.ts - receivedAt;
  if (ahead > own.futureMin * MINUTE) return ahead;
  const live = event.attributes?.['live'] === true || event.attributes?.['readLive'] === true;
  return live && -ahead > own.liveLateH * HOUR ? ahead : null;
};

export interface SkewState {
  episodes: Episodes;
  worst: Map<string, number>;
}
export const createSkewState = (): SkewState => ({ episodes: new Map(), worst: new Map() });

/** One skewed event of an environment: one finding a day. */
export const stepSkew = (state: SkewState, event: PreparedEvent, context: DetectContext): void => {
  const aheadMs = event.skewMs ?? 0;
  const episode = episodeOf(state.episodes, 'skew', event, DAY);
  const before = state.worst.get(episode.at) ?? 0;
  const worst = Math.abs(aheadMs) > Math.abs(before) ? aheadMs : before;
  state.worst = new Map([[episode.at, worst]]);
  const allowed = context.allows('clock_skew', event);
  context.raise(clockSkew, {
    entity: { kind: 'environment', id: event.environment },
    users: [],
    severity: 'low',
    verdict: decide([
      filter('allow_list', allowed !== null, allowed ?? '', 'no entry of the allow-list matches'),
    ]),
    summary: `${counted(episode.count, 'event')} stamped ${episode.count === 1 ? '' : 'up to '}${lengthText(worst)} ${worst > 0 ? 'after' : 'before'} the arrival`,
    figures: { events: episode.count, worstMinutes: worst / MINUTE, user: event.user, ip: event.ip },
    ...fromEpisode(episode, 'skew'),
  });
};

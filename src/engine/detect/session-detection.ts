import type { DetectContext } from './context.ts';
import type { Descriptor } from './descriptor.ts';
import { beginsLive, listEvent, type Episode } from './episode.ts';
import { filter } from './filters.ts';
import type { PreparedEvent } from './prepare.ts';
import type { SessionState } from './session-state.ts';

/** A detection that looks at the activity of one session, in event time. */
export interface SessionDetection {
  readonly descriptor: Descriptor;
  evaluate(state: SessionState, event: PreparedEvent, context: DetectContext): void;
}

/** Sessions that programs hold: they have no idle time and no working day. */
export const apiTokenFilter = (event: PreparedEvent) =>
  filter(
    'api_token',
    event.attributes?.['apiToken'] === true || event.attributes?.['kind'] === 'api-token',
    'the session is an API token',
    'not an API token',
  );

/** One finding for each session: the first event raises it, later ones update it. */
export const continueEpisode = <E extends Episode>(
  open: E | null,
  event: PreparedEvent,
  create: (base: Episode) => E,
): E => {
  const episode =
    (open !== null && !beginsLive(open, event) ? open : null) ??
    create({
      at: event.id,
      raisedAt: event.ts,
      lastAt: event.ts,
      count: 0,
      events: [],
      silent: event.silent,
    });
  episode.lastAt = event.ts;
  episode.count += 1;
  listEvent(episode.events, event.id);
  return episode;
};

export const sessionFinding = (state: SessionState, event: PreparedEvent, episode: Episode) => ({
  key: episode.at,
  at: episode.at,
  raisedAt: episode.raisedAt,
  lastAt: episode.lastAt,
  events: episode.events.slice(),
  entity: { kind: 'session' as const, id: event.session ?? '' },
  users: state.user === null ? [] : [state.user],
  retrospective: episode.silent,
});

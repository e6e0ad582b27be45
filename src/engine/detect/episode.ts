import { HOUR } from '#shared/domain/units.ts';
import type { PreparedEvent } from './prepare.ts';

/** Most events that a finding lists by id; the counts in its evidence go on. */
export const MAX_LISTED = 200;
const MAX_EPISODES = 32;
const LEAST_NEWS_MS = 4 * HOUR;

/** A finding while it lasts: one per key and window. */
export interface Episode {
  at: string;
  raisedAt: number;
  lastAt: number;
  count: number;
  events: string[];
  silent: boolean;
  /** Event time after which nothing belongs to it any more; absent: that depends on something else. */
  until?: number;
  /** Event time of the last version that was told. */
  toldAt?: number;
  /** Rows that the evidence lists, oldest first; capped. */
  rows?: unknown[];
}
export type Episodes = Map<string, Episode>;

/**
 * Whether an event must begin a finding of its own: what was only learned from history goes on live. The old
 * finding stays as found retrospectively, which nobody is told of.
 */
export const beginsLive = (open: { readonly silent: boolean }, event: PreparedEvent): boolean =>
  open.silent && !event.silent;

export const listEvent = (events: string[], id: string): void => {
  if (events.length < MAX_LISTED && !events.includes(id)) events.push(id);
};

/** Lets go of episodes that no event from now on belongs to: every copy of a state would carry them. */
export const dropEnded = (episodes: Episodes, ts: number): void => {
  for (const [key, { until }] of episodes) if (until !== undefined && until < ts) episodes.delete(key);
};

/**
 * The episode that an event belongs to: the open one of this key when the event is at most windowMs after
 * the event that raised it, else a new one. `since` are earlier events that it rests on.
 */
export const episodeOf = (
  episodes: Episodes,
  key: string,
  event: PreparedEvent,
  windowMs: number,
  since: readonly string[] = [],
): Episode => {
  let episode = episodes.get(key);
  if (!episode || event.ts - episode.raisedAt > windowMs || beginsLive(episode, event)) {
    if (episodes.size >= MAX_EPISODES) {
      const [oldest] = episodes.keys();
      if (oldest !== undefined) episodes.delete(oldest);
    }
    episodes.delete(key);
    episode = {
      at: event.id,
      raisedAt: event.ts,
      lastAt: event.ts,
      count: 0,
      events: [],
      silent: event.silent,
    };
    if (windowMs !== Infinity) episode.until = event.ts + windowMs;
    episodes.set(key, episode);
  }
  for (const id of since) listEvent(episode.events, id);
  listEvent(episode.events, event.id);
  episode.lastAt = event.ts;
  episode.count += 1;
  return episode;
};

/** The parts of a finding that come from its episode. */
export const fromEpisode = (episode: Episode, key: string) => ({
  key: `${key}@${episode.at}`,
  at: episode.at,
  raisedAt: episode.raisedAt,
  lastAt: episode.lastAt,
  events: episode.events.slice(),
  retrospective: episode.silent,
});

/**
 * Whether an update is worth a new version of a finding that only lasts: the first, and then whenever it has lasted
 * twice as long, at most one in four hours (ours).
 */
export const isWorthTelling = (episode: Episode, event: PreparedEvent): boolean => {
  const { toldAt, raisedAt } = episode;
  if (toldAt !== undefined && event.ts - toldAt < Math.max(LEAST_NEWS_MS, toldAt - raisedAt)) return false;
  episode.toldAt = event.ts;
  return true;
};

const MAX_ROWS = 20;

/** Adds a row to the evidence that an episode gathers; the first row is what raised it. */
export const addRow = (episode: Episode, row: unknown): unknown[] => {
  episode.rows ??= [];
  if (episode.rows.length < MAX_ROWS) episode.rows.push(row);
  return episode.rows.slice();
};

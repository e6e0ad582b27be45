import { DAY } from '#shared/domain/units.ts';

/** When something was first and last seen with a person, in event time, and how often. */
export interface Seen {
  readonly first: number;
  readonly last: number;
  readonly count: number;
  /** Days (UTC) on which it was seen. */
  readonly days: number;
  readonly lastId: string;
}

/**
 * What was seen with a person, by name and in the order of first sight. In columns: of a million accounts each has five
 * of these, most of them with an entry or two, and a copy is made of them whenever a day begins.
 */
export interface Sights {
  /** Never changed in place: copies share it. */
  names: readonly string[];
  /** Of each name `first`, `last`, `count` and `days`. */
  figures: number[];
  /** Of each name the event that showed it last. */
  ids: string[];
}

const COLUMNS = 4;

export const createSights = (): Sights => ({ names: [], figures: [], ids: [] });

/** A copy that later sights do not change. */
export const cloneSights = ({ names, figures, ids }: Sights): Sights => ({
  names,
  figures: figures.slice(),
  ids: ids.slice(),
});

export const hasSeen = ({ names }: Sights, name: string): boolean => names.includes(name);

const seenAt = ({ figures, ids }: Sights, at: number): Seen => {
  const row = at * COLUMNS;
  return {
    first: figures[row] ?? 0,
    last: figures[row + 1] ?? 0,
    count: figures[row + 2] ?? 0,
    days: figures[row + 3] ?? 0,
    lastId: ids[at] ?? '',
  };
};

/** What is known of a name, or null. */
export const seenOf = (sights: Sights, name: string): Seen | null => {
  const at = sights.names.indexOf(name);
  return at < 0 ? null : seenAt(sights, at);
};

/** When a name was seen first, ms, or null; asked at every sign-in, so nothing is made for the answer. */
export const firstSeen = ({ names, figures }: Sights, name: string): number | null => {
  const at = names.indexOf(name);
  return at < 0 ? null : (figures[at * COLUMNS] ?? 0);
};
/** The same of the last time. */
export const lastSeen = ({ names, figures }: Sights, name: string): number | null => {
  const at = names.indexOf(name);
  return at < 0 ? null : (figures[at * COLUMNS + 1] ?? 0);
};
/** On how many days (UTC) a name was seen. */
export const daysSeen = ({ names, figures }: Sights, name: string): number => {
  const at = names.indexOf(name);
  return at < 0 ? 0 : (figures[at * COLUMNS + 3] ?? 0);
};

/** Every name with what is known of it. */
export const allSeen = (sights: Sights): readonly (readonly [string, Seen])[] =>
  sights.names.map((name, at) => [name, seenAt(sights, at)] as const);

const drop = (sights: Sights, at: number): void => {
  sights.names = sights.names.filter((_, index) => index !== at);
  sights.figures.splice(at * COLUMNS, COLUMNS);
  sights.ids.splice(at, 1);
};

/** Notes that something was seen; of more than `limit` names the one seen longest ago leaves. */
export const see = (
  sights: Sights,
  name: string,
  event: { readonly id: string; readonly ts: number },
  limit: number,
): void => {
  const { figures } = sights;
  const at = sights.names.indexOf(name);
  if (at >= 0) {
    const row = at * COLUMNS;
    const later = Math.floor(event.ts / DAY) > Math.floor((figures[row + 1] ?? 0) / DAY);
    figures[row + 1] = event.ts;
    figures[row + 2] = (figures[row + 2] ?? 0) + 1;
    if (later) figures[row + 3] = (figures[row + 3] ?? 0) + 1;
    sights.ids[at] = event.id;
    return;
  }
  if (sights.names.length >= limit) {
    let [oldest, since] = [0, Infinity];
    for (let one = 0; one < sights.names.length; one += 1) {
      const last = figures[one * COLUMNS + 1] ?? 0;
      if (last < since) [oldest, since] = [one, last];
    }
    drop(sights, oldest);
  }
  // Lists that are as long as they are: one that grows has room for sixteen more, and of few people more is ever seen.
  sights.names = sights.names.concat([name]);
  sights.figures = figures.concat([event.ts, event.ts, 1, 1]);
  sights.ids = sights.ids.concat([event.id]);
};

/** What an earlier version remembered as a map of objects. */
export const sightsOf = (seen: ReadonlyMap<string, Seen>): Sights => ({
  names: [...seen.keys()],
  figures: [...seen.values()].flatMap(({ first, last, count, days }) => [first, last, count, days]),
  ids: [...seen.values()].map(({ lastId }) => lastId),
});

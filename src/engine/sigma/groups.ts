/** One event that a rule matched, inside its group. */
export interface Match {
  readonly ts: number;
  readonly id: string;
  /** Which rules of a correlation it matched, by index. */
  readonly rules: readonly number[];
  /** The counted value, where values are counted. */
  readonly value: string | null;
  readonly user: string | null;
  readonly ip: string | null;
  readonly session: string | null;
  readonly silent: boolean;
}

/** A stretch of time in which a rule held without a pause longer than its timespan. */
export interface Episode {
  /** The match at which it held first. */
  readonly at: Match;
  /** Everything inside the windows that held and is still kept, in event time. */
  readonly matches: readonly Match[];
  /** Matches that are not kept any more. */
  readonly dropped: number;
  /** The highest count of one window. */
  readonly most: number;
}

/** What is left of an episode whose beginning is not kept any more. */
export interface Carried {
  readonly at: Match;
  /** When it held last among what was dropped. */
  readonly heldAt: number;
  readonly dropped: number;
  readonly most: number;
}

/** Counts a window that moves forward. */
export interface WindowCount {
  add(match: Match): void;
  remove(match: Match): void;
  /** @param window what is inside, oldest first; read only where order matters */
  count(window: () => readonly Match[]): number;
}

/** Orders by event time, then id, so that any order of arrival gives the same. */
const compare = (one: Match, two: Match): number =>
  one.ts - two.ts || (one.id < two.id ? -1 : one.id > two.id ? 1 : 0);

/** Adds a match in its place. False when it was there. */
export function place(matches: Match[], match: Match): boolean {
  let at = matches.length;
  while (at > 0) {
    const before = matches[at - 1];
    if (before === undefined) break;
    const order = compare(before, match);
    if (order === 0) return false;
    if (order < 0) break;
    at -= 1;
  }
  matches.splice(at, 0, match);
  return true;
}

interface Found {
  readonly at: Match;
  from: number;
  to: number;
  heldAt: number;
  most: number;
  readonly dropped: number;
}

/** The episodes with the places where they held. Windows end at a match and include both ends. */
function find(
  matches: readonly Match[],
  carried: Carried | null,
  timespanMs: number,
  counter: WindowCount,
  holds: (count: number) => boolean,
  until: number,
): readonly Found[] {
  const found: Found[] =
    carried === null
      ? []
      : [
          {
            at: carried.at,
            from: 0,
            to: -1,
            heldAt: carried.heldAt,
            most: carried.most,
            dropped: carried.dropped,
          },
        ];
  let first = 0;
  for (let last = 0; last < until; last += 1) {
    const end = matches[last];
    if (end === undefined) break;
    counter.add(end);
    for (
      let left = matches[first];
      left !== undefined && left.ts < end.ts - timespanMs;
      left = matches[first]
    ) {
      counter.remove(left);
      first += 1;
    }
    const from = first;
    const counted = counter.count(() => matches.slice(from, last + 1));
    if (!holds(counted)) continue;
    const current = found.at(-1);
    if (current !== undefined && end.ts - current.heldAt <= timespanMs) {
      current.to = last;
      current.heldAt = end.ts;
      current.most = Math.max(current.most, counted);
    } else found.push({ at: end, from: first, to: last, heldAt: end.ts, most: counted, dropped: 0 });
  }
  return found;
}

/** Finds the episodes among the matches of one group. */
export const episodes = (
  matches: readonly Match[],
  carried: Carried | null,
  timespanMs: number,
  counter: WindowCount,
  holds: (count: number) => boolean,
): readonly Episode[] =>
  find(matches, carried, timespanMs, counter, holds, matches.length).map(
    ({ at, from, to, most, dropped }) => ({
      at,
      matches: matches.slice(from, to + 1),
      dropped,
      most,
    }),
  );

/** What remains to be known of the first `drop` matches when they go; an episode goes on under its old beginning. */
export function carry(
  matches: readonly Match[],
  drop: number,
  carried: Carried | null,
  timespanMs: number,
  counter: WindowCount,
  holds: (count: number) => boolean,
): Carried | null {
  const open = find(matches, carried, timespanMs, counter, holds, drop).at(-1);
  const next = matches[drop];
  if (open === undefined || next === undefined || next.ts - open.heldAt > timespanMs) return null;
  return { at: open.at, heldAt: open.heldAt, dropped: open.dropped + drop - open.from, most: open.most };
}

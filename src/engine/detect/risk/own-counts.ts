/**
 * In how many sign-ins of one person each value occurred, level by level, values in the order in which they came. In
 * columns: of a quarter of a million accounts most have a value or two at each of seven levels.
 */
export interface OwnCounts {
  /** Of each level where its values end. */
  ends: number[];
  values: string[];
  counts: number[];
  /** Instead of the columns, once there are too many values of a level to be looked through. */
  many: Map<string, number>[] | null;
}

/** Values of a level that are looked through. */
const MOST_LOOKED_THROUGH = 128;

export const createOwnCounts = (levels: number): OwnCounts => ({
  ends: new Array<number>(levels).fill(0),
  values: [],
  counts: [],
  many: null,
});

const beginOf = ({ ends }: OwnCounts, level: number): number => (level === 0 ? 0 : (ends[level - 1] ?? 0));
const placeOf = (own: OwnCounts, level: number, value: string): number => {
  const { values } = own;
  const end = own.ends[level] ?? 0;
  for (let at = beginOf(own, level); at < end; at += 1) if (values[at] === value) return at;
  return -1;
};

/** How often a value occurred at a level. */
export const ownCount = (own: OwnCounts, level: number, value: string): number => {
  if (own.many !== null) return own.many[level]?.get(value) ?? 0;
  const at = placeOf(own, level, value);
  return at < 0 ? 0 : (own.counts[at] ?? 0);
};

/** The values of each level with how often they occurred, as maps. */
export const ownMaps = (own: OwnCounts): readonly Map<string, number>[] =>
  own.many ??
  own.ends.map((end, level) => {
    const map = new Map<string, number>();
    for (let at = beginOf(own, level); at < end; at += 1) map.set(own.values[at] ?? '', own.counts[at] ?? 0);
    return map;
  });

/** The inverse of ownMaps. */
export const ownCountsOf = (levels: readonly ReadonlyMap<string, number>[]): OwnCounts => {
  const own: OwnCounts = { ends: [], values: [], counts: [], many: null };
  for (const level of levels) {
    own.values.push(...level.keys());
    own.counts.push(...level.values());
    own.ends.push(own.values.length);
  }
  return own;
};

const shift = ({ ends }: OwnCounts, level: number, by: number): void => {
  for (let at = level; at < ends.length; at += 1) ends[at] = (ends[at] ?? 0) + by;
};
const dropLeast = (own: OwnCounts, level: number): void => {
  const end = own.ends[level] ?? 0;
  let least = beginOf(own, level);
  for (let at = least; at < end; at += 1) if ((own.counts[at] ?? 0) < (own.counts[least] ?? 0)) least = at;
  own.values.splice(least, 1);
  own.counts.splice(least, 1);
  shift(own, level, -1);
};
const countInMap = (map: Map<string, number>, value: string, most: number): void => {
  const before = map.get(value);
  if (before === undefined && map.size >= most) {
    let [least, times]: [string | null, number] = [null, Infinity];
    for (const [name, n] of map) if (n < times) [least, times] = [name, n];
    if (least !== null) map.delete(least);
  }
  map.set(value, (before ?? 0) + 1);
};

/** Counts a value once more; of more than `most` values of a level the one that occurred least leaves. */
export const countOwn = (own: OwnCounts, level: number, value: string, most: number): void => {
  const map = own.many?.[level];
  if (map !== undefined) {
    countInMap(map, value, most);
    return;
  }
  const at = placeOf(own, level, value);
  if (at >= 0) {
    own.counts[at] = (own.counts[at] ?? 0) + 1;
    return;
  }
  if ((own.ends[level] ?? 0) - beginOf(own, level) >= most) dropLeast(own, level);
  const end = own.ends[level] ?? 0;
  own.values.splice(end, 0, value);
  own.counts.splice(end, 0, 1);
  shift(own, level, 1);
  if (end - beginOf(own, level) < MOST_LOOKED_THROUGH) return;
  own.many = [...ownMaps(own)];
  own.values = [];
  own.counts = [];
};

/**
 * State of the detections: plain objects, arrays, numbers, strings, booleans, null and Maps. Maps, because
 * names of accounts are keys and an account may well be called `__proto__`.
 */
export type State =
  null | boolean | number | string | State[] | Map<string, State> | { [key: string]: State };

/** Deep copy. Much faster than structuredClone on small states. */
export const cloneState = <T>(value: T): T => {
  if (value === null || typeof value !== 'object') return value;
  // Most entries are plain values: copied at once, which is several times as fast as one by one.
  if (Array.isArray(value)) {
    const copy: unknown[] = value.slice();
    for (let at = 0; at < copy.length; at += 1) {
      const item = copy[at];
      if (typeof item === 'object' && item !== null) copy[at] = cloneState(item);
    }
    return copy as T;
  }
  if (value instanceof Map) {
    const copy = new Map<unknown, unknown>(value);
    for (const [key, item] of copy)
      if (typeof item === 'object' && item !== null) copy.set(key, cloneState(item));
    return copy as T;
  }
  const copy: Record<string, unknown> = { ...(value as Record<string, unknown>) };
  for (const key in copy) {
    const item = copy[key];
    if (typeof item === 'object' && item !== null) copy[key] = cloneState(item);
  }
  return copy as T;
};

const MAP_TAG = '\u0000map';

/** An object that was met before in the same value. */
const SAME_TAG = '\u0000same';

type Plain = Record<string, unknown>;
/** Points and sights of a person are never changed in place: copies of a state share them, and so does what is stored. */
const isLeaf = (record: Plain): boolean => {
  let parts = 0;
  for (const key in record) {
    const value = record[key];
    if (value !== null && typeof value === 'object') return false;
    if (value !== undefined) parts += 1;
  }
  return parts > 3;
};

/**
 * To JSON values: a Map becomes `{ "\0map": [[key, value], …] }`, and an object of plain values that occurs again
 * `{ "\0same": its number }`. What needs neither is returned as it is, not copied: the result is to be written at once.
 */
export const encodeState = (value: unknown): unknown => encoded(value, new Map());

const encoded = (value: unknown, met: Map<object, number>): unknown => {
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Map)
    return { [MAP_TAG]: Array.from(value, ([key, item]) => [key, encoded(item, met)] as const) };
  if (Array.isArray(value)) {
    let copy: unknown[] | null = null;
    for (let at = 0; at < value.length; at += 1) {
      const item: unknown = value[at];
      const made = encoded(item, met);
      if (made === item) continue;
      copy ??= value.slice();
      copy[at] = made;
    }
    return copy ?? value;
  }
  const record = value as Plain;
  if (isLeaf(record)) {
    const before = met.get(record);
    if (before !== undefined) return { [SAME_TAG]: before };
    met.set(record, met.size);
    return record;
  }
  let copy: Plain | null = null;
  for (const key in record) {
    const item = record[key];
    const made = encoded(item, met);
    if (made === item) continue;
    copy ??= { ...record };
    copy[key] = made;
  }
  return copy ?? record;
};

/** The inverse of encodeState. The caller knows the type: it wrote the text itself. */
export const decodeState = (value: unknown): unknown => decoded(value, []);

const decoded = (value: unknown, met: Plain[]): unknown => {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item) => decoded(item, met));
  const record = value as Plain;
  const entries = record[MAP_TAG];
  if (Array.isArray(entries))
    return new Map(entries.map((entry: [string, unknown]) => [entry[0], decoded(entry[1], met)]));
  const same = record[SAME_TAG];
  if (typeof same === 'number') return met[same];
  if (isLeaf(record)) {
    met.push(record);
    return record;
  }
  const out: Plain = {};
  for (const key of Object.keys(record)) out[key] = decoded(record[key], met);
  return out;
};

/**
 * State of the detections: plain objects, arrays, numbers, strings, booleans, null and Maps. Maps, because
 * names of accounts are keys and an account may well be called `__proto__`.
 */
export type State =
  null | boolean | number | string | State[] | Map<string, State> | { [key: string]: State };

/** Deep copy. Much faster than structuredClone on small states. */
export const cloneState = <T>(value: T): T => {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item: unknown) => cloneState(item)) as T;
  if (value instanceof Map) {
    const copy = new Map<unknown, unknown>();
    for (const [key, item] of value) copy.set(key, cloneState(item));
    return copy as T;
  }
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) copy[key] = cloneState((value as Record<string, unknown>)[key]);
  return copy as T;
};

const MAP_TAG = '\u0000map';

/**
 * To JSON values: a Map becomes `{ "\0map": [[key, value], …] }`. What holds no Map is returned as it is, not copied:
 * the result is written at once, or cloned by whoever keeps it.
 */
export const encodeState = (value: unknown): unknown => {
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Map)
    return { [MAP_TAG]: Array.from(value, ([key, item]) => [key, encodeState(item)] as const) };
  if (Array.isArray(value)) {
    let copy: unknown[] | null = null;
    for (let at = 0; at < value.length; at += 1) {
      const item: unknown = value[at];
      const encoded = encodeState(item);
      if (encoded === item) continue;
      copy ??= value.slice();
      copy[at] = encoded;
    }
    return copy ?? value;
  }
  const record = value as Record<string, unknown>;
  let copy: Record<string, unknown> | null = null;
  for (const key of Object.keys(record)) {
    const item = record[key];
    const encoded = encodeState(item);
    if (encoded === item) continue;
    copy ??= { ...record };
    copy[key] = encoded;
  }
  return copy ?? record;
};

/** The inverse of encodeState. The caller knows the type: it wrote the text itself. */
export const decodeState = (value: unknown): unknown => {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(decodeState);
  const record = value as Record<string, unknown>;
  const entries = record[MAP_TAG];
  if (Array.isArray(entries))
    return new Map(entries.map((entry: [string, unknown]) => [entry[0], decodeState(entry[1])]));
  const out: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(record)) out[key] = decodeState(item);
  return out;
};

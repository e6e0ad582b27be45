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

/** To JSON values: a Map becomes `{ "\0map": [[key, value], …] }`. */
export const encodeState = (value: unknown): unknown => {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(encodeState);
  if (value instanceof Map)
    return { [MAP_TAG]: [...value].map(([key, item]) => [key, encodeState(item)] as const) };
  const out: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) if (item !== undefined) out[key] = encodeState(item);
  return out;
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

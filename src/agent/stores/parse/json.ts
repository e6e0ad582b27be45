import { DEFAULT_LIMITS, ParseError, type ParseLimits } from './parse-error.ts';

/** JSON as it was written. Look things up with `pointer` or `member` only: they see own members and nothing inherited. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/**
 * Reads JSON within limits. (`JSON.parse` makes `__proto__` an own member; nothing is ever assigned from it.)
 * @throws ParseError for anything else, and when a limit is passed
 */
export function parseJson(text: string, limits: ParseLimits = DEFAULT_LIMITS): Json {
  if (text.length > limits.bytes) throw new ParseError('too long', limits.bytes);
  measure(text, limits);
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new ParseError('not JSON', 0);
  }
}

/** Counts nesting and separators outside strings before anything is built. */
function measure(text: string, limits: ParseLimits): void {
  let depth = 0;
  let items = 1;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (quoted) {
      if (code === 92) at += 1;
      else if (code === 34) quoted = false;
    } else if (code === 34) quoted = true;
    else if (code === 91 || code === 123) {
      items += 1;
      if ((depth += 1) > limits.depth) throw new ParseError('too deep', at);
    } else if (code === 93 || code === 125) depth -= 1;
    else if (code === 44) items += 1;
    if (items > limits.items) throw new ParseError('too many values', at);
  }
}

/** An own member of an object or element of an array; null when there is none. */
export function member(value: Json, key: string): Json {
  if (typeof value !== 'object' || value === null) return null;
  if (isArray(value)) return /^(?:0|[1-9]\d{0,8})$/.test(key) ? (value[Number(key)] ?? null) : null;
  return Object.hasOwn(value, key) ? (value[key] ?? null) : null;
}

const isArray = (value: Json): value is readonly Json[] => Array.isArray(value);

/** What a JSON pointer (RFC 6901) leads to; null when it leads nowhere. */
export function pointer(value: Json, path: string): Json {
  let current = value;
  if (path === '') return current;
  for (const step of path.slice(1).split('/')) {
    current = member(current, step.replaceAll('~1', '/').replaceAll('~0', '~'));
    if (current === null) return null;
  }
  return current;
}

/** Text of a string, number or boolean; null for anything else and for the empty string. */
export function jsonText(value: Json): string | null {
  if (typeof value === 'string') return value === '' ? null : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

import { LIMITS } from '#shared/protocol/limits.ts';
import type { Attributes } from '#shared/protocol/records.ts';

/** Cuts a text at `max` UTF-16 units and marks it with `…`; never splits a surrogate pair. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  let end = max - 1;
  const last = text.charCodeAt(end - 1);
  if (last >= 0xd800 && last <= 0xdbff) end -= 1;
  return `${text.slice(0, end)}…`;
}

export const cutName = (text: string): string => cut(text, LIMITS.id);
/** An empty text is "not known". */
export const cutOrNull = (text: string | null, max: number): string | null =>
  text === null || text === '' ? null : cut(text, max);

export function cutAttributes(attributes: Attributes): Attributes {
  const entries = Object.entries(attributes).slice(0, LIMITS.attributes);
  return Object.fromEntries(
    entries.map(([key, value]) => [cut(key, LIMITS.attributeKey), cut(value, LIMITS.attributeValue)]),
  );
}

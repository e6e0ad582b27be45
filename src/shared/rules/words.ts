import { DAY, HOUR, MINUTE, SECOND } from '../domain/lengths.ts';

const UNITS = [
  [DAY, 'day'],
  [HOUR, 'hour'],
  [MINUTE, 'minute'],
  [SECOND, 'second'],
] as const;

/** A length of time in words, at most two units: “1 hour 30 minutes”. */
export function lengthInWords(ms: number): string {
  const parts: string[] = [];
  let rest = Math.max(0, Math.round(ms / SECOND) * SECOND);
  for (const [unit, name] of UNITS) {
    const count = Math.floor(rest / unit);
    if (count > 0) parts.push(countInWords(count, name));
    rest -= count * unit;
    if (parts.length === 2) break;
  }
  return parts.length === 0 ? 'no time' : parts.join(' ');
}

export const countInWords = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

/** “a, b and c”; more than `most` are counted. */
export function listInWords(items: readonly string[], join: 'and' | 'or' = 'and', most = 6): string {
  const shown =
    items.length > most
      ? [...items.slice(0, most), `${(items.length - most).toLocaleString('en')} more`]
      : items;
  const last = shown.at(-1);
  if (last === undefined) return 'none';
  return shown.length === 1 ? last : `${shown.slice(0, -1).join(', ')} ${join} ${last}`;
}

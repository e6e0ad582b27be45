import { assertNever } from '../domain/assert-never.ts';
import { addressSpan, canonicalBlock } from './address.ts';
import type { Field } from './catalogue.ts';
import { nearest } from './nearest.ts';
import { readDuration, readTime } from './times.ts';
import type { Comparison, Match, TimePoint } from './tree.ts';

/** One value as it stands in the text: a comparison before it, a range after it. */
export interface WrittenValue {
  readonly comparison: Comparison | null;
  /** Null: the range is open at this end. */
  readonly from: { readonly text: string; readonly quoted: boolean } | null;
  /** Undefined: no range. */
  readonly to?: { readonly text: string; readonly quoted: boolean } | null;
}
export interface ValueProblem {
  readonly message: string;
  readonly suggestion: string | null;
}
type Reading = { readonly ok: true; readonly match: Match } | ({ readonly ok: false } & ValueProblem);

const good = (match: Match): Reading => ({ ok: true, match });
const bad = (message: string, suggestion: string | null = null): Reading => ({
  ok: false,
  message,
  suggestion,
});
export const hasWildcard = (text: string): boolean => /[*?]/.test(text);

/** Turns a written value into what its field can ask for. */
export function readValue(field: Field, value: WrittenValue): Reading {
  const { from, to, comparison } = value;
  if (to === undefined && comparison === null && from !== null && !from.quoted) {
    if (from.text.toLowerCase() === 'none') return good({ is: 'none' });
    if (from.text.toLowerCase() === 'any') return good({ is: 'any' });
    if (from.text === '*') return good({ is: 'any' });
  }
  switch (field.type) {
    case 'time':
      return readTimes(field, value);
    case 'number':
      return readNumbers(field, value, (text) => readNumber(text.replace(/^AS(?=\d)/i, '')), 'a number');
    case 'duration':
      return readNumbers(field, value, readDuration, 'a length of time such as 30m or 8h');
    case 'ip':
      return readAddress(value);
    case 'choice':
    case 'key':
    case 'text':
      return readWords(field, value);
    default:
      return assertNever(field.type);
  }
}

function readWords(field: Field, { comparison, from, to }: WrittenValue): Reading {
  if (to !== undefined || from === null) {
    return bad(`“${field.name}” has no order, so it takes no range.`, `${field.name}:a,b for either`);
  }
  if (comparison !== null && comparison !== '=') {
    return bad(`“${field.name}” has no order, so “${comparison}” means nothing here.`, `${field.name}:=…`);
  }
  if (field.type === 'choice') {
    const chosen = field.values.find((one) => one === from.text.toLowerCase());
    if (chosen !== undefined) return good({ is: 'equals', text: chosen });
    const near = nearest(from.text, field.values);
    return bad(
      `“${field.name}” is one of ${field.values.join(', ')}.`,
      near === null ? null : `${field.name}:${near}`,
    );
  }
  if (field.name === 'country' && !/^[a-z]{2}$/i.test(from.text) && !hasWildcard(from.text)) {
    return bad('A country is written with two letters (ISO 3166).', 'country:DE for Germany');
  }
  if (comparison === null && !from.quoted && hasWildcard(from.text)) {
    if (field.name === 'message' && hasWildcard(from.text.replace(/\*+$/, ''))) {
      return bad('Messages are searched by words: a star stands at the end only.', 'message:wp-log*');
    }
    return good({ is: 'pattern', pattern: from.text });
  }
  if (comparison === '=' || field.type === 'key') return good({ is: 'equals', text: from.text });
  return good({ is: 'contains', text: from.text });
}

const readNumber = (text: string): number | null => {
  const value = /^-?\d{1,15}(\.\d{1,6})?$/.test(text) ? Number(text) : null;
  return value === null ? null : value + 0 || 0;
};

function readNumbers(
  field: Field,
  { comparison, from, to }: WrittenValue,
  read: (text: string) => number | null,
  what: string,
): Reading {
  const wanted = (text: string): Reading =>
    bad(`“${text}” is not ${what}.`, `for example ${field.examples[0] ?? field.name}`);
  const low = from === null ? null : read(from.text);
  if (from !== null && low === null) return wanted(from.text);
  if (to === undefined) {
    if (low === null) return wanted('');
    return good({ is: 'number', comparison: comparison ?? '=', value: low });
  }
  if (comparison !== null) return bad('A range takes no comparison.', `${field.name}:1..9`);
  const high = to === null ? null : read(to.text);
  if (to !== null && high === null) return wanted(to.text);
  if (low !== null && high !== null && low > high) {
    return bad('The range ends before it begins.', `${field.name}:${to?.text ?? ''}..${from?.text ?? ''}`);
  }
  return good({ is: 'numbers', from: low, to: high });
}

const TIMES =
  'a time: a date (2026-03-01), a moment (2026-03-01T03:10), a time ago (30m, 2d), today or yesterday';

function readTimes(field: Field, { comparison, from, to }: WrittenValue): Reading {
  const example = `for example ${field.examples[0] ?? field.name}`;
  const points: (TimePoint | null)[] = [];
  for (const end of to === undefined ? [from] : [from, to]) {
    const at = end === null ? null : readTime(end.text);
    if (end !== null && at === null) return bad(`“${end.text}” is not ${TIMES}.`, example);
    points.push(at);
  }
  const [first = null, second = null] = points;
  if (to === undefined) {
    return first === null
      ? bad('A time is missing.', example)
      : good({ is: 'time', comparison: comparison ?? '=', at: first });
  }
  if (comparison !== null) return bad('A range takes no comparison.', example);
  return good({ is: 'times', from: first, to: second });
}

function readAddress({ comparison, from, to }: WrittenValue): Reading {
  const example = 'for example ip:10.0.0.0/8, ip:2001:db8::/32, ip:192.0.2.1..192.0.2.9';
  if (comparison !== null && comparison !== '=') {
    return bad(`“${comparison}” means nothing for an address; a range is a..b.`, example);
  }
  const { text } = from ?? { text: '' };
  if (to !== undefined) {
    const low = canonicalBlock(text);
    const high = to === null ? null : canonicalBlock(to.text);
    if (low === null || high === null || low.includes('/') || high.includes('/')) {
      return bad('A range of addresses needs an address at both ends.', example);
    }
    if ((addressSpan(low)?.low ?? '') > (addressSpan(high)?.low ?? '')) {
      return bad('The range ends before it begins.', `ip:${high}..${low}`);
    }
    return good({ is: 'addresses', from: low, to: high });
  }
  const block = canonicalBlock(text);
  if (block !== null) return good({ is: 'block', block });
  if (from !== null && !from.quoted && hasWildcard(text)) return good({ is: 'pattern', pattern: text });
  const length = /^([^/]+)\/(\d+)$/.exec(text);
  if (length !== null && addressSpan(length[1] ?? '') !== null) {
    return bad(
      `/${length[2] ?? ''} is longer than the address.`,
      (length[1] ?? '').includes(':') ? 'at most /128' : 'at most /32',
    );
  }
  if (/^[0-9a-f.:]+$/i.test(text)) {
    return bad(`“${text}” is not a whole address.`, `ip:${text}* for all that begin so`);
  }
  return bad(`“${text}” is not an address.`, example);
}

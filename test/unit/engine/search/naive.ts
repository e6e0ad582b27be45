import { addressNumber, addressSpan } from '#shared/query/address.ts';
import type { FieldName } from '#shared/query/catalogue.ts';
import { timeSpan, type TimeContext } from '#shared/query/resolve-time.ts';
import type { Match, Query } from '#shared/query/tree.ts';

/** Test equipment: the meaning of a search, said without a database. Every field gives the values a row has. */
export type NaiveRow = {
  readonly fields: Partial<Record<FieldName, readonly (string | number | null)[]>>;
  /** Where free text is looked for as a part. */
  readonly texts: readonly (string | null)[];
  readonly message: string | null;
  /** What free text finds only as a whole. */
  readonly whole?: string;
};

const fold = (text: string): string => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
const words = (text: string): string[] =>
  text
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu) ?? [];

const wildcard = (pattern: string): RegExp =>
  new RegExp(
    `^${fold(pattern)
      .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '[^]*')
      .replaceAll('?', '[^]')}$`,
    'u',
  );

function inMessage(message: string | null, text: string, open: boolean): boolean {
  const wanted = words(text);
  const there = words(message ?? '');
  if (wanted.length === 0) return false;
  return there.some((_, at) =>
    wanted.every((word, index) =>
      open && index === wanted.length - 1
        ? (there[at + index] ?? '').startsWith(word)
        : there[at + index] === word,
    ),
  );
}

const CASE_COUNTS: readonly FieldName[] = ['account', 'id', 'session'];

function fits(field: FieldName, value: string | number | null, match: Match, context: TimeContext): boolean {
  if (value === null) return false;
  const text = CASE_COUNTS.includes(field) ? String(value) : fold(String(value));
  switch (match.is) {
    case 'none':
      return false;
    case 'any':
      return true;
    case 'contains':
      return text.includes(fold(match.text));
    case 'equals':
      return text === (CASE_COUNTS.includes(field) ? match.text : fold(match.text));
    case 'pattern':
      return CASE_COUNTS.includes(field)
        ? new RegExp(wildcard(match.pattern).source, 'u').test(String(value))
        : wildcard(match.pattern).test(text);
    case 'number': {
      const sign = { '=': [0], '<': [-1], '<=': [-1, 0], '>': [1], '>=': [1, 0] }[match.comparison];
      return sign.includes(Math.sign(Number(value) - match.value));
    }
    case 'numbers':
      return (
        (match.from === null || Number(value) >= match.from) &&
        (match.to === null || Number(value) <= match.to)
      );
    case 'time':
    case 'times': {
      const span = timeSpan(match, context);
      return (
        (span.from === null || Number(value) >= span.from) && (span.to === null || Number(value) < span.to)
      );
    }
    case 'block':
    case 'addresses': {
      const number = addressNumber(String(value));
      const low = addressSpan(match.is === 'block' ? match.block : match.from)?.low ?? '';
      const high = addressSpan(match.is === 'block' ? match.block : match.to)?.high ?? '';
      return number !== null && number >= low && number <= high;
    }
  }
}

/** Fields whose `none` is about the value that is shown, which stands first. */
export function naive(query: Query, row: NaiveRow, context: TimeContext): boolean {
  switch (query.is) {
    case 'all':
      return true;
    case 'and':
      return query.parts.every((part) => naive(part, row, context));
    case 'or':
      return query.parts.some((part) => naive(part, row, context));
    case 'not':
      return !naive(query.part, row, context);
    case 'text': {
      const { match } = query;
      const whole = match.is === 'pattern' ? wildcard(match.pattern) : null;
      const part = match.is === 'contains' ? fold(match.text) : '';
      if (row.texts.some((text) => text !== null && (whole?.test(fold(text)) ?? fold(text).includes(part))))
        return true;
      if (match.is === 'contains') {
        if (row.whole === match.text || inMessage(row.message, match.text, false)) return true;
        const block = addressSpan(match.text);
        if (block !== null && /[.:]/.test(match.text)) {
          return (row.fields.ip ?? []).some((ip) =>
            fits('ip', ip, { is: 'block', block: match.text }, context),
          );
        }
        return false;
      }
      const inner = match.pattern.replace(/\*+$/, '');
      return !/[*?]/.test(inner) && inMessage(row.message, inner, match.pattern.endsWith('*'));
    }
    case 'field': {
      const values = row.fields[query.field] ?? [];
      return query.matches.some((match) => {
        if (match.is === 'none' || match.is === 'any') {
          const known = values[0] !== undefined && values[0] !== null;
          return match.is === 'any' ? known : !known;
        }
        if (query.field === 'message') {
          if (match.is === 'pattern') return inMessage(row.message, match.pattern.replace(/\*+$/, ''), true);
          return (
            (match.is === 'contains' || match.is === 'equals') && inMessage(row.message, match.text, false)
          );
        }
        return values.some((value) => fits(query.field, value, match, context));
      });
    }
  }
}

import { assertNever } from '../domain/assert-never.ts';
import { fieldOf, type Field } from './catalogue.ts';
import { hasWildcard } from './read-value.ts';
import { printDuration, printTime } from './times.ts';
import type { Match, Query } from './tree.ts';

/** The text of a search; parsing it gives the same tree again. */
export function printQuery(query: Query): string {
  return print(query, 0);
}

/** Parentheses where the surroundings bind tighter: 0 nothing, 1 inside OR, 2 inside AND, 3 after a minus. */
function print(query: Query, around: 0 | 1 | 2 | 3): string {
  switch (query.is) {
    case 'all':
      return '';
    case 'or': {
      const text = query.parts.map((part) => print(part, 1)).join(' OR ');
      return around > 0 ? `(${text})` : text;
    }
    case 'and': {
      const text = query.parts.map((part) => print(part, 2)).join(' ');
      return around > 1 ? `(${text})` : text;
    }
    case 'not':
      return `-${print(query.part, 3)}`;
    case 'text':
      return query.match.is === 'pattern' ? query.match.pattern : printWord(query.match.text);
    case 'field':
      return `${query.field}:${query.matches.map((match) => printMatch(fieldOf(query.field), match)).join(',')}`;
    default:
      return assertNever(query);
  }
}

const BARE = /^[^\s()"|,:*?<>=-][^\s()"|:*?]*$/;
const quote = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;

/** A word of free text, in quotes where it would mean something else. */
const printWord = (text: string): string =>
  BARE.test(text) && !['AND', 'OR', 'NOT'].includes(text) ? text : quote(text);

/** A value of a field, in quotes where it would mean something else. */
export function printValue(text: string): string {
  const bare = /^[^\s()",<>=][^\s()",]*$/.test(text) && !text.includes('..') && !hasWildcard(text);
  return bare && !/^(none|any)$/i.test(text) ? text : quote(text);
}

function printMatch(field: Field, match: Match): string {
  switch (match.is) {
    case 'none':
    case 'any':
      return match.is;
    case 'contains':
      return printValue(match.text);
    case 'equals':
      return `${field.type === 'text' ? '=' : ''}${printValue(match.text)}`;
    case 'pattern':
      return match.pattern;
    case 'number':
      return `${match.comparison === '=' ? '' : match.comparison}${printNumber(field, match.value)}`;
    case 'numbers':
      return [match.from, match.to].map((end) => (end === null ? '' : printNumber(field, end))).join('..');
    case 'time':
      return `${match.comparison === '=' ? '' : match.comparison}${printTime(match.at)}`;
    case 'times':
      return [match.from, match.to].map((end) => (end === null ? '' : printTime(end))).join('..');
    case 'block':
      return match.block;
    case 'addresses':
      return `${match.from}..${match.to}`;
    default:
      return assertNever(match);
  }
}

const printNumber = (field: Field, value: number): string =>
  field.type === 'duration' ? printDuration(value) : String(value);

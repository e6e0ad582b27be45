import { fieldByName, namesFor, type Field } from './catalogue.ts';
import { nearest } from './nearest.ts';
import { hasWildcard, readValue } from './read-value.ts';
import { tokenize, type Token } from './tokens.ts';
import type { Comparison, Match, ParsedQuery, Query, QueryError, SearchTable } from './tree.ts';

/** Longest search, in UTF-16 units. */
export const MOST_QUERY_LENGTH = 4_096;
const MOST_DEPTH = 32;
const MOST_TERMS = 256;

/** Carries the place of a fault out of the descent; never leaves this file. */
class Fault extends Error {
  readonly where: QueryError;
  constructor(where: QueryError) {
    super(where.message);
    this.where = where;
  }
}

/** Parses a search over a table. Never throws: a fault is an answer that points at its place. */
export function parseQuery(text: string, table: SearchTable): ParsedQuery {
  if (text.length > MOST_QUERY_LENGTH) {
    return {
      ok: false,
      error: {
        offset: MOST_QUERY_LENGTH,
        length: text.length - MOST_QUERY_LENGTH,
        message: `A search has at most ${String(MOST_QUERY_LENGTH)} characters.`,
        suggestion: 'Shorten it.',
      },
    };
  }
  try {
    return { ok: true, query: new Parser(text, table).search() };
  } catch (error) {
    if (error instanceof Fault) return { ok: false, error: error.where };
    throw error;
  }
}

class Parser {
  readonly #text: string;
  readonly #table: SearchTable;
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;
  #terms = 0;

  constructor(text: string, table: SearchTable) {
    this.#text = text;
    this.#table = table;
    this.#tokens = tokenize(text);
  }

  search(): Query {
    if (this.#tokens.length === 0) return { is: 'all' };
    const query = this.#or();
    const left = this.#peek();
    if (left !== undefined) this.#fault(left, 'This parenthesis was never opened.', 'Remove it.');
    return query;
  }

  #or(): Query {
    const parts = [this.#and()];
    while (this.#peek()?.is === 'or') {
      this.#at += 1;
      parts.push(this.#and());
    }
    return join('or', parts);
  }

  #and(): Query {
    const parts = [this.#unary()];
    for (;;) {
      const next = this.#peek();
      if (next === undefined || next.is === 'or' || next.is === 'close') return join('and', parts);
      if (next.is === 'and') this.#at += 1;
      parts.push(this.#unary());
    }
  }

  #unary(): Query {
    const token = this.#peek();
    if (token === undefined || token.is === 'or' || token.is === 'and' || token.is === 'close') {
      const before = this.#tokens[this.#at - 1] ?? token;
      const place = token?.is === 'close' && before?.is === 'open' ? before : (token ?? before);
      return this.#fault(
        place ?? { offset: 0, length: 0 },
        token?.is === 'close'
          ? 'There is nothing inside this parenthesis.'
          : 'Something to search for is missing here.',
        'Write a term, or put words such as OR in quotes.',
      );
    }
    if (token.is === 'not' || token.is === 'open') {
      this.#at += 1;
      this.#depth += 1;
      if (this.#depth > MOST_DEPTH) this.#fault(token, 'This is nested too deep.', 'Write it flatter.');
      const inner = token.is === 'not' ? ({ is: 'not', part: this.#unary() } as const) : this.#group(token);
      this.#depth -= 1;
      return inner;
    }
    this.#terms += 1;
    if (this.#terms > MOST_TERMS)
      this.#fault(token, `A search has at most ${String(MOST_TERMS)} terms.`, null);
    return this.#term(token);
  }

  #group(open: Token): Query {
    const inner = this.#or();
    if (this.#peek()?.is !== 'close') this.#fault(open, 'This parenthesis is never closed.', 'Add “)”.');
    this.#at += 1;
    return inner;
  }

  #term(token: Token): Query {
    if (token.is === 'field') return this.#field(token);
    this.#at += 1;
    this.#whole(token);
    if (token.is === 'quoted') return { is: 'text', match: { is: 'contains', text: token.text } };
    return {
      is: 'text',
      match: hasWildcard(token.text)
        ? { is: 'pattern', pattern: token.text }
        : { is: 'contains', text: token.text },
    };
  }

  #field(token: Token): Query {
    const field = fieldByName(token.text);
    if (field === null) {
      const near = nearest(token.text, namesFor(this.#table));
      const word = this.#text.slice(token.offset).split(/\s/, 1)[0] ?? '';
      return this.#fault(
        token,
        `There is no field “${token.text}”.`,
        near === null ? `"${word}" in quotes to search for the text` : `${near}:`,
      );
    }
    if (!field.tables.includes(this.#table)) {
      const other = this.#table === 'sessions' ? 'events' : 'sessions';
      this.#fault(
        token,
        `“${field.name}” is a field of ${other}, not of ${this.#table === 'sessions' ? 'sessions' : 'events'}.`,
        null,
      );
    }
    this.#at += 1;
    const matches: Match[] = [];
    do matches.push(this.#value(field, token));
    while (this.#take('comma') !== null);
    const next = this.#peek();
    const last = this.#tokens[this.#at - 1];
    if (next !== undefined && last !== undefined && next.offset === last.offset + last.length) {
      if (next.is === 'word' || next.is === 'quoted' || next.is === 'range' || next.is === 'open') {
        this.#fault(next, 'The value ends before this.', 'Put the whole value in quotes, or leave a space.');
      }
    }
    return { is: 'field', field: field.name, matches };
  }

  #value(field: Field, token: Token): Match {
    const start = this.#tokens[this.#at];
    const operator = this.#take('operator');
    const from = this.#atom();
    const range = this.#take('range');
    const to = range === null ? undefined : this.#atom();
    if (from === null && (range === null || to === null)) {
      const before = this.#tokens[this.#at - 1] ?? token;
      this.#fault(
        before.is === 'field' ? token : before,
        before.is === 'comma' ? 'A value is missing after this comma.' : `“${field.name}:” needs a value.`,
        `for example ${field.examples[0] ?? `${field.name}:…`}`,
      );
    }
    const reading = readValue(field, {
      comparison: operator === null ? null : (operator.text as Comparison),
      from,
      ...(to === undefined ? {} : { to }),
    });
    if (reading.ok) return reading.match;
    const last = this.#tokens[this.#at - 1] ?? token;
    const first = start ?? token;
    return this.#fault(
      { offset: first.offset, length: last.offset + last.length - first.offset },
      reading.message,
      reading.suggestion,
    );
  }

  /** A word or quotation that belongs to the value: it follows without a space. */
  #atom(): { readonly text: string; readonly quoted: boolean } | null {
    const token = this.#peek();
    const before = this.#tokens[this.#at - 1];
    if (token === undefined || before === undefined || before.offset + before.length !== token.offset)
      return null;
    if (token.is !== 'word' && token.is !== 'quoted') return null;
    this.#at += 1;
    this.#whole(token);
    return { text: token.text, quoted: token.is === 'quoted' };
  }

  #whole(token: Token): void {
    if (token.unfinished === true) this.#fault(token, 'This quotation has no end.', 'Add a closing ".');
    if (token.is === 'quoted' && token.text.trim() === '') {
      this.#fault(token, 'There is nothing in these quotes.', 'Write something, or remove them.');
    }
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  #take(is: Token['is']): Token | null {
    const token = this.#peek();
    if (token?.is !== is) return null;
    this.#at += 1;
    return token;
  }

  #fault(
    at: { readonly offset: number; readonly length: number },
    message: string,
    suggestion: string | null,
  ): never {
    throw new Fault({ offset: at.offset, length: at.length, message, suggestion });
  }
}

/** One part stands for itself; parts of the same kind are taken in, so that a meaning has one tree. */
export function join(is: 'and' | 'or', parts: readonly Query[]): Query {
  const flat = parts.flatMap((part) =>
    part.is === is ? part.parts : part.is === 'all' && is === 'and' ? [] : [part],
  );
  const [first] = flat;
  if (first === undefined) return { is: 'all' };
  return flat.length === 1 ? first : { is, parts: flat };
}

import { fieldByName, FIELDS, type Field, type FieldName } from './catalogue.ts';
import { printValue } from './print.ts';
import { tokenize, type Token } from './tokens.ts';
import type { SearchTable } from './tree.ts';

/** What could stand at the cursor. Choosing an item replaces the text from `from` to `to` by its `text`. */
export interface Completion {
  readonly from: number;
  readonly to: number;
  readonly items: readonly CompletionItem[];
  /** Values of this field are to be asked for; `itemOfValue` turns each into an item. */
  readonly ask: { readonly field: FieldName; readonly prefix: string } | null;
}
export interface CompletionItem {
  readonly text: string;
  readonly label: string;
  readonly detail: string;
  /** The term is complete with it, so a space may follow. */
  readonly done: boolean;
}

const NONE: Completion = { from: 0, to: 0, items: [], ask: null };

/** Proposals for the cursor position: fields and their beginnings, comparisons, known values. */
export function complete(text: string, cursor: number, table: SearchTable): Completion {
  const at = Math.max(0, Math.min(cursor, text.length));
  const tokens = tokenize(text);
  const index = tokens.findLastIndex(({ offset }) => offset < at);
  const token = tokens[index];
  const touching = token !== undefined && at <= token.offset + token.length;
  if (token?.unfinished === true && !touching) return NONE;
  if (!touching) return fields(at, at, '', table);
  const field = fieldBefore(tokens, index);
  if (field !== null) return values(field, token, at, text);
  if (token.is === 'quoted') return { ...NONE, from: at, to: at };
  if (token.is === 'word') {
    return fields(token.offset, token.offset + token.length, text.slice(token.offset, at), table);
  }
  return fields(at, at, '', table);
}

/** The field whose value the token belongs to. */
function fieldBefore(tokens: readonly Token[], index: number): Field | null {
  for (let at = index; at >= 0; at -= 1) {
    const token = tokens[at];
    const next = tokens[at + 1];
    if (token === undefined) return null;
    if (at < index && next !== undefined && token.offset + token.length !== next.offset) return null;
    if (token.is === 'field') return fieldByName(token.text);
    if (['open', 'close', 'not', 'and', 'or'].includes(token.is)) return null;
  }
  return null;
}

function fields(from: number, to: number, prefix: string, table: SearchTable): Completion {
  const wanted = prefix.toLowerCase();
  const items = FIELDS.filter(
    (field) =>
      field.tables.includes(table) && [field.name, ...field.aliases].some((name) => name.startsWith(wanted)),
  ).map((field) => ({
    text: `${field.name}:`,
    label: `${field.name}:`,
    detail: `${field.description}. ${field.examples[0] ?? ''}`,
    done: false,
  }));
  return { from, to, items, ask: null };
}

const ORDERED = ['>', '>=', '<', '<='] as const;
const TIMES: readonly (readonly [string, string])[] = [
  ['<30m', 'in the last thirty minutes'],
  ['<1d', 'in the last 24 hours'],
  ['<7d', 'in the last seven days'],
  ['>8h', 'more than eight hours ago'],
  ['today', 'since midnight'],
  ['yesterday', 'the day before'],
];

function values(field: Field, token: Token, cursor: number, text: string): Completion {
  const inWord = token.is === 'word' || token.is === 'quoted';
  const from = inWord ? token.offset : cursor;
  const to = inWord ? token.offset + token.length : cursor;
  const prefix = inWord ? text.slice(from, cursor).replace(/^"/, '').toLowerCase() : '';
  const afterOperator = text.charAt(from - 1) !== ':' && text.charAt(from - 1) !== ',';
  const item = (value: string, detail: string, done = true): CompletionItem => ({
    text: value,
    label: value,
    detail,
    done,
  });
  const known = field.values
    .filter((value) => value.startsWith(prefix))
    .map((value) => item(value, field.description));
  const begun =
    field.type === 'time'
      ? TIMES.filter(([value]) => value.startsWith(prefix)).map(([value, detail]) => item(value, detail))
      : field.type === 'number' || field.type === 'duration'
        ? ORDERED.filter(() => prefix === '').map((sign) => item(sign, field.examples[0] ?? '', false))
        : [];
  const none = ['none', 'any'].filter((value) => prefix !== '' && value.startsWith(prefix));
  return {
    from,
    to,
    items: [
      ...known,
      ...(afterOperator ? [] : begun),
      ...(afterOperator
        ? []
        : none.map((value) => item(value, value === 'none' ? 'not known' : 'known, whatever it is'))),
    ],
    ask: field.asked ? { field: field.name, prefix } : null,
  };
}

/** An item for a value that the engine proposed. */
export const itemOfValue = (value: string, detail: string): CompletionItem => ({
  text: printValue(value),
  label: value,
  detail,
  done: true,
});

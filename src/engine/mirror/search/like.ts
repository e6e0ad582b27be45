import type { Match } from '#shared/query/tree.ts';
import type { Params } from './params.ts';

type TextMatch = Extract<Match, { is: 'contains' | 'equals' | 'pattern' }>;

/** Text as a LIKE pattern in which `\` escapes. */
const escaped = (text: string): string => text.replaceAll(/[\\%_]/g, '\\$&');

/** What SQLite's LIKE compares with; case of ASCII letters is ignored. */
function likePattern(match: TextMatch): string {
  switch (match.is) {
    case 'contains':
      return `%${escaped(match.text)}%`;
    case 'equals':
      return escaped(match.text);
    case 'pattern':
      return escaped(match.pattern).replaceAll('*', '%').replaceAll('?', '_');
  }
}

/** The longest part that every match holds, when it is long enough for trigrams. */
function needle(match: TextMatch): string | null {
  const parts = match.is === 'pattern' ? match.pattern.split(/[*?]/) : [match.text];
  const longest = parts.toSorted((a, b) => b.length - a.length)[0] ?? '';
  return Array.from(longest).length >= 3 && !longest.includes('\0') ? longest : null;
}

/** Tables whose texts are kept as trigrams: the dictionaries. */
export type TrigramTable = 'account_text' | 'address_text' | 'device_text' | 'word_text';

/**
 * A condition on a text column of a dictionary. Trigrams narrow it down first, LIKE decides, so that short and long
 * texts mean the same.
 */
export function textCondition(
  match: TextMatch,
  columns: readonly string[],
  table: TrigramTable | null,
  params: Params,
): string {
  const pattern = params.add(likePattern(match));
  const any = columns.map((column) => `${column} LIKE ${pattern} ESCAPE '\\'`).join(' OR ');
  const part = table === null ? null : needle(match);
  if (table === null || part === null) return `(${any})`;
  const phrase = params.add(`{${columns.join(' ')}} : "${part.replaceAll('"', '""')}"`);
  return `(key IN (SELECT rowid FROM ${table} WHERE ${table} MATCH ${phrase}) AND (${any}))`;
}

/** Columns with an index of whole texts, case ignored: the equal text is found there. Means the same as LIKE without a pattern. */
export function nameCondition(
  match: TextMatch,
  column: string,
  table: TrigramTable | null,
  params: Params,
): string {
  return match.is === 'equals'
    ? `${column} = ${params.add(match.text)} COLLATE NOCASE`
    : textCondition(match, [column], table, params);
}

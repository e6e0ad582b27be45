import type { Match } from '#shared/query/tree.ts';
import { never, type CompileContext, type Term } from './compiled.ts';

type TextMatch = Extract<Match, { is: 'contains' | 'equals' | 'pattern' }>;

/**
 * Words as FTS5's unicode61 cuts them: letters and digits, marks of letters removed, case ignored. Messages are
 * searched by words, so that a sealed segment's index and a look through a hot one mean the same.
 */
const wordsOf = (text: string): readonly string[] =>
  text
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}\p{Co}]+/u)
    .filter((word) => word !== '');

/** Name of the SQL function that `hasWords` is registered as. */
export const HAS_WORDS = 'has_words';

/** Whether a message holds these words next to each other; a star at the end stands for any ending of the last. */
export function hasWords(message: unknown, phrase: unknown, _indexed: unknown, _part: unknown): number {
  if (typeof message !== 'string' || typeof phrase !== 'string') return 0;
  const open = phrase.endsWith('*');
  const wanted = wordsOf(phrase);
  if (wanted.length === 0) return 0;
  const words = wordsOf(message);
  return words.some((_, at) =>
    wanted.every((word, offset) => {
      const there = words[at + offset];
      return open && offset === wanted.length - 1 ? there?.startsWith(word) === true : there === word;
    }),
  )
    ? 1
    : 0;
}

/** A condition on the message of an event, row by row; `messagePhrase` says how a segment's index is asked. */
export function messageTerm(match: TextMatch, { params }: CompileContext): Term {
  const text = match.is === 'pattern' ? match.pattern : match.text;
  const inner = text.replace(/\*+$/, '');
  // A star anywhere else, or a question mark, cannot be said in words.
  const phrase = /[*?]/.test(inner) && match.is === 'pattern' ? null : inner;
  if (phrase === null || wordsOf(phrase).length === 0) return never;
  const open = match.is === 'pattern' && text.endsWith('*');
  const plain = params.add(open ? `${phrase}*` : phrase);
  const indexed = params.add(`"${wordsOf(phrase).join(' ')}"${open ? ' *' : ''}`);
  const part = params.add(partOf(wordsOf(phrase)));
  const condition = `${HAS_WORDS}(e.message, ${plain}, ${indexed}, ${part})`;
  return { sql: condition, branches: [{ column: 'words', keys: [], phrase: indexed, condition }] };
}

/**
 * What a message of ASCII characters alone must hold, for LIKE: the longest word. Such a message holds no other letters,
 * so where one is asked for it holds nothing that is asked for.
 */
function partOf(words: readonly string[]): string {
  const longest = words.toSorted((a, b) => b.length - a.length)[0] ?? '';
  return words.every((word) => /^[a-z0-9]+$/.test(word)) ? `%${longest}%` : '';
}

/**
 * The condition as a segment can answer it: by the index of its words where it has one. Otherwise messages are looked
 * through, and most are ruled out before they are cut into words.
 */
export const forSegment = (sql: string, words: string | null): string =>
  sql.replaceAll(
    new RegExp(`${HAS_WORDS}\\(e\\.message, @\\w+, (@\\w+), (@\\w+)\\)`, 'g'),
    (call, phrase: string, part: string) =>
      words === null
        ? `((e.message LIKE ${part} OR length(e.message) <> octet_length(e.message)) AND ${call})`
        : `e.key IN (SELECT rowid FROM ${words} WHERE ${words} MATCH ${phrase})`,
  );

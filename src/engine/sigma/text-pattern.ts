import { RE2JS } from 're2js';
import { SigmaError } from './problem.ts';

const MOST_PATTERN = 1_024;
/** Longer values are matched by their beginning: an agent sends up to 16 KB in a field. */
const MOST_SUBJECT = 8_192;

export type TextTest = (text: string) => boolean;

/** A regular expression in linear time (RE2): no look-around, no back-references, no catastrophe. */
export function regexTest(pattern: string, flags: ReadonlySet<string>, where: string): TextTest {
  if (pattern.length > MOST_PATTERN) {
    throw new SigmaError(where, `the regular expression is longer than ${String(MOST_PATTERN)} characters`);
  }
  let bits = 0;
  if (flags.has('i')) bits |= RE2JS.CASE_INSENSITIVE;
  if (flags.has('m')) bits |= RE2JS.MULTILINE;
  if (flags.has('s')) bits |= RE2JS.DOTALL;
  try {
    const compiled = RE2JS.compile(pattern, bits);
    return (text) => compiled.matcher(text.slice(0, MOST_SUBJECT)).find();
  } catch (error) {
    throw new SigmaError(
      where,
      `the regular expression is not supported (${error instanceof Error ? error.message : String(error)}); look-around and back-references are not`,
    );
  }
}

type Part = { readonly is: 'text'; readonly text: string } | { readonly is: 'any' } | { readonly is: 'one' };

/** Splits at wildcards: `*` any text, `?` one character, `\` escapes either and itself. */
function parts(value: string): readonly Part[] {
  const found: Part[] = [];
  let text = '';
  const flush = (): void => {
    if (text !== '') found.push({ is: 'text', text });
    text = '';
  };
  for (let index = 0; index < value.length; index += 1) {
    const character = value.charAt(index);
    const following = value.charAt(index + 1);
    if (character === '\\' && (following === '*' || following === '?' || following === '\\')) {
      text += following;
      index += 1;
    } else if (character === '*') {
      flush();
      if (found.at(-1)?.is !== 'any') found.push({ is: 'any' });
    } else if (character === '?') {
      flush();
      found.push({ is: 'one' });
    } else text += character;
  }
  flush();
  return found;
}

export type Anchor = 'whole' | 'contains' | 'startswith' | 'endswith';

/** A plain value with wildcards, compared without case unless `cased`. */
export function wildcardTest(value: string, anchor: Anchor, cased: boolean): TextTest {
  const fold = (text: string): string => (cased ? text : text.toLowerCase());
  const before: Part[] = anchor === 'contains' || anchor === 'endswith' ? [{ is: 'any' }] : [];
  const after: Part[] = anchor === 'contains' || anchor === 'startswith' ? [{ is: 'any' }] : [];
  const pattern = [...before, ...parts(fold(value)), ...after];
  const [only] = pattern;
  if (pattern.length === 0) return (text) => text === '';
  if (pattern.length === 1 && only?.is === 'text') return (text) => fold(text) === only.text;
  return (text) => glob(pattern, fold(text.slice(0, MOST_SUBJECT)));
}

/** Greedy matching with one point to come back to: at most pattern times text steps. */
function glob(pattern: readonly Part[], text: string): boolean {
  let [part, at] = [0, 0];
  let back: { part: number; at: number } | null = null;
  for (;;) {
    const next = pattern[part];
    if (next === undefined && at === text.length) return true;
    if (next?.is === 'any') {
      back = { part: part + 1, at };
      part += 1;
      continue;
    }
    if (next?.is === 'one' && at < text.length) {
      part += 1;
      at += 1;
      continue;
    }
    if (next?.is === 'text' && text.startsWith(next.text, at)) {
      part += 1;
      at += next.text.length;
      continue;
    }
    if (back === null || back.at >= text.length) return false;
    back = { part: back.part, at: back.at + 1 };
    ({ part, at } = back);
  }
}

/** `windash`: a rule's `-x` also stands for `/x` and the dashes that look like it. */
export function dashes(value: string): readonly string[] {
  if (!/[-/]/.test(value)) return [value];
  return ['-', '/', '\u2013', '\u2014', '\u2015'].map((dash) =>
    value.replaceAll(/(^|\s)[-/](?=\w)/g, `$1${dash}`),
  );
}

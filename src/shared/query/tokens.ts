/** A piece of a search. Offsets count UTF-16 units. */
export interface Token {
  readonly is:
    'open' | 'close' | 'and' | 'or' | 'not' | 'field' | 'comma' | 'operator' | 'range' | 'word' | 'quoted';
  readonly offset: number;
  readonly length: number;
  /** Of `field` the name without the colon, of `quoted` what is inside the quotes. */
  readonly text: string;
  /** The quotation has no end. */
  readonly unfinished?: true;
}

const SPACE = /\s/;
const FIELD = /^([A-Za-z][\w-]*):/;
const OPERATOR = /^(>=|<=|>|<|=)/;
/** Hexadecimal groups with colons are an address, not a field with a value. */
const ADDRESS = /^[0-9a-f]{0,4}:[0-9a-f:.]*(\/\d{1,3})?$/i;
const WORDS: Readonly<Record<string, 'and' | 'or' | 'not'>> = { AND: 'and', OR: 'or', NOT: 'not' };

/** Cuts a search into tokens. Never fails: what cannot be right is for the parser to say. */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  /** After `field:`, until a space: commas, comparisons and ranges mean something. */
  let inValue = false;
  let at = 0;
  const put = (is: Token['is'], length: number, value = text.slice(at, at + length)) => {
    tokens.push({ is, offset: at, length, text: value });
    at += length;
  };
  while (at < text.length) {
    const one = text.charAt(at);
    if (SPACE.test(one)) {
      inValue = false;
      at += 1;
    } else if (one === '(' || one === ')') {
      inValue = false;
      put(one === '(' ? 'open' : 'close', 1);
    } else if (one === '"') {
      const quoted = readQuoted(text, at);
      tokens.push(quoted);
      at += quoted.length;
    } else if (inValue && one === ',') put('comma', 1);
    else if (inValue && text.startsWith('..', at)) put('range', 2);
    else if (inValue && startsValue(tokens) && OPERATOR.test(text.slice(at, at + 2))) {
      put('operator', OPERATOR.exec(text.slice(at, at + 2))?.[0].length ?? 1);
    } else if (inValue) put('word', lengthOf(text, at, true));
    else if (one === '|') put('or', 1);
    else if (one === '-' && at + 1 < text.length && !SPACE.test(text.charAt(at + 1))) put('not', 1);
    else {
      const length = lengthOf(text, at, false);
      const word = text.slice(at, at + length);
      const field = ADDRESS.test(word) ? null : FIELD.exec(word);
      const name = field?.[1];
      if (name !== undefined) {
        put('field', name.length + 1, name);
        inValue = true;
      } else put(WORDS[word] ?? 'word', length);
    }
  }
  return tokens;
}

const startsValue = (tokens: readonly Token[]): boolean => {
  const last = tokens.at(-1)?.is;
  return last === 'field' || last === 'comma' || last === 'range';
};

function lengthOf(text: string, from: number, inValue: boolean): number {
  let at = from;
  while (at < text.length) {
    const one = text.charAt(at);
    if (SPACE.test(one) || one === '(' || one === ')' || one === '"') break;
    if (inValue ? one === ',' || text.startsWith('..', at) : one === '|') break;
    at += 1;
  }
  return Math.max(1, at - from);
}

/** In quotes a backslash takes the next character as it is. */
function readQuoted(text: string, offset: number): Token {
  let value = '';
  for (let at = offset + 1; at < text.length; at += 1) {
    const one = text.charAt(at);
    if (one === '"') return { is: 'quoted', offset, length: at + 1 - offset, text: value };
    if (one === '\\' && at + 1 < text.length) {
      at += 1;
      value += text.charAt(at);
    } else value += one;
  }
  return { is: 'quoted', offset, length: text.length - offset, text: value, unfinished: true };
}

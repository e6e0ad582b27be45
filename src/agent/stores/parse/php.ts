import { DEFAULT_LIMITS, ParseError, type ParseLimits } from './parse-error.ts';
import { PhpReader, type KeyFilter } from './php-reader.ts';
import type { PhpValue } from './php-value.ts';

/**
 * Reads one value that PHP's `serialize()` wrote; nothing may follow it.
 * @throws ParseError for anything else, and when a limit is passed
 */
export function parsePhp(bytes: Buffer, limits: ParseLimits = DEFAULT_LIMITS): PhpValue {
  const reader = new PhpReader(bytes, limits);
  const value = reader.value(true);
  if (reader.offset !== bytes.length) throw new ParseError('something follows the value', reader.offset);
  return value;
}

const BAR = 124;
const BANG = 33;

/** A variable of a session that is wanted, and of its array's entries those. */
export interface WantedVariable {
  readonly name: string;
  readonly bytes: Buffer;
  readonly keep?: KeyFilter;
}
export const wanted = (name: string, keep?: KeyFilter): WantedVariable => ({
  name,
  bytes: Buffer.from(name),
  ...(keep === undefined ? {} : { keep }),
});

/**
 * Reads PHP's session format: `name|value` repeated without separators (session.serialize_handler = php).
 * @param only variables to keep; the others are checked but not held. All when absent.
 * @throws ParseError for anything else, and when a limit is passed
 */
export function parsePhpSession(
  bytes: Buffer,
  only?: readonly WantedVariable[],
  limits: ParseLimits = DEFAULT_LIMITS,
): ReadonlyMap<string, PhpValue> {
  const reader = new PhpReader(bytes, limits);
  const variables = new Map<string, PhpValue>();
  while (reader.offset < bytes.length) {
    const start = reader.offset;
    const bar = bytes.indexOf(BAR, start);
    if (bar < 0) throw new ParseError('a name without a value', start);
    reader.offset = bar + 1;
    // `!name|` is a variable that was registered and never set; nothing follows it.
    if (bytes[start] === BANG) continue;
    if (only === undefined) {
      variables.set(bytes.toString('utf8', start, bar), reader.value(true));
      continue;
    }
    const variable = only.find((one) => isAt(bytes, start, bar, one.bytes));
    if (variable === undefined) reader.value(false);
    else variables.set(variable.name, reader.value(true, variable.keep));
  }
  return variables;
}

const isAt = (bytes: Buffer, start: number, end: number, name: Buffer): boolean =>
  end - start === name.length && startsAt(bytes, start, end, name);

/** Whether the bytes from `start` to `end` begin with these. */
export function startsAt(bytes: Buffer, start: number, end: number, prefix: Buffer): boolean {
  if (end - start < prefix.length) return false;
  for (let index = 0; index < prefix.length; index += 1) {
    if (bytes[start + index] !== prefix[index]) return false;
  }
  return true;
}

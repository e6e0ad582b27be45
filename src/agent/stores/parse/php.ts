import { DEFAULT_LIMITS, ParseError, type ParseLimits } from './parse-error.ts';
import { PhpReader } from './php-reader.ts';
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

/**
 * Reads PHP's session format: `name|value` repeated without separators (session.serialize_handler = php).
 * @param only names to keep; the others are checked but not held. All when absent.
 * @throws ParseError for anything else, and when a limit is passed
 */
export function parsePhpSession(
  bytes: Buffer,
  only?: ReadonlySet<string>,
  limits: ParseLimits = DEFAULT_LIMITS,
): ReadonlyMap<string, PhpValue> {
  const reader = new PhpReader(bytes, limits);
  const variables = new Map<string, PhpValue>();
  while (reader.offset < bytes.length) {
    const bar = bytes.indexOf(BAR, reader.offset);
    if (bar < 0) throw new ParseError('a name without a value', reader.offset);
    // `!name|` is a variable that was registered and never set; nothing follows it.
    const unset = bytes[reader.offset] === BANG;
    const name = bytes.toString('utf8', reader.offset + (unset ? 1 : 0), bar);
    reader.offset = bar + 1;
    if (unset) continue;
    const wanted = only === undefined || only.has(name);
    const value = reader.value(wanted);
    if (wanted) variables.set(name, value);
  }
  return variables;
}

import { assertNever } from '#shared/domain/assert-never.ts';
import { DEFAULT_LIMITS, ParseError } from './parse-error.ts';
import type { PhpEntry, PhpKey, PhpValue } from './php-value.ts';

/** Writes a value as PHP's `serialize()` does: `encodePhp(parsePhp(x))` is `x` for everything PHP wrote. */
export function encodePhp(value: PhpValue): Buffer {
  const parts: Buffer[] = [];
  write(value, parts);
  return Buffer.concat(parts);
}

function write(value: PhpValue, out: Buffer[]): void {
  switch (value.type) {
    case 'null':
      out.push(ascii('N;'));
      return;
    case 'bool':
      out.push(ascii(value.value ? 'b:1;' : 'b:0;'));
      return;
    case 'int':
      out.push(ascii(`i:${value.text};`));
      return;
    case 'float':
      out.push(ascii(`d:${value.text};`));
      return;
    case 'string':
      out.push(ascii(`s:${String(value.bytes.length)}:"`), value.bytes, ascii('";'));
      return;
    case 'array':
      out.push(ascii(`a:${String(value.entries.length)}:{`));
      writeEntries(value.entries, out);
      return;
    case 'object':
      out.push(ascii(`O:${String(value.className.length)}:"`), value.className);
      out.push(ascii(`":${String(value.entries.length)}:{`));
      writeEntries(value.entries, out);
      return;
    case 'custom':
      out.push(ascii(`C:${String(value.className.length)}:"`), value.className);
      out.push(ascii(`":${String(value.bytes.length)}:{`), value.bytes, ascii('}'));
      return;
    case 'enum':
      out.push(ascii(`E:${String(value.name.length)}:"`), value.name, ascii('";'));
      return;
    case 'reference':
      out.push(ascii(`${value.shared ? 'R' : 'r'}:${String(value.slot)};`));
      return;
    default:
      assertNever(value);
  }
}

function writeEntries(entries: readonly PhpEntry[], out: Buffer[]): void {
  for (const entry of entries) {
    writeKey(entry.key, out);
    write(entry.value, out);
  }
  out.push(ascii('}'));
}

function writeKey(key: PhpKey, out: Buffer[]): void {
  if (key.type === 'int') out.push(ascii(`i:${key.text};`));
  else out.push(ascii(`s:${String(key.bytes.length)}:"`), key.bytes, ascii('";'));
}

const ascii = (text: string): Buffer => Buffer.from(text, 'latin1');

/**
 * A copy in which every reference is replaced by what it points at. Taking an entry out of an array moves the slots
 * of all that follow, so that references have to go before.
 * @throws ParseError when a reference leads to itself or into something opaque, or the copy grows past the limits
 */
export function withoutReferences(value: PhpValue): PhpValue {
  let items = 0;
  const copy = (from: PhpValue, depth: number): PhpValue => {
    if ((items += 1) > DEFAULT_LIMITS.items || depth > DEFAULT_LIMITS.depth) {
      throw new ParseError('references that cannot be written out', 0);
    }
    if (from.type === 'reference') {
      if (from.target === null) throw new ParseError('a reference into something opaque', 0);
      return copy(from.target, depth + 1);
    }
    if (from.type !== 'array' && from.type !== 'object') return from;
    const entries = from.entries.map((entry) => ({ key: entry.key, value: copy(entry.value, depth + 1) }));
    return { ...from, entries };
  };
  return copy(value, 0);
}

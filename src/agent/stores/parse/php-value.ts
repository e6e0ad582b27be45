/**
 * A PHP value as `serialize()` wrote it. Strings stay bytes; nothing becomes an instance of anything.
 * Numbers keep their text where JavaScript could not give it back (64-bit integers, floats).
 */
export type PhpValue =
  | { readonly type: 'null' }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'int'; readonly text: string }
  | { readonly type: 'float'; readonly text: string }
  | { readonly type: 'string'; readonly bytes: Buffer }
  | { readonly type: 'array'; readonly entries: readonly PhpEntry[] }
  | { readonly type: 'object'; readonly className: Buffer; readonly entries: readonly PhpEntry[] }
  /** `C:`: an object that wrote itself in its own format; opaque. */
  | { readonly type: 'custom'; readonly className: Buffer; readonly bytes: Buffer }
  | { readonly type: 'enum'; readonly name: Buffer }
  /** `R:` (shared variable) or `r:` (same object): the target is the value in that slot, null if it was not kept. */
  | {
      readonly type: 'reference';
      readonly shared: boolean;
      readonly slot: number;
      readonly target: PhpValue | null;
    };

export interface PhpEntry {
  readonly key: PhpKey;
  readonly value: PhpValue;
}
export type PhpKey =
  { readonly type: 'int'; readonly text: string } | { readonly type: 'string'; readonly bytes: Buffer };

/** The value behind references. A slot always lies before the reference to it, so that this ends. */
export function dereference(value: PhpValue | null | undefined): PhpValue | null {
  let current = value ?? null;
  while (current?.type === 'reference') current = current.target;
  return current;
}

/**
 * Entry of an array or object by name; the last one wins, as in PHP. Integer keys match their decimal text. Compares
 * bytes: a hostile value can be asked for names as often as it has entries.
 */
export function phpGet(value: PhpValue | null | undefined, name: string): PhpValue | null {
  const whole = dereference(value);
  if (whole?.type !== 'array' && whole?.type !== 'object') return null;
  const bytes = Buffer.from(name);
  for (let index = whole.entries.length - 1; index >= 0; index -= 1) {
    const entry = whole.entries[index];
    if (entry !== undefined && isNamed(entry.key, name, bytes)) return dereference(entry.value);
  }
  return null;
}

const isNamed = (key: PhpKey, name: string, bytes: Buffer): boolean =>
  key.type === 'int' ? key.text === name : key.bytes.length === bytes.length && key.bytes.equals(bytes);

export const phpKeyText = (key: PhpKey): string =>
  key.type === 'int' ? key.text : key.bytes.toString('utf8');

/** Text of a string or integer; null for anything else. Bytes that are not UTF-8 become U+FFFD. */
export function phpText(value: PhpValue | null | undefined): string | null {
  const plain = dereference(value);
  if (plain?.type === 'string') return plain.bytes.toString('utf8');
  return plain?.type === 'int' ? plain.text : null;
}

/** A whole number that JavaScript holds exactly, from an integer or a decimal string; null otherwise. */
export function phpInt(value: PhpValue | null | undefined): number | null {
  const text = phpText(value);
  if (text === null || !/^-?\d{1,16}$/.test(text)) return null;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : null;
}

/** What tests give PHP's `serialize()`: written independently of the parser they test. */
export type Php =
  | null
  | boolean
  | number
  | string
  | Buffer
  | PhpFloat
  | PhpObject
  | PhpRaw
  | readonly Php[]
  | { readonly [key: string]: Php };
export class PhpFloat {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}
/** An object of a class; protected members have names `\0*\0name`. */
export class PhpObject {
  readonly className: string;
  readonly members: Readonly<Record<string, Php>>;
  constructor(className: string, members: Readonly<Record<string, Php>>) {
    this.className = className;
    this.members = members;
  }
}
/** Text that is already in the format: references. */
export class PhpRaw {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export function phpSerialize(value: Php): Buffer {
  if (value === null) return Buffer.from('N;');
  if (typeof value === 'boolean') return Buffer.from(value ? 'b:1;' : 'b:0;');
  if (typeof value === 'number') return Buffer.from(`i:${String(value)};`);
  if (typeof value === 'string' || Buffer.isBuffer(value)) return string(value);
  if (value instanceof PhpFloat) return Buffer.from(`d:${value.text};`);
  if (value instanceof PhpRaw) return Buffer.from(value.text);
  if (value instanceof PhpObject) {
    const name = Buffer.from(value.className);
    return Buffer.concat([
      Buffer.from(`O:${String(name.length)}:"`),
      name,
      Buffer.from('":'),
      members(value.members),
    ]);
  }
  return Buffer.concat([Buffer.from('a:'), members(value)]);
}

function members(value: readonly Php[] | Readonly<Record<string, Php>>): Buffer {
  const entries = Object.entries<Php>(value);
  const parts = entries.flatMap(([key, held]) => [
    /^(?:0|-?[1-9]\d{0,8})$/.test(key) ? Buffer.from(`i:${key};`) : string(key),
    phpSerialize(held),
  ]);
  return Buffer.concat([Buffer.from(`${String(entries.length)}:{`), ...parts, Buffer.from('}')]);
}

function string(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from(`s:${String(bytes.length)}:"`), bytes, Buffer.from('";')]);
}

/** PHP's session format. */
export const phpSession = (variables: Readonly<Record<string, Php>>): Buffer =>
  Buffer.concat(
    Object.entries(variables).flatMap(([key, value]) => [Buffer.from(`${key}|`), phpSerialize(value)]),
  );

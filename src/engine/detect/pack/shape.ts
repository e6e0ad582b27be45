/**
 * How a part of a memory is written: as JSON arrays without names, several times smaller and faster than objects. What
 * is stored names parts by their place alone: they are only ever added at the end, or the version is raised.
 */
export interface Shape<T> {
  write(value: T, pass: Pass): unknown;
  /** The caller knows that `json` was written by the same shape. */
  read(json: unknown, pass: Pass): T;
}

/** What one memory has in common with itself, while it is written or read from beginning to end. */
interface Pass {
  /** Objects that are never changed in place, by their number. */
  readonly known: Map<object, number>;
  readonly met: object[];
  /** By shape: what it wrote or read last. */
  readonly last: Map<object, unknown>;
}
export const createPass = (): Pass => ({ known: new Map(), met: [], last: new Map() });

/** JSON as it is: numbers, texts, and lists of them. */
export const plain = <T>(): Shape<T> => ({ write: (value) => value, read: (json) => json as T });

/** Nothing, or what the shape says. */
export const maybe = <T>(shape: Shape<T>): Shape<T | null> => ({
  write: (value, pass) => (value === null ? null : shape.write(value, pass)),
  read: (json, pass) => (json === null ? null : shape.read(json, pass)),
});

export const list = <T>(shape: Shape<T>): Shape<T[]> => ({
  write: (values, pass) => (values.length === 0 ? 0 : values.map((value) => shape.write(value, pass))),
  read: (json, pass) => (json === 0 ? [] : (json as unknown[]).map((item) => shape.read(item, pass))),
});

/** Keys and values in turn. */
export const map = <T>(shape: Shape<T>): Shape<Map<string, T>> => ({
  write(values, pass) {
    if (values.size === 0) return 0;
    const out: unknown[] = [];
    for (const [key, value] of values) out.push(key, shape.write(value, pass));
    return out;
  },
  read(json, pass) {
    const values = new Map<string, T>();
    if (json === 0) return values;
    const flat = json as unknown[];
    for (let at = 0; at < flat.length; at += 2) values.set(String(flat[at]), shape.read(flat[at + 1], pass));
    return values;
  },
});

/** What copies of a state share, because it is never changed in place: written once. */
export const shared = <T extends object>(shape: Shape<T>): Shape<T> => ({
  write(value, pass) {
    const before = pass.known.get(value);
    if (before !== undefined) return before;
    pass.known.set(value, pass.known.size);
    return shape.write(value, pass);
  },
  read(json, pass) {
    if (typeof json === 'number') return pass.met[json] as T;
    const at = pass.met.push(json as object) - 1;
    const value = shape.read(json, pass);
    pass.met[at] = value;
    return value;
  },
});

/** What copies of a state mostly have alike although they change it in place: the same as the last is written as 0. */
export const alike = <T>(shape: Shape<T>): Shape<T> => {
  const own: Shape<T> = {
    write(value, pass) {
      const json = shape.write(value, pass);
      const text = JSON.stringify(json);
      if (pass.last.get(own) === text) return 0;
      pass.last.set(own, text);
      return [json];
    },
    read(json, pass) {
      if (json !== 0) pass.last.set(own, (json as [unknown])[0]);
      return shape.read(json === 0 ? structuredClone(pass.last.get(own)) : (json as [unknown])[0], pass);
    },
  };
  return own;
};

/** The parts of an object in the order given here; what may be absent is written as null. */
export const object = <T extends object>(
  shapes: { readonly [K in keyof T]-?: Shape<T[K]> },
  absent: readonly (keyof T)[] = [],
): Shape<T> => {
  const names = Object.keys(shapes) as (keyof T)[];
  const parts = names.map((name) => ({ name, shape: shapes[name], mayBeAbsent: absent.includes(name) }));
  return {
    write: (value, pass) =>
      parts.map(({ name, shape }) => {
        const part = value[name];
        return part === undefined ? null : shape.write(part, pass);
      }),
    read(json, pass) {
      const value: Partial<T> = {};
      const flat = json as unknown[];
      for (let at = 0; at < parts.length; at += 1) {
        const part = parts[at];
        const written = flat[at];
        if (part === undefined || (part.mayBeAbsent && (written === null || written === undefined))) continue;
        value[part.name] = part.shape.read(written, pass);
      }
      return value as T;
    },
  };
};

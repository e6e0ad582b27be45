/** Collects the parameters of a statement while its text is put together. */
export interface Params {
  readonly bound: Record<string, string | number | Buffer | null>;
  /** Remembers a value and returns the placeholder that stands for it. */
  add(value: string | number | Buffer | null): string;
}

/** Values reach SQLite as parameters only; names of tables and columns come from this program. */
export function createParams(): Params {
  const bound: Record<string, string | number | Buffer | null> = {};
  let next = 0;
  return {
    bound,
    add: (value) => {
      const name = `q${String(next)}`;
      next += 1;
      bound[name] = value;
      // Milliseconds are bound as REAL; as such they would be compared, and divided, as fractions.
      return typeof value === 'number' && Number.isInteger(value) ? `CAST(@${name} AS INTEGER)` : `@${name}`;
    },
  };
}

// Tables are STRICT: a column holds its type or null. These say so to the compiler at a fraction of what a schema costs for
// each of a hundred rows, and fail where it is not so.

const wrong = (value: unknown, wanted: string): never => {
  throw new TypeError(
    `the mirror holds ${value === null ? 'nothing' : typeof value} where ${wanted} belongs`,
  );
};
export const integer = (value: unknown): number =>
  typeof value === 'number' ? value : wrong(value, 'a number');
export const integerOrNull = (value: unknown): number | null => (value === null ? null : integer(value));
export const text = (value: unknown): string => (typeof value === 'string' ? value : wrong(value, 'a text'));
export const textOrNull = (value: unknown): string | null => (value === null ? null : text(value));

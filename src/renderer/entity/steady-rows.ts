/**
 * `rows` in the order in which those were that somebody is at: what was there keeps its place among the others, what is
 * new comes after it, what is gone is gone. Two rows of one id count as one; the first is kept.
 */
export function steadyRows<T>(
  order: readonly string[],
  rows: readonly T[],
  idOf: (row: T) => string,
): readonly T[] {
  const left = new Map<string, T>();
  for (const row of rows) {
    const id = idOf(row);
    if (!left.has(id)) left.set(id, row);
  }
  const kept: T[] = [];
  for (const id of order) {
    const row = left.get(id);
    if (row === undefined) continue;
    kept.push(row);
    left.delete(id);
  }
  return [...kept, ...left.values()];
}

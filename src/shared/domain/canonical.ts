/** JSON with sorted members: equal contents are equal texts, whatever order they were written in. */
export const canonical = (value: unknown): string => JSON.stringify(sorted(value));

/** Lists of ids can be long, and have nothing to sort: nothing is called for each of their members by JSON. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.every((one) => typeof one === 'string') ? value : value.map(sorted);
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}

/** The word that was probably meant: at most two letters away, or one that begins so. Null when none is near. */
export function nearest(word: string, among: readonly string[]): string | null {
  const wanted = word.toLowerCase();
  let best: string | null = null;
  let distance = wanted.length < 4 ? 2 : 3;
  for (const one of among) {
    const away = editDistance(wanted, one.toLowerCase());
    if (away < distance) [best, distance] = [one, away];
  }
  return best ?? (wanted.length < 2 ? null : (among.find((one) => one.startsWith(wanted)) ?? null));
}

/** Levenshtein's distance: insertions, deletions and replacements of one letter. */
function editDistance(a: string, b: string): number {
  let before = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = (before[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (before[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    before = current;
  }
  return before[b.length] ?? 0;
}

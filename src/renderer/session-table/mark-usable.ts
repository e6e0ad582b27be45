/** Notes on the performance timeline when sessions were first on screen: the end of a cold start (`npm run bench`). */
export function markUsable(): void {
  if (performance.getEntriesByName('usable').length === 0) performance.mark('usable');
}

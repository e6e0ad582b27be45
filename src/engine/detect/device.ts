/** Whether two device keys can be the same: each part equal, or unknown on either side. */
const compatible = (a: string, b: string): boolean => {
  const partsA = a.split('|');
  const partsB = b.split('|');
  if (partsA.length !== 3 || partsB.length !== 3) return a === b;
  return partsA.every((part, index) => part === '?' || partsB[index] === '?' || part === partsB[index]);
};

/** The known key that a device is, or null. An unknown part is never new. */
export const knownDevice = <T>(devices: ReadonlyMap<string, T>, key: string): T | null => {
  const exact = devices.get(key);
  if (exact !== undefined) return exact;
  for (const [other, seen] of devices)
    if ((key.includes('?') || other.includes('?')) && compatible(key, other)) return seen;
  return null;
};

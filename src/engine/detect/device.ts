import { seenOf, type Seen, type Sights } from './sights.ts';

/** Whether two device keys can be the same: each part equal, or unknown on either side. */
const compatible = (a: string, b: string): boolean => {
  const partsA = a.split('|');
  const partsB = b.split('|');
  if (partsA.length !== 3 || partsB.length !== 3) return a === b;
  return partsA.every((part, index) => part === '?' || partsB[index] === '?' || part === partsB[index]);
};

/** What is known of the device with this key, or null. An unknown part is never new. */
export const knownDevice = (devices: Sights, key: string): Seen | null => {
  const exact = seenOf(devices, key);
  if (exact !== null) return exact;
  for (const other of devices.names)
    if ((key.includes('?') || other.includes('?')) && compatible(key, other)) return seenOf(devices, other);
  return null;
};

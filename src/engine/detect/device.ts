import { firstSeen, hasSeen, type Sights } from './sights.ts';

/** Whether two device keys can be the same: each part equal, or unknown on either side. */
const compatible = (a: string, b: string): boolean => {
  const partsA = a.split('|');
  const partsB = b.split('|');
  if (partsA.length !== 3 || partsB.length !== 3) return a === b;
  return partsA.every((part, index) => part === '?' || partsB[index] === '?' || part === partsB[index]);
};

/** The key under which the device with this key is known, or null. An unknown part is never new. */
export const knownDevice = (devices: Sights, key: string): string | null => {
  if (hasSeen(devices, key)) return key;
  for (const other of devices.names)
    if ((key.includes('?') || other.includes('?')) && compatible(key, other)) return other;
  return null;
};

/** Since when the device with this key is known, ms, or null. */
export const deviceSince = (devices: Sights | undefined, key: string): number | null => {
  const known = devices === undefined ? null : knownDevice(devices, key);
  return devices === undefined || known === null ? null : firstSeen(devices, known);
};

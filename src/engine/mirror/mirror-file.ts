import { join } from 'node:path';
import { isEncrypted } from './encryption/locked.ts';

/** Where the mirror of a profile lies that is not encrypted. */
export const plainMirror = (profile: string): string => join(profile, 'mirror.db');
/** Where it lies when it is: under another name, so that its key file alone says which of the two counts. */
export const sealedMirror = (profile: string): string => join(profile, 'mirror.sealed.db');

/** The mirror of a profile. */
export const mirrorFile = (profile: string): string => {
  const sealed = sealedMirror(profile);
  return isEncrypted(sealed) ? sealed : plainMirror(profile);
};

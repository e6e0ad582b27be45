import { join } from 'node:path';

/** The mirror of a profile. */
export const mirrorFile = (profile: string): string => join(profile, 'mirror.db');

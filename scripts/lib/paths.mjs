import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The checkout this script belongs to. */
export const root = resolve(import.meta.dirname, '../..');

/** Scratch folder of this checkout (ignored by git): stamps, locks, type-checker output. */
export const localCache = join(root, '.cache');

/** What `build.mjs` writes. */
export const outDir = join(root, 'out');

/**
 * Folder shared by all checkouts of this account, for what is large or slow to make.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string}
 */
export function sharedCache(env = process.env) {
  if (env['WATCHFLOOR_CACHE']) return resolve(env['WATCHFLOOR_CACHE']);
  if (env['XDG_CACHE_HOME']) return join(resolve(env['XDG_CACHE_HOME']), 'watchfloor');
  return join(homedir(), '.cache', 'watchfloor');
}

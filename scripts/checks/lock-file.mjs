import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Packages that others name but the lock file lacks; `npm ci` refuses such a lock file on every other machine.
 * @param {Record<string, { dependencies?: Record<string, string>, optionalDependencies?: Record<string, string> }>} packages
 * @returns {string[]}
 */
export function missingFromLock(packages) {
  const missing = new Set();
  for (const [path, entry] of Object.entries(packages)) {
    for (const name of Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })) {
      if (!resolves(packages, path, name)) missing.add(`${name} (for ${path || 'the project'})`);
    }
  }
  return [...missing];
}

/**
 * Looks a package up as Node does: in the node_modules of the one that asks, then of those above it.
 * @param {Record<string, unknown>} packages
 * @param {string} from
 * @param {string} name
 */
function resolves(packages, from, name) {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    if (`${at === '' ? '' : `${at}/`}node_modules/${name}` in packages) return true;
    if (at === '') return false;
    if (!at.includes('/node_modules/')) at = '';
    if (at === '' && `node_modules/${name}` in packages) return true;
  }
}

/** @param {{ root: string }} where @returns {Promise<string[]>} problems */
export async function check({ root }) {
  const text = await readFile(join(root, 'package-lock.json'), 'utf8');
  const problems = missingFromLock(JSON.parse(text).packages).map(
    (name) => `package-lock.json lacks ${name}: "npm ci" will refuse it.`,
  );
  if (/"resolved"/.test(text)) {
    problems.push('package-lock.json names the addresses of a registry: remove the "resolved" lines.');
  }
  return problems;
}

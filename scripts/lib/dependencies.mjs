import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { npm, npmErrors, run } from './child.mjs';
import { withLock } from './lock.mjs';
import { root as defaultRoot } from './paths.mjs';
import { say, secondsSince, SetupError } from './report.mjs';
import { hashFile, readStamp, removeStamp, writeStamp } from './stamp.mjs';

/** @typedef {{ version?: string, integrity?: string, optional?: boolean, devOptional?: boolean, peer?: boolean }} LockEntry */

/**
 * Whether npm's note of what is installed agrees with the lock file. npm writes that note as the last act of
 * an install, so agreement means that an install made by hand needs no repetition.
 * @param {Record<string, LockEntry>} wanted `packages` of package-lock.json
 * @param {Record<string, LockEntry>} installed `packages` of node_modules/.package-lock.json
 * @returns {boolean}
 */
export function isInstalled(wanted, installed) {
  const same = Object.entries(installed).every(([path, entry]) => {
    const other = wanted[path];
    return other !== undefined && other.version === entry.version && other.integrity === entry.integrity;
  });
  // Optional packages may rightly be absent: those for other platforms are.
  return (
    same &&
    Object.entries(wanted).every(
      ([path, entry]) =>
        path === '' || path in installed || entry.optional === true || entry.devOptional === true,
    )
  );
}

/** @param {string} file @returns {Promise<Record<string, LockEntry> | undefined>} */
async function packagesOf(file) {
  try {
    return JSON.parse(await readFile(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/**
 * Makes node_modules what package-lock.json says. Install scripts of packages are not run.
 * @param {{ root?: string }} [options]
 */
export async function ensureDependencies({ root = defaultRoot } = {}) {
  const lockFile = join(root, 'package-lock.json');
  const modules = join(root, 'node_modules');
  const stampFile = join(modules, '.watchfloor-installed.json');
  const lockHash = await hashFile(lockFile);
  if (lockHash === undefined) throw new SetupError(`${lockFile} is missing: the checkout is not complete.`);
  const isDone = async () => (await readStamp(stampFile))?.['lock'] === lockHash;
  if (await isDone()) return;
  await withLock(join(root, '.cache', 'install.lock'), 'installing dependencies', async () => {
    if (await isDone()) return;
    const noted = join(modules, '.package-lock.json');
    const [wanted, installed] = [await packagesOf(lockFile), await packagesOf(noted)];
    if (!wanted || !installed || !isInstalled(wanted, installed)) {
      await removeStamp(stampFile);
      await rm(noted, { force: true });
      await install(root);
    }
    await writeStamp(stampFile, { lock: lockHash });
  });
}

/** @param {string} root */
async function install(root) {
  const started = Date.now();
  say('installing dependencies (npm ci; a few minutes on a slow line)…');
  const result = await run(
    ...npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']),
    {
      cwd: root,
    },
  );
  if (result.code !== 0) {
    throw new SetupError(
      `npm ci failed; nothing can run without the dependencies. Is the npm registry reachable?\n${npmErrors(result.output)}`,
    );
  }
  say(`dependencies installed in ${secondsSince(started)}`);
}

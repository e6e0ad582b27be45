import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { displayPackages } from './debian-packages.mjs';
import { interruptible } from './lib/child.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { hasDisplay } from './lib/display.mjs';
import { ensureElectron, runtimeNote } from './lib/electron-runtime.mjs';
import { root } from './lib/paths.mjs';
import { fail, say, SetupError } from './lib/report.mjs';
import { CIPHERS, ensureSqlite, isKept } from './lib/sqlite.mjs';
import { readStamp } from './lib/stamp.mjs';
import { ensureDebianPackages, ensureElectronLibraries, ensureXvfb } from './lib/system-libraries.mjs';

/**
 * @typedef {object} Need
 * @property {boolean} [electron] a window is to be opened
 * @property {boolean} [encryption] a mirror is to be encrypted
 * @property {readonly string[]} [debian] further Debian packages, such as database servers for tests
 */

const MINIMUM_NODE = /** @type {const} */ ([20, 18]);

/** @param {string} version without "v" */
export function isNodeRecent(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor >= MINIMUM_NODE[1]);
}

/** The first step of a set-up: the packages that everything else, the checks too, is made of. */
export async function installPackages() {
  if (!isNodeRecent(process.versions.node)) {
    throw new SetupError(`Node ${MINIMUM_NODE.join('.')} or newer is needed; this is ${process.version}.`);
  }
  await interruptible(() => ensureDependencies());
}

/**
 * Brings this checkout and this machine to where the program can run. Every step is skipped when it is already
 * done, and made again when an interrupted run left it half done.
 * @param {{ need?: Need }} [options]
 * @returns {Promise<{ electron?: import('./lib/electron-runtime.mjs').Runtime }>}
 */
export async function setup({ need = {} } = {}) {
  await installPackages();
  return interruptible(async () => {
    // Fetching waits for the network, compiling for the processor: side by side they take half the time.
    const [, electron] = await both(ensureSqlite([]), need.electron ? ensureElectron() : undefined);
    if (electron) await ensureSqlite([electron.napi]);
    // Packages that are installed anew do not bring it back by themselves.
    if (need.encryption || (await isKept(CIPHERS)))
      await ensureSqlite(electron ? [electron.napi] : [], CIPHERS);
    if (electron) {
      await ensureElectronLibraries(electron.executable, hasDisplay() ? [] : displayPackages);
      if (!hasDisplay()) await ensureXvfb();
    }
    if (need.debian && need.debian.length > 0) {
      await ensureDebianPackages(need.debian, 'The tests run against real servers that are not installed.');
    }
    return electron ? { electron } : {};
  });
}

/**
 * Waits for the end of both, also when one of them fails, so that nothing goes on behind an error message.
 * @template A, B
 * @param {Promise<A>} first
 * @param {Promise<B> | undefined} second
 * @returns {Promise<[A, B | undefined]>}
 */
export async function both(first, second) {
  await Promise.allSettled([first, second]);
  return [await first, await second];
}

/**
 * Variables that point tools at the Electron of the last set-up: the `electron` package, electron-vite and the tests.
 * @returns {Promise<Record<string, string>>}
 */
export async function environment() {
  const note = await readStamp(runtimeNote);
  const [folder, executable] = [note?.['folder'], note?.['executable']];
  if (typeof folder !== 'string' || typeof executable !== 'string' || !existsSync(executable)) {
    throw new SetupError('No Electron has been set up yet: run "npm run setup".');
  }
  return {
    ELECTRON_OVERRIDE_DIST_PATH: folder,
    ELECTRON_EXEC_PATH: executable,
    WATCHFLOOR_ELECTRON: executable,
  };
}

if (process.argv[1] && resolve(process.argv[1]) === join(root, 'scripts/setup.mjs')) {
  try {
    const encryption = process.argv.includes('--encryption');
    await setup({ need: { electron: true, encryption } });
    say(
      encryption
        ? 'set up; “npm run watchfloor -- encrypt” encrypts a mirror.'
        : 'set up; "npm start" opens the window.',
    );
  } catch (error) {
    fail(error);
  }
}

import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { FALLBACK, isFallbackPossible, makeFallback } from './electron-fallback.mjs';
import { downloadLatest, executableName, wantedElectron } from './electron-latest.mjs';
import { endProcessesIn } from './child.mjs';
import { withLock } from './lock.mjs';
import { localCache, sharedCache } from './paths.mjs';
import { say, secondsSince, SetupError } from './report.mjs';
import { listFiles, readStamp, writeStamp } from './stamp.mjs';

/**
 * @typedef {{ kind: 'latest' | 'fallback' | 'given', version: string, folder: string, executable: string, napi: number }} Runtime
 *   `napi`: the Node-API version the runtime offers to native addons.
 */

const STAMP = 'complete.json';
const RETRY_AFTER_MS = 24 * 60 * 60_000;

/** Where the last set-up noted the runtime, for tools started by hand. */
export const runtimeNote = join(localCache, 'electron.json');

/**
 * Whether a folder is a runtime that was made to the end and has lost nothing since.
 * @param {string} folder
 * @returns {Promise<boolean>}
 */
export async function isComplete(folder) {
  const files = (await readStamp(join(folder, STAMP)))?.['files'];
  if (typeof files !== 'object' || files === null) return false;
  const checks = Object.entries(files).map(async ([file, size]) => {
    const found = await stat(join(folder, file)).catch(() => undefined);
    return found?.size === size;
  });
  return checks.length > 0 && (await Promise.all(checks)).every(Boolean);
}

/**
 * Makes a folder under another name and renames it when it is complete, so that no half of one is ever used.
 * @param {string} folder
 * @param {(work: string) => Promise<string | undefined>} make gets an empty folder; returns why it failed, if so
 * @returns {Promise<string | undefined>} why it failed
 */
export async function makeAtomically(folder, make) {
  const work = `${folder}.partial`;
  // Whoever holds the lock is alone here: what lies about was left by an interrupted run.
  await sweep(folder);
  await mkdir(work, { recursive: true });
  try {
    const failure = await make(work);
    if (failure !== undefined) return failure;
    /** @type {Record<string, number>} */
    const files = {};
    for (const file of await listFiles(work)) files[file] = (await stat(join(work, file))).size;
    await writeStamp(join(work, STAMP), { files });
    await rm(folder, { recursive: true, force: true });
    await rename(work, folder);
    return undefined;
  } finally {
    await sweep(folder);
  }
}

/** @param {string} folder */
async function sweep(folder) {
  const prefix = `${basename(folder)}.partial`;
  for (const name of await readdir(dirname(folder)).catch(() => [])) {
    if (!name.startsWith(prefix)) continue;
    const left = join(dirname(folder), name);
    await endProcessesIn(left);
    await rm(left, { recursive: true, force: true });
  }
}

/**
 * Finds or makes an Electron and says which one and why.
 * @returns {Promise<Runtime>}
 */
export async function ensureElectron() {
  const given = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  const runtime = given ? await useGiven(resolve(given)) : await choose();
  await writeStamp(runtimeNote, { ...runtime });
  return runtime;
}

/** @param {string} folder @returns {Promise<Runtime>} */
async function useGiven(folder) {
  const executable = join(folder, executableName());
  if (!existsSync(executable)) {
    throw new SetupError(
      `ELECTRON_OVERRIDE_DIST_PATH is ${folder}, but there is no ${executableName()} in it.`,
    );
  }
  say(`Electron: the one that ELECTRON_OVERRIDE_DIST_PATH names.`);
  // Its version is unknown; a library built for the older Node-API runs in every one.
  return { kind: 'given', version: 'unknown', folder, executable, napi: 9 };
}

/** @returns {Promise<Runtime>} */
async function choose() {
  const cache = sharedCache();
  await mkdir(cache, { recursive: true });
  const wanted = wantedElectron();
  const target = `${process.platform}-${process.arch}`;
  const latest = join(cache, `electron-${wanted.version}-${target}`);
  const fallback = join(cache, `electron-${FALLBACK.electron}-${target}-fallback`);
  const failureNote = join(cache, `electron-${wanted.version}-unreachable.json`);
  if (await isComplete(latest)) return tell(latestRuntime(latest), 'from the cache');

  /** @returns {Promise<Runtime | undefined>} what can be had without any download */
  const ready = async () => {
    if (await isComplete(latest)) return tell(latestRuntime(latest), 'from the cache');
    const failure = await recentFailure(failureNote);
    return failure && (await isComplete(fallback)) ? tell(fallbackRuntime(fallback), failure) : undefined;
  };
  const found = await ready();
  if (found) return found;
  return withLock(join(cache, 'electron.lock'), 'fetching Electron', async () => {
    const foundNow = await ready();
    if (foundNow) return foundNow;
    const failure = (await recentFailure(failureNote)) ?? (await tryLatest(latest, failureNote));
    if (failure === undefined) return tell(latestRuntime(latest), 'just downloaded');
    await ensureFallback(fallback);
    return tell(fallbackRuntime(fallback), failure);
  });
}

/**
 * @param {string} folder
 * @param {string} failureNote
 * @returns {Promise<string | undefined>} why it was not to be had
 */
async function tryLatest(folder, failureNote) {
  const { version } = wantedElectron();
  say(`trying to download Electron ${version} (for at most 5 s if there is no answer)…`);
  const reason = await makeAtomically(folder, downloadLatest);
  if (reason === undefined) {
    if (process.platform !== 'win32') await chmod(join(folder, executableName()), 0o755);
    return undefined;
  }
  await writeStamp(failureNote, { at: Date.now(), reason });
  return `Electron ${version} could not be downloaded (${reason}); it is tried again after a day`;
}

/** @param {string} failureNote @returns {Promise<string | undefined>} in words, when it was less than a day ago */
export async function recentFailure(failureNote, now = Date.now()) {
  const note = await readStamp(failureNote);
  const at = note?.['at'];
  if (typeof at !== 'number' || now - at > RETRY_AFTER_MS || at > now) return undefined;
  const hours = Math.floor((now - at) / 3_600_000);
  const when = hours === 0 ? 'less than an hour ago' : `${hours} h ago`;
  return `Electron ${wantedElectron().version} could not be downloaded ${when}; it is tried again after a day`;
}

/** @param {string} folder */
async function ensureFallback(folder) {
  if (await isComplete(folder)) return;
  if (!isFallbackPossible()) {
    throw new SetupError(
      `Electron ${wantedElectron().version} could not be downloaded, and the fallback runtime is for Linux on x64 only.\n` +
        'Make its download reachable (ELECTRON_MIRROR names another place for it), or set ELECTRON_OVERRIDE_DIST_PATH.',
    );
  }
  const started = Date.now();
  await makeAtomically(folder, async (work) => {
    await makeFallback(work);
    return undefined;
  });
  say(`Electron ${FALLBACK.electron} is ready (${secondsSince(started)}); it is kept in ${folder}`);
}

/** @param {string} folder @returns {Runtime} */
function latestRuntime(folder) {
  const { version, abi } = wantedElectron();
  return { kind: 'latest', version, folder, executable: join(folder, executableName()), napi: abi };
}

/** @param {string} folder @returns {Runtime} */
function fallbackRuntime(folder) {
  return {
    kind: 'fallback',
    version: FALLBACK.electron,
    folder,
    executable: join(folder, 'electron'),
    napi: FALLBACK.napi,
  };
}

/** @param {Runtime} runtime @param {string} why @returns {Runtime} */
function tell(runtime, why) {
  const warning =
    runtime.kind === 'fallback' ? ' (fallback; Electron 33 is out of support, for trying out only)' : '';
  say(`Electron ${runtime.version}${warning}: ${why}.`);
  return runtime;
}

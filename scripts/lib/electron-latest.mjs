import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { run } from './child.mjs';
import { root } from './paths.mjs';
import { megabytes, say } from './report.mjs';
import { unzip } from './unzip.mjs';

/** How long the first byte may take. A download that has begun is not cut off by it. */
const FIRST_BYTE_MS = 5_000;
const STALLED_MS = 60_000;

/** @returns {{ version: string, abi: number }} of the `electron` package this checkout depends on */
export function wantedElectron() {
  const require = createRequire(join(root, 'package.json'));
  const version = /** @type {{ version: string }} */ (require('electron/package.json')).version;
  return { version, abi: 10 };
}

/** @returns {string} where the executable lies within an unpacked download */
export function executableName(platform = process.platform) {
  if (platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron';
  return platform === 'win32' ? 'electron.exe' : 'electron';
}

/**
 * Downloads and unpacks the Electron of package.json, checked against the checksums its npm package carries.
 * The download runs in a process of its own: it can then be ended whatever it is waiting for.
 * @param {string} target an empty folder
 * @returns {Promise<string | undefined>} why it was not to be had, or undefined on success
 */
export async function downloadLatest(target) {
  const require = createRequire(join(root, 'node_modules/electron/package.json'));
  const getter = pathToFileURL(require.resolve('@electron/get')).href;
  /** @type {string | undefined} */
  let late;
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const abort = new AbortController();
  const expectWithin = (/** @type {number} */ ms, /** @type {string} */ reason) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      late = reason;
      abort.abort();
    }, ms);
  };
  let told = 0;
  let zip = '';
  expectWithin(FIRST_BYTE_MS, `no answer within ${FIRST_BYTE_MS / 1000} s`);
  const result = await run(
    process.execPath,
    [
      join(import.meta.dirname, 'electron-download.mjs'),
      getter,
      require.resolve('electron/package.json'),
      target,
    ],
    {
      signal: abort.signal,
      onOutput: (text) => {
        for (const line of text.split('\n')) {
          const [word, ...rest] = line.split(' ');
          if (word === 'zip') zip = rest.join(' ');
          if (word !== 'bytes') continue;
          expectWithin(STALLED_MS, `the download stalled for ${STALLED_MS / 1000} s`);
          const [transferred, total] = [Number(rest[0]), Number(rest[1])];
          if (Date.now() - told < 5_000) continue;
          say(`downloading Electron: ${megabytes(transferred)} of ${megabytes(total)}`);
          told = Date.now();
        }
      },
    },
  );
  clearTimeout(timer);
  if (late !== undefined) return late;
  if (result.code !== 0 || zip === '') {
    return result.output.trim().split('\n').at(-1)?.slice(0, 200) ?? 'the download failed';
  }
  await unzip(zip, target, (name) => name);
  return undefined;
}

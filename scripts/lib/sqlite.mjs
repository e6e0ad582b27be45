import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { compilerPackages } from '../debian-packages.mjs';
import { endProcessesIn, run, tail } from './child.mjs';
import { withLock } from './lock.mjs';
import { root, sharedCache } from './paths.mjs';
import { say, secondsSince, SetupError } from './report.mjs';
import { hashFile, readStamp, writeStamp } from './stamp.mjs';
import { ensureDebianPackages, findProgram } from './system-libraries.mjs';

/** The prebuilt files inside better-sqlite3 13 ask for this Node-API version; below it they crash the process. */
export const PREBUILT_NAPI = 10;

/** The build that Node-API 9 can load: see docs/decisions/0001-runtime.md. */
const CXXFLAGS = '-UNAPI_VERSION -DNAPI_EXPERIMENTAL -DNODE_API_EXPERIMENTAL_NOGC_ENV_OPT_OUT';

const packageFolder = join(root, 'node_modules/better-sqlite3');
const installed = join(packageFolder, 'build/Release/better_sqlite3.node');
const verifiedStamp = join(root, 'node_modules/.watchfloor-sqlite.json');

/**
 * Whether an own build is needed.
 * @param {readonly number[]} napiVersions of every runtime that will load the addon
 */
export function needsBuild(napiVersions) {
  return napiVersions.some((version) => version < PREBUILT_NAPI);
}

/**
 * Makes better-sqlite3 loadable in this Node and in the Electron in use.
 * @param {readonly number[]} napiVersions
 */
export async function ensureSqlite(napiVersions) {
  if (needsBuild([...napiVersions, Number(process.versions['napi'])])) await ensureBuilt();
}

/** @returns {Promise<boolean>} whether the addon in node_modules is one that was seen to work in this very Node */
async function isVerified() {
  const stamp = await readStamp(verifiedStamp);
  return stamp?.['node'] === process.version && stamp['sha256'] === (await hashFile(installed));
}

/** Notes which file was seen to work, so that the next start need not load it to know. */
async function noteVerified() {
  await writeStamp(verifiedStamp, { node: process.version, sha256: await hashFile(installed) });
}

async function ensureBuilt() {
  if (existsSync(installed) && (await isVerified())) return;
  await withLock(join(sharedCache(), 'sqlite.lock'), 'building better-sqlite3', async () => {
    if (existsSync(installed) && (await isVerified())) return;
    if (existsSync(installed) && (await loads(installed)) === undefined) return noteVerified();
    const kept = join(sharedCache(), await cacheName());
    if (existsSync(kept)) {
      const problem = await loads(kept);
      if (problem === undefined) say('better-sqlite3: taking the build from the cache');
      else {
        say(`better-sqlite3: the build in the cache is damaged, so it is made again (${problem})`);
        await rm(kept, { force: true });
      }
    }
    if (!existsSync(kept)) await build(kept);
    await place(kept, installed);
    const problem = await loads(installed);
    if (problem !== undefined) throw new SetupError(`better-sqlite3 was built but does not load: ${problem}`);
    await noteVerified();
  });
}

/** One build per package version and per set of headers it was compiled with. */
async function cacheName() {
  const { version } = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8'));
  return `better-sqlite3-${version}-${process.platform}-${process.arch}-node-${process.versions.node}.node`;
}

/**
 * Copies so that a reader sees the old file or the new one, never half of it.
 * @param {string} from
 * @param {string} to
 */
async function place(from, to) {
  await mkdir(dirname(to), { recursive: true });
  const partial = `${to}.${process.pid}.partial`;
  await copyFile(from, partial);
  await rename(partial, to);
}

/**
 * Loads the addon in a process of its own, as a wrong one takes its process down, and uses it.
 * @param {string} addon
 * @returns {Promise<string | undefined>} what is wrong with it
 */
async function loads(addon) {
  const program =
    `const Database = require(${JSON.stringify(packageFolder)});` +
    `const db = new Database(':memory:', { nativeBinding: ${JSON.stringify(addon)} });` +
    `if (db.prepare('select 40 + 2 as n').get().n !== 42) throw new Error('wrong answer');`;
  const result = await run(process.execPath, ['-e', program], { timeoutMs: 20_000 });
  if (result.code === 0) return undefined;
  return /^(?:\w*Error: .*)$/m.exec(result.output)?.[0] ?? `exit code ${result.code}`;
}

/** @returns {string | undefined} where this Node's own headers lie, if they came with it */
function headersPrefix() {
  const prefix = dirname(dirname(process.execPath));
  return existsSync(join(prefix, 'include/node/node_api.h')) ? prefix : undefined;
}

/**
 * Compiles in a copy of the package, so that an interrupted build leaves node_modules as it was.
 * @param {string} target
 */
async function build(target) {
  const started = Date.now();
  if (process.platform === 'linux' && !(await hasCompiler())) {
    await ensureDebianPackages(
      compilerPackages,
      'better-sqlite3 has to be compiled for this Node-API version.',
    );
  }
  say(`compiling better-sqlite3 (once; about a minute)…`);
  const work = `${target}.partial`;
  await endProcessesIn(work);
  await rm(work, { recursive: true, force: true });
  const copy = join(work, 'node_modules/better-sqlite3');
  await mkdir(dirname(copy), { recursive: true });
  await cp(packageFolder, copy, {
    recursive: true,
    filter: (path) => ![join(packageFolder, 'build'), join(packageFolder, 'prebuilds')].includes(path),
  });
  await cp(join(root, 'node_modules/node-addon-api'), join(work, 'node_modules/node-addon-api'), {
    recursive: true,
  });
  try {
    const prefix = headersPrefix();
    const args = ['rebuild', '--release', '--force_build=1', ...(prefix ? [`--nodedir=${prefix}`] : [])];
    const result = await run(
      process.execPath,
      [join(root, 'node_modules/node-gyp/bin/node-gyp.js'), ...args],
      {
        cwd: copy,
        // The compiler is a grandchild: only as a group can all of it be ended.
        detached: true,
        env: { ...process.env, CXXFLAGS: `${process.env['CXXFLAGS'] ?? ''} ${CXXFLAGS}`.trim() },
      },
    );
    if (result.code !== 0)
      throw new SetupError(`compiling better-sqlite3 failed:\n${tail(result.output, 25)}`);
    await place(join(copy, 'build/Release/better_sqlite3.node'), target);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  say(`better-sqlite3 compiled in ${secondsSince(started)}; it is kept in ${dirname(target)}`);
}

async function hasCompiler() {
  const programs = await Promise.all(['python3', 'make', 'g++'].map(findProgram));
  return programs.every(Boolean);
}

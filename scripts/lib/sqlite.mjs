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

/** The prebuilt files inside both packages ask for this Node-API version; below it they crash the process. */
export const PREBUILT_NAPI = 10;

/** The build that Node-API 9 can load: see docs/decisions/0001-runtime.md. */
const CXXFLAGS = '-UNAPI_VERSION -DNAPI_EXPERIMENTAL -DNODE_API_EXPERIMENTAL_NOGC_ENV_OPT_OUT';

/**
 * A package with SQLite in it: which one, and a question that only a sound one answers with 42.
 * @typedef {object} Addon
 * @property {string} name
 * @property {string} question
 * @property {string} stamp beside the packages: which file was seen to work
 */

/** @type {Addon} what every mirror is opened with that is not encrypted */
export const SQLITE = { name: 'better-sqlite3', question: 'select 40 + 2', stamp: '.watchfloor-sqlite.json' };

/** @type {Addon} the same with ciphers: loaded for encrypted mirrors only (docs/decisions/0008-encryption-at-rest.md) */
export const CIPHERS = {
  name: 'better-sqlite3-multiple-ciphers',
  question: 'select 40 + 2 where sqlite3mc_version() is not null',
  stamp: '.watchfloor-sqlite-ciphers.json',
};

/** @param {Addon} addon */
const packageOf = ({ name }) => join(root, 'node_modules', name);
/** @param {Addon} addon */
const installedOf = (addon) => join(packageOf(addon), 'build/Release/better_sqlite3.node');
/** @param {Addon} addon */
const stampOf = ({ stamp }) => join(root, 'node_modules', stamp);

/**
 * Whether an own build is needed.
 * @param {readonly number[]} napiVersions of every runtime that will load the addon
 */
export function needsBuild(napiVersions) {
  return napiVersions.some((version) => version < PREBUILT_NAPI);
}

/**
 * Makes an addon loadable in this Node and in the Electron in use.
 * @param {readonly number[]} napiVersions
 * @param {Addon} [addon]
 */
export async function ensureSqlite(napiVersions, addon = SQLITE) {
  if (needsBuild([...napiVersions, Number(process.versions['napi'])])) await ensureBuilt(addon);
}

/** @param {Addon} addon whether it was made for this Node once: then whoever asked for it wants to go on having it */
export async function isKept(addon) {
  return existsSync(join(sharedCache(), await cacheName(addon)));
}

/** @param {Addon} addon @returns {Promise<boolean>} whether the one in node_modules was seen to work in this very Node */
async function isVerified(addon) {
  const stamp = await readStamp(stampOf(addon));
  return stamp?.['node'] === process.version && stamp['sha256'] === (await hashFile(installedOf(addon)));
}

/** Notes which file was seen to work, so that the next start need not load it to know. @param {Addon} addon */
async function noteVerified(addon) {
  await writeStamp(stampOf(addon), { node: process.version, sha256: await hashFile(installedOf(addon)) });
}

/** @param {Addon} addon */
async function ensureBuilt(addon) {
  const { name } = addon;
  const installed = installedOf(addon);
  if (existsSync(installed) && (await isVerified(addon))) return;
  await withLock(join(sharedCache(), 'sqlite.lock'), `building ${name}`, async () => {
    if (existsSync(installed) && (await isVerified(addon))) return;
    if (existsSync(installed) && (await loads(addon, installed)) === undefined) return noteVerified(addon);
    const kept = join(sharedCache(), await cacheName(addon));
    if (existsSync(kept)) {
      const problem = await loads(addon, kept);
      if (problem === undefined) say(`${name}: taking the build from the cache`);
      else {
        say(`${name}: the build in the cache is damaged, so it is made again (${problem})`);
        await rm(kept, { force: true });
      }
    }
    if (!existsSync(kept)) await build(addon, kept);
    await place(kept, installed);
    const problem = await loads(addon, installed);
    if (problem !== undefined) throw new SetupError(`${name} was built but does not load: ${problem}`);
    await noteVerified(addon);
  });
}

/** One build per package version and per set of headers it was compiled with. @param {Addon} addon */
async function cacheName(addon) {
  const { version } = JSON.parse(await readFile(join(packageOf(addon), 'package.json'), 'utf8'));
  return `${addon.name}-${version}-${process.platform}-${process.arch}-node-${process.versions.node}.node`;
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
 * @param {Addon} addon
 * @param {string} file
 * @returns {Promise<string | undefined>} what is wrong with it
 */
async function loads(addon, file) {
  const program =
    `const Database = require(${JSON.stringify(packageOf(addon))});` +
    `const db = new Database(':memory:', { nativeBinding: ${JSON.stringify(file)} });` +
    `if (db.prepare(${JSON.stringify(addon.question)}).pluck().get() !== 42) throw new Error('wrong answer');`;
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
 * @param {Addon} addon
 * @param {string} target
 */
async function build(addon, target) {
  const { name } = addon;
  const packageFolder = packageOf(addon);
  const started = Date.now();
  if (process.platform === 'linux' && !(await hasCompiler())) {
    await ensureDebianPackages(compilerPackages, `${name} has to be compiled for this Node-API version.`);
  }
  say(`compiling ${name} (once; about a minute)…`);
  const work = `${target}.partial`;
  await endProcessesIn(work);
  await rm(work, { recursive: true, force: true });
  const copy = join(work, 'node_modules', name);
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
    if (result.code !== 0) throw new SetupError(`compiling ${name} failed:\n${tail(result.output, 25)}`);
    await place(join(copy, 'build/Release/better_sqlite3.node'), target);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  say(`${name} compiled in ${secondsSince(started)}; it is kept in ${dirname(target)}`);
}

async function hasCompiler() {
  const programs = await Promise.all(['python3', 'make', 'g++'].map(findProgram));
  return programs.every(Boolean);
}

import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire, Module } from 'node:module';
import { dirname, join } from 'node:path';
import { constants, Script } from 'node:vm';

/**
 * Runs a program that was bundled into one CommonJS file, compiled as it was the last time: compiling it is most of what
 * its start costs. What V8 compiled is kept in a folder of the profile under a name that says of which file and for which
 * V8; V8 itself refuses what does not fit, and then everything is compiled as usual.
 */
export interface CachedProgram {
  /** Keeps what is compiled by now, if nothing usable was there. Takes some milliseconds: for when nobody waits. */
  readonly keep: () => void;
}

/**
 * @param file the program
 * @param folder where compiled code is kept; null: nowhere
 * @param fresh what is kept is not used and replaced, because a start with it went wrong
 */
export function runCached(file: string, folder: string | null, fresh: boolean): CachedProgram {
  const source = readFileSync(file, 'utf8');
  const kept = folder === null ? null : join(folder, nameFor(file));
  const cachedData = kept === null || fresh ? undefined : read(kept);
  const script = new Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
    filename: file,
    ...(cachedData === undefined ? {} : { cachedData }),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const usable = cachedData !== undefined && script.cachedDataRejected !== true;
  const run = script.runInThisContext() as (...scope: readonly unknown[]) => void;
  const require = createRequire(file);
  const module = new Module(file);
  module.filename = file;
  // Files that are read later ask for this one: they get it instead of running it once more.
  require.cache[file] = module;
  run(module.exports, require, module, file, dirname(file));
  module.loaded = true;
  return {
    keep: () => {
      if (kept !== null && !usable) write(kept, script.createCachedData());
    },
  };
}

/** Another build of the file, or another V8, has another name. */
function nameFor(file: string): string {
  const { size, mtimeMs } = statSync(file);
  return [prefixOf(file), size.toString(36), Math.round(mtimeMs).toString(36), process.versions.v8].join('-');
}
const prefixOf = (file: string): string => file.slice(dirname(file).length + 1).replace(/\W/g, '_');

function read(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/** Whole or not at all, for the owner alone; code of other builds goes. A folder that cannot be written costs only time. */
function write(file: string, data: Buffer): void {
  const folder = dirname(file);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const prefix = file.slice(folder.length + 1).split('-')[0] ?? '';
    for (const name of readdirSync(folder)) {
      if (name.startsWith(`${prefix}-`)) rmSync(join(folder, name), { force: true });
    }
    const whole = `${file}.${String(process.pid)}`;
    writeFileSync(whole, data, { mode: 0o600 });
    renameSync(whole, file);
  } catch {
    // The next start tries again.
  }
}

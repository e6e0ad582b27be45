import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire, Module } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { constants, Script } from 'node:vm';

/**
 * Runs a program that was bundled into a few CommonJS files, compiled as they were the last time: compiling them is most of
 * what its start costs. What V8 compiled is kept in a folder of the profile under names that say of which file and for which
 * V8; V8 itself refuses what does not fit, and then everything is compiled as usual.
 */
export interface CachedProgram {
  /** Keeps what is compiled by now, if nothing usable was there. Takes some milliseconds: for when nobody waits. */
  readonly keep: () => void;
}

interface Part {
  readonly module: Module;
  readonly script: Script;
  /** Where what is compiled of it is kept; null: nowhere. */
  readonly kept: string | null;
  /** It was compiled the last time, and that could be used. */
  readonly usable: boolean;
}

/** How a file of the program asks for another one. */
const ANOTHER = /^\.\.?\/.*\.cjs$/;

/**
 * @param file the program
 * @param folder where compiled code is kept; null: nowhere
 * @param fresh what is kept is not used and replaced, because a start with it went wrong
 */
export function runCached(file: string, folder: string | null, fresh: boolean): CachedProgram {
  const parts = new Map<string, Part>();
  const run = (path: string): unknown => {
    const known = parts.get(path);
    if (known !== undefined) return known.module.exports;
    const part = compiled(path, folder, fresh);
    parts.set(path, part);
    const { module, script } = part;
    const own = createRequire(path);
    const require = Object.assign(
      (id: string): unknown => (ANOTHER.test(id) ? run(resolve(dirname(path), id)) : own(id)),
      own,
    );
    // Whoever else asks for this file gets it, instead of running it once more.
    own.cache[path] = module;
    const scope = script.runInThisContext() as (...names: readonly unknown[]) => void;
    try {
      scope(module.exports, require, module, path, dirname(path));
    } catch (error) {
      // As Node does: who asks again hears what is wrong, instead of getting half a module.
      parts.delete(path);
      Reflect.deleteProperty(own.cache, path);
      throw error;
    }
    module.loaded = true;
    return module.exports;
  };
  run(file);
  return {
    keep: () => {
      if (folder === null) return;
      const unkept = [...parts.values()].filter(({ usable }) => !usable);
      for (const { kept, script } of unkept) if (kept !== null) write(kept, script.createCachedData());
      if (unkept.length > 0) tidy(folder, new Set([...parts.keys()].map(nameFor)));
    },
  };
}

function compiled(path: string, folder: string | null, fresh: boolean): Part {
  const source = readFileSync(path, 'utf8');
  const kept = folder === null ? null : join(folder, nameFor(path));
  const cachedData = kept === null || fresh ? undefined : read(kept);
  const script = new Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
    filename: path,
    ...(cachedData === undefined ? {} : { cachedData }),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const module = new Module(path);
  module.filename = path;
  return { module, script, kept, usable: cachedData !== undefined && script.cachedDataRejected !== true };
}

/** Another build of the file, or another V8, has another name. */
function nameFor(file: string): string {
  const { size, mtimeMs } = statSync(file);
  const plain = file.slice(dirname(file).length + 1).replace(/\W/g, '_');
  return [plain, size.toString(36), Math.round(mtimeMs).toString(36), process.versions.v8].join('-');
}

function read(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/** Whole or not at all, for the owner alone. A folder that cannot be written costs only time. */
function write(file: string, data: Buffer): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const whole = `${file}.${String(process.pid)}`;
    writeFileSync(whole, data, { mode: 0o600 });
    renameSync(whole, file);
  } catch {
    // The next start tries again.
  }
}

/** Code of other builds goes. */
function tidy(folder: string, wanted: ReadonlySet<string>): void {
  try {
    for (const name of readdirSync(folder)) {
      if (!wanted.has(name)) rmSync(join(folder, name), { force: true });
    }
  } catch {
    // It is tidied up with the next build.
  }
}

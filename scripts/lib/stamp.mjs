import { createHash } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';

/**
 * Reads JSON that one of these scripts wrote. A missing or damaged file counts as absent: every stamp is
 * written last, so without a readable one the work is done again.
 * @param {string} file
 * @returns {Promise<Record<string, unknown> | undefined>}
 */
export async function readStamp(file) {
  try {
    const value = /** @type {unknown} */ (JSON.parse(await readFile(file, 'utf8')));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? /** @type {Record<string, unknown>} */ (value)
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Writes JSON so that a reader sees either the old file or the whole new one.
 * @param {string} file
 * @param {Record<string, unknown>} value
 */
export async function writeStamp(file, value) {
  await mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.partial`;
  await writeFile(temporary, `${JSON.stringify(value, null, 2)}\n`);
  await rename(temporary, file);
}

/** @param {string} file */
export async function removeStamp(file) {
  await rm(file, { force: true });
}

/** @param {string} file @returns {Promise<string | undefined>} sha256 in hex, undefined when unreadable */
export async function hashFile(file) {
  try {
    return createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
  } catch {
    return undefined;
  }
}

/**
 * Every file under a folder, as paths relative to it with forward slashes, sorted. A missing folder is empty.
 * @param {string} folder
 * @returns {Promise<string[]>}
 */
export async function listFiles(folder) {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
      .sort();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/**
 * One hash over names and contents of files and folders. Names count, so that a renamed file is noticed;
 * a path that does not exist counts as absent rather than as an error.
 * @param {string} base paths are relative to it
 * @param {readonly string[]} paths
 * @returns {Promise<string>} sha256 in hex
 */
export async function hashTree(base, paths) {
  const hash = createHash('sha256');
  for (const path of paths) {
    const absolute = join(base, path);
    const stat = await lstat(absolute).catch(() => undefined);
    const files = stat?.isDirectory() ? (await listFiles(absolute)).map((file) => `${path}/${file}`) : [path];
    for (const file of stat ? files : []) {
      hash.update(`${file}\0${(await hashFile(join(base, file))) ?? 'gone'}\n`);
    }
  }
  return hash.digest('hex');
}

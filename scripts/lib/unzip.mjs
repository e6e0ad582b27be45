import { createWriteStream } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

const FILE_TYPE = 0o170000;
const SYMLINK = 0o120000;

/**
 * Unpacks the entries of a zip that `place` gives a path for; all others are not even read. yauzl refuses
 * absolute names and names with "..".
 * @param {string} zip
 * @param {string} target folder
 * @param {(name: string) => string | undefined} place entry name to path below `target`; undefined leaves it out
 * @returns {Promise<number>} files written
 */
export async function unzip(zip, target, place) {
  const { openPromise } = await import('yauzl');
  const file = await openPromise(zip, { autoClose: true });
  let written = 0;
  for await (const entry of file.eachEntry()) {
    const path = entry.fileName.endsWith('/') ? undefined : place(entry.fileName);
    if (path === undefined) continue;
    const destination = join(target, path);
    const mode = entry.externalFileAttributes >>> 16;
    await mkdir(dirname(destination), { recursive: true });
    const content = await file.openReadStreamPromise(entry);
    if ((mode & FILE_TYPE) === SYMLINK) await symlink(await text(content), destination);
    else await pipeline(content, createWriteStream(destination, { mode: mode & 0o777 || 0o644 }));
    written += 1;
  }
  return written;
}

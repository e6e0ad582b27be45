import { join } from 'node:path';
import { listFiles } from './stamp.mjs';

/**
 * Source files below folders of a checkout, as paths from its root.
 * @param {string} root
 * @param {readonly string[]} folders
 * @returns {Promise<string[]>}
 */
export async function sourceFiles(root, folders) {
  const lists = await Promise.all(
    folders.map(async (folder) => (await listFiles(join(root, folder))).map((file) => `${folder}/${file}`)),
  );
  return lists.flat().filter((file) => /\.(?:ts|tsx|mjs|cjs|js|css)$/.test(file));
}

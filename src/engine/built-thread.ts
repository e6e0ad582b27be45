import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * The program of a thread, which lies beside the program that starts it; null where nothing was built.
 * @param from `import.meta.url` of whoever starts it
 */
export function builtThread(name: string, from: string): string | null {
  for (const place of [`./${name}.js`, `../${name}.js`]) {
    const url = new URL(place, from);
    if (url.protocol === 'file:' && existsSync(url)) return fileURLToPath(url);
  }
  return null;
}

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder above `from` that holds `out` and `package.json`: a checkout, or the packaged app's folder. */
export function rootOf(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (dirname(folder) === folder) return from;
  }
}

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Log } from '#shared/domain/log.ts';
import { Control } from './config.ts';

/** Follows `control.json`: looks at the file's time whenever asked, and reads it when that changed. */
export class ControlFile {
  readonly #path: string;
  readonly #log: Log;
  #seen = '';

  constructor(dir: string, log: Log) {
    this.#path = join(dir, 'control.json');
    this.#log = log;
  }

  /** New wishes, or null when there is nothing new. A file that cannot be understood is reported once and ignored. */
  poll(): Control | null {
    const stat = statSync(this.#path, { throwIfNoEntry: false });
    const seen = stat === undefined ? 'absent' : `${String(stat.mtimeMs)}/${String(stat.size)}`;
    if (seen === this.#seen) return null;
    this.#seen = seen;
    if (stat === undefined) return {};
    try {
      return Control.parse(JSON.parse(readFileSync(this.#path, 'utf8')));
    } catch (error) {
      const problem = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
      this.#log.warn(`${this.#path} is ignored: ${problem}; expected for example {"rate": 50}`);
      return null;
    }
  }
}

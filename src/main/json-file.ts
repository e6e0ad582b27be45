import { copyFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { z } from 'zod';
import type { Log } from '#shared/domain/log.ts';

/** Each file is read once, when the program starts: compiling its schema would take longer than it saves. */
const ONCE = { jitless: true } as const;

export interface JsonFile<T> {
  readonly get: () => T;
  /** Writes the file whole. */
  readonly set: (value: T) => void;
}

/**
 * A value in a JSON file, read once. A file that cannot be read is kept beside itself as `.unreadable` and `otherwise`
 * is used, so that a damaged file neither stops the start nor is lost.
 */
export function openJsonFile<S extends z.ZodType>(
  file: string,
  schema: S,
  otherwise: z.output<S>,
  log: Log,
): JsonFile<z.output<S>> {
  let current = read(file, schema, otherwise, log);
  return {
    get: () => current,
    set: (value) => {
      current = value;
      const temporary = `${file}.new`;
      writeFileSync(temporary, `${JSON.stringify(current, null, 2)}\n`, { mode: 0o600 });
      renameSync(temporary, file);
    },
  };
}

function read<S extends z.ZodType>(file: string, schema: S, otherwise: z.output<S>, log: Log): z.output<S> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
  try {
    return schema.parse(JSON.parse(text), ONCE);
  } catch (error) {
    copyFileSync(file, `${file}.unreadable`);
    log.warn('a file of the profile could not be read; the defaults are used and the old file is kept', {
      file,
      kept: `${file}.unreadable`,
      problem: error instanceof Error ? error.message : String(error),
    });
    return otherwise;
  }
}

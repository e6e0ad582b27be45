import { existsSync, readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '#shared/domain/log.ts';
import { failure, success, type Result } from '#shared/domain/result.ts';
import { HeadsFile } from '#shared/journal/entry.ts';

/** Beside the database, so that a database that was cut or exchanged for an older one shows by itself. */
export const localHeadFile = (profile: string): string => join(profile, 'journal-head.json');

const SOON_MS = 500;

export interface HeadKeeper {
  /** Writes the head soon, once its transaction is over. */
  soon(): void;
  /** Resolves when the last head is written. */
  stop(): Promise<void>;
}
export function keepHead(profile: string, read: () => HeadsFile | null, log: Log): HeadKeeper {
  const file = localHeadFile(profile);
  let timer: NodeJS.Timeout | null = null;
  let due = false;
  let stopped = false;
  let writing: Promise<void> = Promise.resolve();
  /** One after another, so that no older head comes after a newer one. */
  const write = (): void => {
    timer = null;
    due = false;
    const heads = read();
    if (heads === null) return;
    writing = writing
      .then(async () => {
        await writeFile(`${file}.new`, JSON.stringify(heads), { mode: 0o600 });
        await rename(`${file}.new`, file);
      })
      .catch(warn);
  };
  const warn = (error: unknown): void => {
    log.warn('the head of the journal was not written beside the database', { error: String(error) });
  };
  const tryWrite = (): void => {
    try {
      write();
    } catch (error) {
      warn(error);
    }
  };
  return {
    soon: () => {
      if (stopped) return;
      due = true;
      timer ??= setTimeout(tryWrite, SOON_MS);
    },
    stop: async () => {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      if (due) tryWrite();
      await writing;
    },
  };
}

/** Reads a file of heads. */
export function parseHeads(text: string, name: string): Result<HeadsFile> {
  try {
    const parsed = HeadsFile.safeParse(JSON.parse(text));
    if (parsed.success) return success(parsed.data);
  } catch {
    // Said below.
  }
  return failure({
    code: 'NOT_HEADS',
    message: `${name} is no file of journal heads.`,
    advice: 'Choose a file that “Export heads” or “watchfloor verify --export-heads” wrote.',
  });
}

/** The head kept beside the database; null when there is none yet, `damaged` when it is there and cannot be read. */
export function readLocalHead(profile: string): HeadsFile | 'damaged' | null {
  const file = localHeadFile(profile);
  if (!existsSync(file)) return null;
  try {
    const parsed = parseHeads(readFileSync(file, 'utf8'), file);
    return parsed.ok ? parsed.value : 'damaged';
  } catch {
    return 'damaged';
  }
}

import { copyFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Log } from '#shared/domain/log.ts';
import { Settings, type SettingsChanges } from '#shared/ipc/main-contract.ts';

export interface SettingsFile {
  get(): Settings;
  /** Changes some settings, keeps the rest, writes the file whole. Returns all of them. */
  put(changes: SettingsChanges): Settings;
}

/**
 * Settings in one JSON file. A file that cannot be read is kept beside itself as `.unreadable` and the defaults
 * are used, so that a damaged file neither stops the start nor is lost.
 */
export function openSettings(file: string, log: Log): SettingsFile {
  let current = read(file, log);
  return {
    get: () => current,
    put: (changes) => {
      current = Settings.parse({ ...current, ...changes });
      const temporary = `${file}.new`;
      writeFileSync(temporary, `${JSON.stringify(current, null, 2)}\n`, { mode: 0o600 });
      renameSync(temporary, file);
      return current;
    },
  };
}

function read(file: string, log: Log): Settings {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return Settings.parse({});
  }
  try {
    return Settings.parse(JSON.parse(text));
  } catch (error) {
    copyFileSync(file, `${file}.unreadable`);
    log.warn('settings could not be read; the defaults are used and the old file is kept', {
      file,
      kept: `${file}.unreadable`,
      problem: error instanceof Error ? error.message : String(error),
    });
    return Settings.parse({});
  }
}

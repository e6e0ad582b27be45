import type { Log } from '#shared/domain/log.ts';
import { Settings, type SettingsChanges } from '#shared/ipc/main-contract.ts';
import { openJsonFile } from './json-file.ts';

export interface SettingsFile {
  get(): Settings;
  /** Changes some settings, keeps the rest, writes the file whole. Returns all of them. */
  put(changes: SettingsChanges): Settings;
}

/** Settings in one JSON file. */
export function openSettings(file: string, log: Log): SettingsFile {
  // Read once, when the program starts: compiling the schema would take longer than it saves.
  const kept = openJsonFile(file, Settings, Settings.parse({}, { jitless: true }), log);
  return {
    get: kept.get,
    put: (changes) => {
      kept.set(Settings.parse({ ...kept.get(), ...changes }));
      return kept.get();
    },
  };
}

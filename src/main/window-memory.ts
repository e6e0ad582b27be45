import { z } from 'zod';
import type { Log } from '#shared/domain/log.ts';
import { WindowMemory } from '#shared/ipc/window-memory.ts';
import { openJsonFile } from './json-file.ts';

/** Windows beyond this many remember nothing. */
const MOST_WINDOWS = 20;
const WindowsFile = z.record(z.string().regex(/^\d{1,2}$/), WindowMemory);

/** What each window remembers. A window takes the first place that no other window has. */
export interface WindowMemories {
  /** The places of the windows that were open when the program ended, at least one. */
  readonly openBefore: readonly number[];
  /** The first place that is free; null when there are too many windows. */
  take(): number | null;
  get(place: number | null): WindowMemory;
  put(place: number | null, changes: WindowMemory): void;
  /** The window is gone: its place is free, what it remembered stays. */
  free(place: number | null): void;
}

export function openWindowMemories(file: string, log: Log): WindowMemories {
  const kept = openJsonFile(file, WindowsFile, {}, log);
  const taken = new Set<number>();
  const before = Object.entries(kept.get())
    .filter(([, { open }]) => open === true)
    .map(([place]) => Number(place))
    .toSorted((a, b) => a - b);
  return {
    openBefore: before.length === 0 ? [1] : before,
    take: () => {
      for (let place = 1; place <= MOST_WINDOWS; place += 1) {
        if (taken.has(place)) continue;
        taken.add(place);
        return place;
      }
      return null;
    },
    get: (place) => (place === null ? {} : (kept.get()[String(place)] ?? {})),
    put: (place, changes) => {
      if (place === null) return;
      const all = kept.get();
      try {
        kept.set({ ...all, [String(place)]: { ...all[String(place)], ...changes } });
      } catch (error) {
        // A full disk must keep nobody from closing a window or the program.
        log.warn('what a window remembers could not be written', { file, problem: String(error) });
      }
    },
    free: (place) => {
      if (place !== null) taken.delete(place);
    },
  };
}

/** Characters of texts that are kept, in two halves. */
const MOST_CHARACTERS = 40_000_000;
/** What an entry takes besides its characters. */
const OVERHEAD = 64;

/** Texts of memories that were read or written lately: reading one from the mirror takes longer than all else about it. */
export interface RecentTexts {
  get(kind: string, id: string): string | undefined;
  set(kind: string, id: string, text: string): void;
  delete(kind: string, id: string): void;
}

export function createRecentTexts(most = MOST_CHARACTERS): RecentTexts {
  let [fresh, old] = [new Map<string, string>(), new Map<string, string>()];
  let characters = 0;
  const keyOf = (kind: string, id: string): string => `${kind} ${id}`;
  const put = (key: string, text: string): void => {
    const before = fresh.get(key);
    characters += text.length + (before === undefined ? key.length + OVERHEAD : -before.length);
    fresh.set(key, text);
    if (characters < most / 2) return;
    // Whatever was not used while half of the room was filled is let go of.
    old = fresh;
    fresh = new Map();
    characters = 0;
  };
  return {
    get(kind, id) {
      const key = keyOf(kind, id);
      const found = fresh.get(key);
      if (found !== undefined) return found;
      const older = old.get(key);
      if (older !== undefined) {
        old.delete(key);
        put(key, older);
      }
      return older;
    },
    set(kind, id, text) {
      const key = keyOf(kind, id);
      old.delete(key);
      put(key, text);
    },
    delete(kind, id) {
      const key = keyOf(kind, id);
      const before = fresh.get(key);
      if (before !== undefined) characters -= before.length + key.length + OVERHEAD;
      fresh.delete(key);
      old.delete(key);
    },
  };
}

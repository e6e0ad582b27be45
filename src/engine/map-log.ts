import type { Touched } from './mirror/ask-watch.ts';

/** Touched sessions kept; a window that asks after more of them gets the whole map instead. */
const KEPT = 50_000;

interface Entry {
  readonly revision: number;
  readonly connection: number;
  readonly ids: readonly string[];
}

/** Which sessions were written lately, so that a map can be told of these only. Forgotten when the engine ends. */
export interface MapLog {
  readonly revision: () => number;
  /** `ids` null: more than can be named (a snapshot, an environment removed). */
  note(connection: number, ids: readonly string[] | null): void;
  /** Sessions touched after a revision, each once; null when that is no longer known. */
  since(revision: number): Touched | null;
}

export function createMapLog(kept = KEPT): MapLog {
  let revision = 0;
  /** Revisions up to this are no longer known. */
  let forgotten = 0;
  let held = 0;
  let entries: Entry[] = [];
  return {
    revision: () => revision,
    note: (connection, ids) => {
      revision += 1;
      if (ids === null) {
        entries = [];
        held = 0;
        forgotten = revision;
        return;
      }
      entries.push({ revision, connection, ids });
      held += ids.length;
      while (held > kept) {
        const oldest = entries.shift();
        if (oldest === undefined) break;
        held -= oldest.ids.length;
        forgotten = oldest.revision;
      }
    },
    since: (after) => {
      if (after < forgotten || after > revision) return null;
      const seen = new Map<string, readonly [number, string]>();
      for (const entry of entries) {
        if (entry.revision <= after) continue;
        for (const id of entry.ids) seen.set(`${String(entry.connection)} ${id}`, [entry.connection, id]);
      }
      return [...seen.values()];
    },
  };
}

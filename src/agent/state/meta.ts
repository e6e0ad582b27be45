import type { Db } from './database.ts';

/** Small named values of the agent's database. */
export interface Meta {
  get(key: string): string | null;
  set(key: string, value: string): void;
  delete(key: string): void;
}

export function createMeta(db: Db): Meta {
  const read = db.prepare<[string], { value: string }>('SELECT value FROM meta WHERE key = ?');
  const write = db.prepare(
    'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  );
  const remove = db.prepare('DELETE FROM meta WHERE key = ?');
  return {
    get: (key) => read.get(key)?.value ?? null,
    set: (key, value) => void write.run(key, value),
    delete: (key) => void remove.run(key),
  };
}

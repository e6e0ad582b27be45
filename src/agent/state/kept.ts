import type { KeptValues } from '../stores/store-kind.ts';
import type { Db } from './database.ts';

/** Named values of the store's adapter. */
export function createKept(db: Db): KeptValues {
  const one = db.prepare<[string], { value: string }>('SELECT value FROM kept WHERE name = ?');
  const put = db.prepare(
    'INSERT INTO kept (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  );
  const putAll = db.transaction((entries: ReadonlyMap<string, string>) => {
    for (const [name, value] of entries) put.run(name, value);
  });
  return {
    get: (name) => one.get(name)?.value ?? null,
    putAll: (entries) => {
      if (entries.size > 0) putAll.immediate(entries);
    },
  };
}

import { z } from 'zod';
import type { ReadableDb, WritableDb } from '../mirror/database.ts';
import type { HandedOut } from '../mirror/dictionaries.ts';

/** What is kept once and named by rows of other tables through integers in columns called like this. */
const DICTIONARIES = {
  address: /^(?:.*_)?address$/,
  device: /^(?:.*_)?device$/,
} as const;
export type Dictionary = keyof typeof DICTIONARIES;
export const SWEPT = Object.keys(DICTIONARIES) as readonly Dictionary[];

const Column = z.object({ table: z.string(), column: z.string() });
/** Rows of a large table looked at in one step. */
const RANGE = 100_000;
const STEP = 1_000;

/** Columns with integers of a dictionary, in whatever tables there are. */
function namingColumns(db: ReadableDb, dictionary: Dictionary): readonly z.infer<typeof Column>[] {
  return db
    .prepare(
      `SELECT t.name AS "table", c.name AS "column" FROM pragma_table_list t, pragma_table_xinfo(t.name) c
       WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT GLOB 'sqlite_*' AND c.type = 'INTEGER'`,
    )
    .all()
    .map((row) => Column.parse(row))
    .filter(({ table, column }) => table !== dictionary && DICTIONARIES[dictionary].test(column));
}

/** The key by which a large table can be read in ranges. */
const rangeOf = (table: string): string | null =>
  table === 'session' ? 'key' : table === 'observation' ? 'session' : null;

/**
 * The steps that find and delete the entries of a dictionary that no row names any more; each small, in a transaction
 * of its own, repeatable. After each one whoever remembers entries has to forget them.
 */
export function* sweepSteps(
  db: WritableDb,
  dictionary: Dictionary,
  // What ingest is given while the sweep goes on: it may be in rows that were already passed.
  handedOut: HandedOut,
): Generator<() => void> {
  const kept = `temp.kept_${dictionary}`;
  let most = 0;
  yield () => {
    db.exec(`DROP TABLE IF EXISTS ${kept}; CREATE TABLE ${kept} (key INTEGER PRIMARY KEY)`);
    most = Number(db.prepare(`SELECT coalesce(max(key), 0) FROM ${dictionary}`).pluck().get());
  };
  for (const { table, column } of namingColumns(db, dictionary)) {
    const range = rangeOf(table);
    const keep = `INSERT OR IGNORE INTO ${kept} SELECT DISTINCT "${column}" FROM "${table}" WHERE "${column}" IS NOT NULL`;
    if (range === null) {
      yield () => {
        // A segment may have been dropped since the columns were listed.
        if (exists(db, table)) db.exec(keep);
      };
      continue;
    }
    const last = Number(db.prepare(`SELECT coalesce(max(${range}), 0) FROM ${table}`).pluck().get());
    for (let from = 0; from <= last; from += RANGE) {
      yield () => {
        db.prepare(`${keep} AND ${range} >= ? AND ${range} < ?`).run(from, from + RANGE);
      };
    }
  }
  let after = 0;
  for (;;) {
    const state = { done: false };
    const from = after;
    yield () => {
      const found = db
        .prepare(
          `SELECT key FROM ${dictionary} WHERE key > ? AND key <= ? AND key NOT IN (SELECT key FROM ${kept})
           ORDER BY key LIMIT ?`,
        )
        .pluck()
        .all(from, most, STEP)
        .map(Number);
      const unused = found.filter((key) => !handedOut[dictionary].has(key));
      db.prepare(`DELETE FROM ${dictionary} WHERE key IN (SELECT value FROM json_each(?))`).run(
        JSON.stringify(unused),
      );
      after = found.at(-1) ?? most;
      state.done = found.length < STEP;
    };
    if (state.done) break;
  }
  yield () => {
    db.exec(`DROP TABLE IF EXISTS ${kept}`);
  };
}

const exists = (db: ReadableDb, table: string): boolean =>
  db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(table) !== undefined;

const Handle = z.object({ key: z.number(), connection: z.number() });
const HANDLES = 200;

/**
 * The steps that delete session ids that no session, event or detection names. Each asks every segment of the id's
 * connection, by its index where it is sealed.
 */
export function* handleSteps(db: WritableDb): Generator<() => void> {
  let after = 0;
  for (;;) {
    const state = { done: false };
    const from = after;
    yield () => {
      const found = db
        .prepare(
          `SELECT h.key, h.connection FROM handle h LEFT JOIN session s ON s.key = h.key
           WHERE h.key > ? AND s.key IS NULL AND NOT EXISTS (SELECT 1 FROM detection d WHERE d.session = h.key)
           ORDER BY h.key LIMIT ?`,
        )
        .all(from, HANDLES)
        .map((row) => Handle.parse(row));
      const named = new Set<number>();
      const segments = db.prepare('SELECT DISTINCT segment FROM audit_part').pluck().all();
      const list = JSON.stringify(found.map(({ key }) => key));
      for (const segment of segments) {
        const keys = db
          .prepare(
            `SELECT DISTINCT session FROM audit_${String(segment)} WHERE session IN (SELECT value FROM json_each(?))`,
          )
          .pluck()
          .all(list);
        for (const key of keys) named.add(Number(key));
      }
      const unused = found.filter(({ key }) => !named.has(key)).map(({ key }) => key);
      db.prepare('DELETE FROM handle WHERE key IN (SELECT value FROM json_each(?))').run(
        JSON.stringify(unused),
      );
      after = found.at(-1)?.key ?? from;
      state.done = found.length < HANDLES;
    };
    if (state.done) return;
  }
}

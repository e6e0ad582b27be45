import { z } from 'zod';
import type { AccountId, ConnectionId } from '#shared/domain/ids.ts';
import type { Erased } from '#shared/ipc/mirror-contract.ts';
import { forgetLogged } from '../detections/event-log.ts';
import { forgetAccount, forgetSessions } from '../detections/memory-writer.ts';
import { packChanger } from '../detections/packs.ts';
import { segmentTable } from '../mirror/audit-segments.ts';
import type { ReadableDb, WritableDb } from '../mirror/database.ts';
import { deleteEvents } from '../mirror/delete-events.ts';
import { removeSessions } from './delete-step.ts';
import { ordinaryTables, REMEMBERED, tablesWith, textColumns } from './person-tables.ts';

/** Somebody, as the mirror knows them: their accounts, and the texts by which they are named elsewhere. */
export interface PersonRows {
  readonly accounts: readonly number[];
  /** Names, addresses of mail, and ids that are long enough to mean nobody else. */
  readonly texts: readonly string[];
  /** Account ids by connection, for columns that hold ids as texts. */
  readonly ids: readonly { readonly connection: number; readonly id: string }[];
}

const Found = z.object({
  key: z.number(),
  connection: z.number(),
  name: z.string(),
  email: z.string().nullable(),
});
/** A shorter id, or a number, is found in texts that have nothing to do with anybody. */
const LEAST_ID = 8;
const LEAST_TEXT = 3;

/** Looks a person's accounts up; accounts that the mirror does not know are left out. */
export function findPerson(
  db: ReadableDb,
  accounts: readonly { readonly connection: ConnectionId; readonly id: AccountId }[],
): PersonRows {
  const find = db.prepare(
    `SELECT a.key, a.connection, a.name, a.email FROM account a JOIN connection c ON c.key = a.connection
     WHERE c.id = ? AND a.id = ?`,
  );
  const keys: number[] = [];
  const ids: { connection: number; id: string }[] = [];
  const texts = new Set<string>();
  for (const { connection, id } of accounts) {
    const row = find.get(connection, id);
    if (row === undefined) continue;
    const found = Found.parse(row);
    keys.push(found.key);
    ids.push({ connection: found.connection, id });
    const former = db
      .prepare('SELECT DISTINCT name FROM account_change WHERE account = ?')
      .pluck()
      .all(found.key);
    for (const text of [found.name, found.email, ...former.map(String)]) {
      if (text !== null && text.length >= LEAST_TEXT) texts.add(text);
    }
    if (id.length >= LEAST_ID && !/^\d+$/.test(id)) texts.add(id);
  }
  return { accounts: keys, texts: [...texts], ids };
}

/** What notes about accounts and their sessions are filed under; the parameter is a list of their keys. */
export const SUBJECTS = `WITH theirs AS MATERIALIZED (SELECT value FROM json_each(?))
  SELECT 'person/' || c.id || '/' || a.id FROM theirs j
    JOIN account a ON a.key = j.value JOIN connection c ON c.key = a.connection
  UNION ALL SELECT 'session/' || c.id || '/' || h.id FROM theirs j
    JOIN session s ON s.account = j.value JOIN handle h ON h.key = s.key JOIN connection c ON c.key = s.connection`;
/** A finding about several people keeps the others. */
const OUT_OF_LISTS = `UPDATE detection SET users =
    (SELECT json_group_array(value) FROM json_each(detection.users) WHERE value <> @id)
  WHERE connection = @connection AND EXISTS (SELECT 1 FROM json_each(detection.users) WHERE value = @id)`;

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
const STRUCK = '[erased]';

/** Strikes a person's texts out of another one, as whole words, whatever their case. */
export function striker(texts: readonly string[]): (text: string) => string {
  if (texts.length === 0) return (text) => text;
  const longest = [...texts].sort((a, b) => b.length - a.length).map(escaped);
  const pattern = new RegExp(String.raw`(?<![\p{L}\p{N}])(?:${longest.join('|')})(?![\p{L}\p{N}])`, 'giu');
  return (text) => text.replaceAll(pattern, STRUCK);
}

const STEP = 2_000;

/** What detections remember. It is held in memory too, from where it would come back. */
export interface Memories {
  /** Writes it down and holds nothing; in the transaction under way. */
  letGo(): void;
  /** Goes on with what `letGo` interrupted. */
  resume(): void;
}

/**
 * The steps that delete a person: each in a transaction of its own, repeatable. First what is about them, then their
 * names in what is about others, in every table there is; the journal, which may not be changed, is counted.
 */
export function* eraseSteps(
  db: WritableDb,
  person: PersonRows,
  done: { -readonly [K in keyof Erased]: number },
  memories: Pick<Memories, 'letGo'>,
): Generator<() => void> {
  const accounts = JSON.stringify(person.accounts);
  const strike = striker(person.texts);
  db.function('strike_out', { deterministic: true }, (text: unknown) =>
    typeof text === 'string' ? strike(text) : null,
  );

  const names = (): readonly number[] =>
    db
      .prepare('SELECT key FROM word WHERE lower(text) IN (SELECT lower(value) FROM json_each(?))')
      .pluck()
      .all(JSON.stringify(person.texts))
      .map(Number);
  const about = {
    sql: `(e.account IN (SELECT value FROM json_each(@accounts))
      OR (e.account IS NULL AND e.account_name IN (SELECT value FROM json_each(@names))))`,
    bound: { accounts, names: JSON.stringify(names()) },
  };
  const segments = (): readonly number[] =>
    db.prepare('SELECT number FROM audit_segment ORDER BY number').pluck().all().map(Number);
  for (const number of segments()) {
    const left = { more: true };
    while (left.more) {
      yield () => {
        const gone = deleteEvents(db, number, about, STEP);
        done.events += gone;
        left.more = gone === STEP;
      };
    }
  }
  const notesGo = (): void => {
    db.prepare(`DELETE FROM note WHERE subject IN (${SUBJECTS})`).run(accounts);
  };
  // As long as it is known which sessions were theirs.
  yield notesGo;
  const sessions = { more: true };
  while (sessions.more) {
    yield () => {
      const keys = db
        .prepare('SELECT key FROM session WHERE account IN (SELECT value FROM json_each(?)) LIMIT ?')
        .pluck()
        .all(accounts, STEP)
        .map(Number);
      if (keys.length > 0) {
        memories.letGo();
        forgetSessions(db, keys);
        removeSessions(db, keys);
        // What is about others as well stays, without the id of a session that is gone.
        db.prepare(
          'UPDATE detection SET session = NULL WHERE session IN (SELECT value FROM json_each(?))',
        ).run(JSON.stringify(keys));
      }
      done.sessions += keys.length;
      sessions.more = keys.length === STEP;
    };
  }
  yield () => {
    db.prepare('UPDATE session SET via = NULL WHERE via IN (SELECT value FROM json_each(?))').run(accounts);
    db.prepare('UPDATE OR REPLACE observation SET via = 0 WHERE via IN (SELECT value FROM json_each(?))').run(
      accounts,
    );
    // A later account may be given the same key: nobody may be joined with it for what was decided about this one.
    db.prepare('DELETE FROM identity_decision WHERE other IN (SELECT value FROM json_each(?))').run(accounts);
    notesGo();
    // The account last: its deletion takes what others hold under its key with it.
    for (const table of tablesWith(db, 'account', 'INTEGER')) {
      db.prepare(`DELETE FROM "${table}" WHERE account IN (SELECT value FROM json_each(?))`).run(accounts);
    }
    db.exec('DELETE FROM triage_item WHERE detection NOT IN (SELECT key FROM detection)');
    done.accounts += db
      .prepare('DELETE FROM account WHERE key IN (SELECT value FROM json_each(?))')
      .run(accounts).changes;
  };

  for (const number of segments()) {
    yield () => {
      const table = segmentTable(number);
      const ids = db.prepare(`UPDATE ${table} SET actor_id = NULL WHERE connection = ? AND actor_id = ?`);
      for (const { connection, id } of person.ids) done.struckOut += ids.run(connection, id).changes;
      done.struckOut += strikeOut(db, table, person.texts);
      // The index of words keeps what it has indexed until it is made anew.
      if (hasTable(db, `${table}_words`)) {
        db.exec(`INSERT INTO ${table}_words (${table}_words) VALUES ('rebuild')`);
      }
    };
  }
  yield () => {
    memories.letGo();
    for (const { connection, id } of person.ids) {
      forgetAccount(db, connection, id);
      forgetLogged(db, connection, id);
      done.struckOut += db.prepare(OUT_OF_LISTS).run({ connection, id }).changes;
    }
    for (const table of REMEMBERED) done.struckOut += strikeOut(db, table, person.texts);
  };
  const lastMemory = Number(db.prepare('SELECT max(key) FROM detector_entity').pluck().get() ?? 0);
  for (let key = 0; key <= lastMemory; key += MEMORIES) {
    yield () => {
      // It may have been worked with since the last step.
      memories.letGo();
      done.struckOut += strikePacked(db, strike, key);
    };
  }
  for (const table of ordinaryTables(db)) {
    yield () => {
      if (table === 'journal') done.leftInJournal = countNaming(db, table, person.texts);
      else
        done.struckOut +=
          table === 'word' ? strikeWords(db, person.texts) : strikeOut(db, table, person.texts);
    };
  }
  yield () => {
    for (const table of db
      .prepare("SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL TABLE%' AND name GLOB '*_text'")
      .pluck()
      .all()) {
      db.exec(`INSERT INTO "${String(table)}" ("${String(table)}") VALUES ('rebuild')`);
    }
  };
}

const hasTable = (db: ReadableDb, name: string): boolean =>
  db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(name) !== undefined;

/** A quick look first (SQLite's own, ASCII case ignored), then the exact one. */
const naming = (column: string): string =>
  `EXISTS (SELECT 1 FROM json_each(@texts) WHERE instr(lower("${column}"), lower(value)) > 0)
   AND strike_out("${column}") <> "${column}"`;

function strikeOut(db: WritableDb, table: string, texts: readonly string[]): number {
  if (texts.length === 0) return 0;
  return textColumns(db, table).reduce(
    (sum, column) =>
      sum +
      db
        .prepare(
          `UPDATE OR IGNORE "${table}" SET "${column}" = strike_out("${column}") WHERE ${naming(column)}`,
        )
        .run({ texts: JSON.stringify(texts) }).changes,
    0,
  );
}

/** Memories looked through at once. */
const MEMORIES = 5_000;
const Packed = z.object({ key: z.number(), kind: z.string(), packed: z.instanceof(Buffer) });

/** Strikes out what is named in memories that are bytes. */
function strikePacked(db: WritableDb, strike: (text: string) => string, from: number): number {
  const change = packChanger(strike);
  const write = db.prepare('UPDATE detector_entity SET packed = ? WHERE key = ?');
  let struck = 0;
  const rows = db
    .prepare(
      'SELECT key, kind, packed FROM detector_entity WHERE key >= ? AND key < ? AND packed IS NOT NULL',
    )
    .all(from, from + MEMORIES);
  for (const row of rows) {
    const { key, kind, packed } = Packed.parse(row);
    const changed = change(kind, packed);
    if (changed !== null) struck += write.run(changed, key).changes;
  }
  return struck;
}

/** Words are unique, and their search index knows only of words that come and go. */
function strikeWords(db: WritableDb, texts: readonly string[]): number {
  if (texts.length === 0) return 0;
  const Word = z.object({ key: z.number(), text: z.string() });
  const found = db
    .prepare(`SELECT key, strike_out(text) AS text FROM word WHERE ${naming('text')}`)
    .all({ texts: JSON.stringify(texts) })
    .map((row) => Word.parse(row));
  for (const { key, text } of found) {
    db.prepare('DELETE FROM word WHERE key = ?').run(key);
    db.prepare('INSERT INTO word (key, text) VALUES (?, ?)').run(key, `${text} (${String(key)})`);
  }
  return found.length;
}

const countNaming = (db: ReadableDb, table: string, texts: readonly string[]): number =>
  texts.length === 0
    ? 0
    : Number(
        db
          .prepare(`SELECT count(*) FROM "${table}" WHERE ${textColumns(db, table).map(naming).join(' OR ')}`)
          .pluck()
          .get({ texts: JSON.stringify(texts) }),
      );

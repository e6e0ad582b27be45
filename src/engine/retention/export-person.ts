import { closeSync, openSync, writeSync } from 'node:fs';
import { segmentTable } from '../mirror/audit-segments.ts';
import type { ReadableDb } from '../mirror/database.ts';
import type { PersonRows } from './erase.ts';
import { otherRecords } from './other-records.ts';
import { accountRecords, eventRecords, sessionRecords } from './records.ts';

const STEP = 1_000;

/**
 * Writes everything about a person, a JSON object a line, into a file of their own that must not exist yet; yields
 * between small steps and returns how many rows. Events that only mention them are theirs too, marked as such, and so is
 * what any other table holds about them: what erasing would delete or change, and the journal, which it would not.
 */
export function* exportPerson(
  db: ReadableDb,
  person: PersonRows,
  file: string,
): Generator<undefined, number> {
  const handle = openSync(file, 'wx', 0o600);
  let rows = 0;
  const put = (records: readonly unknown[], extra: object = {}): void => {
    for (const record of records)
      writeSync(handle, `${JSON.stringify({ ...(record as object), ...extra })}\n`);
    rows += records.length;
  };
  try {
    const accounts = JSON.stringify(person.accounts);
    put(accountRecords(db, person.accounts));
    const sessions = db
      .prepare(
        'SELECT key FROM session WHERE account IN (SELECT value FROM json_each(@a)) OR via IN (SELECT value FROM json_each(@a))',
      )
      .pluck()
      .all({ a: accounts })
      .map(Number);
    for (let from = 0; from < sessions.length; from += STEP) {
      put(sessionRecords(db, sessions.slice(from, from + STEP)));
      yield;
    }
    const texts = JSON.stringify(person.texts);
    for (const number of db
      .prepare('SELECT number FROM audit_segment ORDER BY number')
      .pluck()
      .all()
      .map(Number)) {
      const table = segmentTable(number);
      const own = db
        .prepare(
          `SELECT key FROM ${table} e WHERE e.account IN (SELECT value FROM json_each(@accounts))
             OR (e.account IS NULL AND e.account_name IN
               (SELECT key FROM word WHERE lower(text) IN (SELECT lower(value) FROM json_each(@texts))))`,
        )
        .pluck()
        .all({ accounts, texts })
        .map(Number);
      for (let from = 0; from < own.length; from += STEP)
        put(eventRecords(db, table, own.slice(from, from + STEP)));
      yield;
      const mine = new Set(own);
      const mentions = db
        .prepare(
          `SELECT key FROM ${table} e WHERE EXISTS (SELECT 1 FROM json_each(@texts) WHERE
             instr(lower(coalesce(e.message, '') || ' ' || coalesce(e.object_name, '') || ' ' || coalesce(e.attributes, '')), lower(value)) > 0)
             OR e.actor_name IN (SELECT key FROM word WHERE lower(text) IN (SELECT lower(value) FROM json_each(@texts)))`,
        )
        .pluck()
        .all({ texts })
        .map(Number)
        .filter((key) => !mine.has(key));
      put(eventRecords(db, table, mentions), { mentionedOnly: true });
      yield;
    }
    for (const records of otherRecords(db, person)) {
      put(records);
      yield;
    }
    return rows;
  } finally {
    closeSync(handle);
  }
}

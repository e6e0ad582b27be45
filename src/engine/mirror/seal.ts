import { z } from 'zod';
import { segmentTable, wordsTable } from './audit-segments.ts';
import type { ReadableDb, WritableDb } from './database.ts';
import { readRows } from './statements.ts';

/** A small piece of the work that makes a full segment whole; one transaction. */
export interface SealStep {
  readonly name: string;
  /** Must be able to find its own work done already: a step may be added to segments that were sealed before. */
  run(db: WritableDb, number: number): void;
}

const index = (name: string, columns: string, where: string): SealStep => ({
  name,
  run: (db, number) => {
    const table = segmentTable(number);
    db.exec(`CREATE INDEX IF NOT EXISTS ${table}_${name} ON ${table} (${columns}) WHERE ${where}`);
  },
});

/** The words of a segment's messages, kept right when a person's events are deleted from it. */
function indexWords(db: WritableDb, number: number): void {
  const table = segmentTable(number);
  const words = wordsTable(table);
  const remove = `INSERT INTO ${words} (${words}, rowid, message) VALUES ('delete', old.key, old.message);`;
  db.exec(
    `CREATE VIRTUAL TABLE IF NOT EXISTS ${words} USING fts5 (message, content='${table}', content_rowid='key', tokenize='unicode61', columnsize=0);
     CREATE TRIGGER IF NOT EXISTS ${words}_delete AFTER DELETE ON ${table} BEGIN ${remove} END;
     CREATE TRIGGER IF NOT EXISTS ${words}_update AFTER UPDATE OF message ON ${table} BEGIN ${remove}
       INSERT INTO ${words} (rowid, message) VALUES (new.key, new.message); END;
     INSERT INTO ${words} (${words}) VALUES ('rebuild');`,
  );
}

/**
 * In order; new ones are added at the end, so that older segments catch up. Words are the last: a mirror that keeps no index
 * of them is sealed without that step, and catches up when it is to have one.
 */
const SEAL_STEPS: readonly SealStep[] = [
  index('account', 'account, at', 'account IS NOT NULL'),
  index('session', 'session, at', 'session IS NOT NULL'),
  index('address', 'address, at', 'address IS NOT NULL'),
  index('name', 'account_name, at', 'account IS NULL AND account_name IS NOT NULL'),
  { name: 'words', run: indexWords },
];

/** Names of what the first so many steps have made: `account` of an index, `words`. */
export const indexesAfter = (steps: number): ReadonlySet<string> =>
  new Set(SEAL_STEPS.slice(0, steps).map(({ name }) => name));

/** What segments are sealed with. */
export interface Sealing {
  /** False: no index of the words of messages is made; searches look through the messages. */
  readonly words: boolean;
}
const EVERYTHING: Sealing = { words: true };
const stepsWith = ({ words }: Sealing): number => SEAL_STEPS.length - (words ? 0 : 1);

const Next = z.object({ number: z.number(), steps: z.number() });

/** Whether a segment waits to be sealed. */
export function nextToSeal(
  db: ReadableDb,
  sealing = EVERYTHING,
): { readonly number: number; readonly steps: number } | null {
  const [row] = readRows(
    db,
    "SELECT number, steps FROM audit_segment WHERE state <> 'hot' AND steps < ? ORDER BY number LIMIT 1",
    [stepsWith(sealing)],
  );
  return row === undefined ? null : Next.parse(row);
}

/** Does the next step of sealing; false when nothing is left to do. Inside a transaction. */
export function sealStep(db: WritableDb, sealing = EVERYTHING): boolean {
  const next = nextToSeal(db, sealing);
  if (next === null) return false;
  SEAL_STEPS[next.steps]?.run(db, next.number);
  const steps = next.steps + 1;
  db.prepare('UPDATE audit_segment SET steps = ?, state = ? WHERE number = ?').run(
    steps,
    steps >= stepsWith(sealing) ? 'sealed' : 'sealing',
    next.number,
  );
  return true;
}

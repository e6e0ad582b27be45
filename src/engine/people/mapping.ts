import type { WritableDb } from '../mirror/database.ts';
import { unsettleAll } from './settle.ts';

/** A line that could not be used. */
export interface LineProblem {
  readonly line: number;
  readonly message: string;
}

/** Problems shown; more of them say the same. */
const MOST_PROBLEMS = 100;

/** The fields of one CSV line: commas, fields in double quotes, a doubled quote inside them (RFC 4180). */
export function csvFields(line: string): readonly string[] | null {
  const fields: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;
  for (;;) {
    const found = field.exec(line);
    if (found === null) return null;
    fields.push((found[1]?.replaceAll('""', '"') ?? found[2] ?? '').trim());
    if (found[3] === '') return fields;
  }
}

/**
 * Replaces the mapping by lines of `environment,account,person`. The first line may be a head. A line that names
 * nothing is told and left out; the others are taken.
 */
export function importMapping(
  db: WritableDb,
  csv: string,
): { readonly mapped: number; readonly problems: readonly LineProblem[] } {
  const environment = db
    .prepare(
      'SELECT key FROM connection WHERE name = ? COLLATE NOCASE OR id = ? ORDER BY removed_at IS NOT NULL LIMIT 1',
    )
    .pluck();
  const account = db
    .prepare(
      'SELECT key FROM account WHERE connection = @connection AND (id = @id OR lower(name) = lower(@id)) ORDER BY id = @id DESC LIMIT 1',
    )
    .pluck();
  db.exec('DELETE FROM identity_mapping');
  const put = db.prepare('INSERT OR REPLACE INTO identity_mapping (account, person) VALUES (?, ?)');
  const problems: LineProblem[] = [];
  const problem = (line: number, message: string): void => {
    if (problems.length < MOST_PROBLEMS) problems.push({ line, message });
  };
  for (const [index, text] of csv
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const line = index + 1;
    if (text.trim() === '' || text.startsWith('#')) continue;
    const fields = csvFields(text);
    if (fields?.length !== 3) {
      problem(line, 'Needs three fields: environment, account, person.');
      continue;
    }
    const [where = '', who = '', person = ''] = fields;
    if (line === 1 && where.toLowerCase() === 'environment') continue;
    const connection = environment.get(where, where);
    if (connection === undefined) problem(line, `No environment is called “${where}”.`);
    else if (person === '') problem(line, 'The person has no name.');
    else {
      const key = account.get({ connection, id: who });
      if (key === undefined) problem(line, `“${where}” has no account “${who}”.`);
      else put.run(key, person);
    }
  }
  unsettleAll(db);
  return { mapped: Number(db.prepare('SELECT count(*) FROM identity_mapping').pluck().get()), problems };
}

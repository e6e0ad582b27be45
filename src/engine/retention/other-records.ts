import { readable } from '../detections/packs.ts';
import type { ReadableDb } from '../mirror/database.ts';
import { striker, SUBJECTS, type PersonRows } from './erase.ts';
import { ordinaryTables, REMEMBERED, textColumns } from './person-tables.ts';

/**
 * Written out in words of their own; nothing about a person (what an environment is configured with, counters); or about
 * everybody at once, so that whoever is given it would be given others.
 */
const LEFT_OUT: ReadonlySet<string> = new Set([
  ...['account', 'account_change', 'session', 'observation', 'word'],
  ...['connection', 'constant', 'history', 'watch', 'identity_dirty', 'retention_policy', 'notify_channel'],
  ...['staged_session', 'staged_account', 'detector', 'detector_log', 'command', 'command_page'],
  ...['rule_draft', 'sigma_file', 'sigma_map', 'sigma_group', 'detect_settings'],
]);
/** What is given of a row that may name others as well. */
const OF_MANY: Readonly<Record<string, readonly string[]>> = {
  journal: ['seq', 'at', 'action'],
  operation: ['id', 'executed_at', 'kind', 'reason'],
  detection: ['id', 'name', 'severity', 'raised_at', 'last_at', 'state', 'verdict'],
};

/**
 * Rows of every other table that belong to a person or name them: findings, risks, notes, what operators did, what
 * detections remember of them. Yields the rows of a table at a time, as they are, under `row`.
 */
export function* otherRecords(db: ReadableDb, person: PersonRows): Generator<readonly unknown[]> {
  const strike = striker(person.texts);
  const bound = {
    accounts: JSON.stringify(person.accounts),
    texts: JSON.stringify(person.texts),
    ids: JSON.stringify(person.ids.map(({ id }) => id)),
  };
  const subjects = new Set(db.prepare(SUBJECTS).pluck().all(bound.accounts));
  const listed = new Set(person.ids.map(({ connection, id }) => `${String(connection)} ${id}`));
  const isListed = (row: Row): boolean => {
    const users = row['users'];
    const connection = row['connection'];
    if (typeof users !== 'string') return false;
    const ids: unknown = JSON.parse(users);
    return Array.isArray(ids) && ids.some((id) => listed.has(`${String(connection)} ${String(id)}`));
  };
  for (const table of [...ordinaryTables(db), ...REMEMBERED]) {
    if (LEFT_OUT.has(table)) continue;
    const columns = textColumns(db, table);
    const owned = hasColumn(db, table, 'account');
    // Of what is remembered, what is filed under them: the rest is about everybody.
    const remembered = REMEMBERED.includes(table);
    const mayBe = [
      ...(owned ? ['t.account IN (SELECT value FROM json_each(@accounts))'] : []),
      ...(remembered ? [] : columns).map(
        (column) =>
          `EXISTS (SELECT 1 FROM json_each(@texts) WHERE instr(lower(t."${column}"), lower(value)) > 0)`,
      ),
      ...(remembered ? ['t.id IN (SELECT value FROM json_each(@ids))'] : []),
      ...(table === 'note' ? ["t.subject LIKE 'person/%' OR t.subject LIKE 'session/%'"] : []),
      ...(table === 'detection' ? ["t.users <> '[]'"] : []),
    ];
    if (mayBe.length === 0) continue;
    const theirs: unknown[] = [];
    for (const raw of db
      .prepare(`SELECT * FROM "${table}" t WHERE ${mayBe.join(' OR ')}`)
      .iterate(usedIn(bound, mayBe.join()))) {
      const row = raw as Row;
      const own =
        (owned && person.accounts.includes(Number(row['account']))) ||
        (remembered && listed.has(`${String(row['connection'])} ${String(row['id'])}`)) ||
        (table === 'note' && subjects.has(row['subject']));
      const named =
        own ||
        (table === 'detection' && isListed(row)) ||
        (!remembered &&
          columns.some((column) => {
            const text = row[column];
            return typeof text === 'string' && strike(text) !== text;
          }));
      const some = own ? undefined : OF_MANY[table];
      if (named) theirs.push({ record: table, row: some === undefined ? unpacked(row) : pick(row, some) });
    }
    yield theirs;
  }
}

/** A statement is given the parameters that it names. */
const usedIn = (bound: Readonly<Record<string, string>>, sql: string): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(bound).filter(([name]) => sql.includes(`@${name}`)));

type Row = Readonly<Record<string, unknown>>;

/** What detections remember lies in the mirror as bytes: they are given as what they say. */
const unpacked = (row: Row): Row => {
  const { packed, ...rest } = row;
  if (packed === undefined || packed === null) return rest;
  return { ...rest, body: Buffer.isBuffer(packed) ? readable(String(row['kind']), packed) : null };
};

const pick = (row: Row, columns: readonly string[]): Row =>
  Object.fromEntries(columns.map((column) => [column, row[column]]));

const hasColumn = (db: ReadableDb, table: string, column: string): boolean =>
  db.prepare('SELECT 1 FROM pragma_table_xinfo(?) WHERE name = ?').get(table, column) !== undefined;

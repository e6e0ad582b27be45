import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { tsImport } from 'tsx/esm/api';

/** @typedef {ReadonlyMap<string, string>} Table first column, without its back quotes, to the second */

/**
 * The tables of a document by their headings (`### Heading`).
 * @param {string} text
 * @returns {Map<string, Table>}
 */
export function tablesOf(text) {
  /** @type {Map<string, Table>} */
  const tables = new Map();
  for (const section of text.split(/^### /m).slice(1)) {
    const [heading = '', ...lines] = section.split('\n');
    const rows = lines.flatMap((line) => {
      const cells = /^\| `([^`]+)` \| ([^|]*)\|/.exec(line);
      return cells === null
        ? []
        : [/** @type {[string, string]} */ ([cells[1] ?? '', (cells[2] ?? '').trim()])];
    });
    tables.set(heading.trim(), new Map(rows));
  }
  return tables;
}

/**
 * What differs between a table and the names (and, for limits, numbers) in the schemas.
 * @param {string} heading
 * @param {Table | undefined} table
 * @param {ReadonlyMap<string, string | null>} expected name to value, or null where only the name counts
 * @returns {string[]}
 */
export function compare(heading, table, expected) {
  const file = 'docs/protocol.md';
  if (table === undefined) return [`${file}: the table “${heading}” is missing.`];
  const problems = [];
  for (const [name, value] of expected) {
    const shown = table.get(name);
    if (shown === undefined) problems.push(`${file}: “${heading}” lacks \`${name}\`; add a line for it.`);
    else if (value !== null && shown !== value) {
      problems.push(`${file}: “${heading}” says ${shown} for \`${name}\`; the schemas say ${value}.`);
    }
  }
  for (const name of table.keys()) {
    if (!expected.has(name))
      problems.push(`${file}: “${heading}” has \`${name}\`, which the schemas do not know.`);
  }
  return problems;
}

/** @param {number | readonly number[]} value as it is written in the document */
const written = (value) =>
  [value]
    .flat()
    .map((number) => number.toLocaleString('en-US'))
    .join(', ');

/**
 * Compares the tables of docs/protocol.md with src/shared/protocol.
 * @param {{ root: string }} where
 * @returns {Promise<string[]>} problems
 */
export async function check({ root }) {
  const folder = pathToFileURL(join(root, 'src/shared/protocol/')).href;
  /** @param {string} file */
  const load = (file) => tsImport(`${folder}${file}`, import.meta.url);
  const [events, codes, handshake, records, changes, limits] = await Promise.all(
    ['events.ts', 'codes.ts', 'handshake.ts', 'records.ts', 'changes.ts', 'limits.ts'].map(load),
  );
  const tables = tablesOf(await readFile(join(root, 'docs/protocol.md'), 'utf8'));
  /** @param {readonly string[]} list */
  const names = (list) => new Map(list.map((name) => [name, null]));
  /** @param {Record<string, number | readonly number[]>} values */
  const numbers = (values) => new Map(Object.entries(values).map(([name, value]) => [name, written(value)]));
  /** @param {{ shape: object }} schema */
  const fields = (schema) => names(Object.keys(schema.shape));
  /** @type {readonly { shape: { kind: { value: string } } }[]} */
  const kinds = changes.Change.options;
  /** @type {readonly (readonly [string, ReadonlyMap<string, string | null>])[]} */
  const expected = [
    ['Messages of the agent', names(events.AGENT_EVENTS)],
    ['Requests of the console', names(events.CONSOLE_REQUESTS)],
    ['Kinds of change', names(kinds.map((option) => option.shape.kind.value))],
    ['Error codes', names(codes.ERROR_CODES)],
    ['Refusals of a handshake', names(codes.REFUSAL_CODES)],
    ['Goodbyes', names(codes.GOODBYE_CODES)],
    ['Scopes', names(handshake.SCOPES)],
    ['Capabilities', names(handshake.CAPABILITIES)],
    ['Marks', names(records.MARKS)],
    ['Actions', names(records.ACTIONS)],
    ['Reasons of a failure', names(records.FAILURE_REASONS)],
    ['Reasons of an end', names(records.CLOSE_REASONS)],
    ['Fields of Session', fields(records.Session)],
    ['Fields of Account', fields(records.Account)],
    ['Fields of AuditEvent', fields(records.AuditEvent)],
    ['Limits', numbers(limits.LIMITS)],
    ['Limits announced in hello, unless configured', numbers(limits.DEFAULT_HELLO_LIMITS)],
  ];
  return expected.flatMap(([heading, values]) => compare(heading, tables.get(heading), values));
}

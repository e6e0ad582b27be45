import type { ConnectionId } from '#shared/domain/ids.ts';
import type { Coverage, QueryPage } from '#shared/ipc/query-contract.ts';
import { parseQuery } from '#shared/query/parse.ts';
import { readTime } from '#shared/query/times.ts';
import { spanOf } from '#shared/query/resolve-time.ts';
import type { SearchTable } from '#shared/query/tree.ts';
import { askProfile } from './ask.ts';
import type { Questions } from './attach.ts';
import { atColumns, auditColumns, coverageText, namesOf, sessionColumns, type Names } from './columns.ts';
import { EXIT } from './exit-codes.ts';
import { cliClock } from './open-engine.ts';
import { plain, readFormat, readLimit, rowWriter, type Column } from './rows.ts';
import { UsageError } from './usage-error.ts';

export interface Common {
  readonly profile: string;
  readonly format: string;
  readonly limit: string;
  readonly env?: readonly string[];
  readonly local: boolean;
}
export interface QueryOptions extends Common {
  readonly audit: boolean;
}

/** Rows that one call brings. */
const PAGE = 1_000;
const MOST_ROWS = 1_000_000;

/** Refuses a search that is none, with a mark under the place. */
export function checkSearch(search: string, table: SearchTable): void {
  const parsed = parseQuery(search, table);
  if (parsed.ok) return;
  const { offset, length, message, suggestion } = parsed.error;
  const line = plain(search);
  throw new UsageError(
    [
      message,
      `  ${line}`,
      `  ${' '.repeat(offset)}${'^'.repeat(Math.max(1, length))}`,
      ...(suggestion === null ? [] : [`Try: ${suggestion}`]),
    ].join('\n'),
    EXIT.usage,
  );
}

/** Environments by name or id, as the ids that questions take. */
export async function chosenEnvironments(
  questions: Questions,
  names: readonly string[] | undefined,
): Promise<{ readonly connections?: ConnectionId[] }> {
  if (names === undefined || names.length === 0) return {};
  const all = await questions.call('environments.list', {});
  return {
    connections: names.flatMap((name) => {
      const found = all.filter((one) => one.name === name || one.connection === name);
      if (found.length > 0) return found.map(({ connection }) => connection);
      const known = all.map((one) => one.name).join(', ');
      throw new UsageError(`There is no environment “${name}”. There are: ${known || 'none'}.`, EXIT.usage);
    }),
  };
}

/** Pages of rows until the limit, written as they come; then as of when they are true, to stderr. */
async function writePages<Row>(
  options: Common,
  columns: (names: () => Names) => readonly Column<Row>[],
  page: (cursor: string | null, limit: number) => Promise<QueryPage<Row>>,
): Promise<{ readonly rows: number; readonly more: boolean }> {
  const limit = readLimit(options.limit, MOST_ROWS);
  let names: Names = new Map();
  let coverage: readonly Coverage[] = [];
  const writer = rowWriter(
    readFormat(options.format),
    columns(() => names),
    (text) => process.stdout.write(text),
  );
  let cursor: string | null = null;
  let rows = 0;
  do {
    const got: QueryPage<Row> = await page(cursor, Math.min(PAGE, limit - rows));
    coverage = got.coverage;
    names = namesOf(coverage);
    writer.write(got.rows);
    rows += got.rows.length;
    cursor = got.next;
  } while (cursor !== null && rows < limit);
  writer.end();
  process.stderr.write(plainLines(coverageText(coverage)));
  return { rows, more: cursor !== null };
}
export const plainLines = (text: string): string => text.split('\n').map(plain).join('\n');

/** `watchfloor query`: sessions or events of a search. */
export async function query(search: string, options: QueryOptions, version: string): Promise<number> {
  checkSearch(search, options.audit ? 'audit' : 'sessions');
  readFormat(options.format);
  const questions = await askProfile(options.profile, version);
  try {
    const scope = {
      search,
      zone: zoneOf(options),
      ...(await chosenEnvironments(questions, options.env)),
    } as const;
    const { rows, more } = options.audit
      ? await writePages(options, auditColumns, (cursor, limit) =>
          questions.call('query.audit', { ...scope, cursor, limit }),
        )
      : await writePages(options, sessionColumns, (cursor, limit) =>
          questions.call('query.sessions', { ...scope, cursor, limit }),
        );
    const what = options.audit ? 'events' : 'sessions';
    process.stderr.write(`${String(rows)} ${what}${more ? ', and there are more (--limit)' : ''}\n`);
    return EXIT.ok;
  } finally {
    questions.close();
  }
}

export const zoneOf = ({ local }: Pick<Common, 'local'>): 'local' | 'utc' => (local ? 'local' : 'utc');

/** A moment, a day (its beginning) or how long ago, as an instant. */
export function instantOf(time: string, zone: 'local' | 'utc'): number {
  const point = readTime(time);
  if (point === null) {
    throw new UsageError(
      `“${plain(time)}” is not a time. Write a moment such as 2026-03-01T03:10 or 2026-03-01T03:10:00Z, or how long ago: 2h.`,
      EXIT.usage,
    );
  }
  return spanOf(point, { now: cliClock(), zone }).from;
}

export interface AtOptions extends Common {
  readonly search: string;
}

/** `watchfloor at`: who was signed in at an instant. */
export async function at(time: string, options: AtOptions, version: string): Promise<number> {
  checkSearch(options.search, 'sessions');
  readFormat(options.format);
  const zone = zoneOf(options);
  const instant = instantOf(time, zone);
  const questions = await askProfile(options.profile, version);
  try {
    const scope = {
      search: options.search,
      zone,
      ...(await chosenEnvironments(questions, options.env)),
    } as const;
    let total = '';
    const { rows } = await writePages(options, atColumns, async (cursor, limit) => {
      const counted = cursor === null;
      const page = await questions.call('query.at', { ...scope, at: instant, cursor, limit, counted });
      if (page.total !== null) {
        total = `${page.total.is === 'exact' ? '' : 'at least '}${String(page.total.value)}`;
      }
      return page;
    });
    process.stderr.write(`${String(rows)} of ${total} sessions at ${new Date(instant).toISOString()}\n`);
    return EXIT.ok;
  } finally {
    questions.close();
  }
}

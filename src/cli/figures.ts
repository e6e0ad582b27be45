import type { ReplyOf } from '#shared/ipc/contract.ts';
import type { EngineContract } from '#shared/ipc/engine-contract.ts';
import {
  TOP_FIELDS,
  type AddressPeople,
  type Counted,
  type Covered,
  type Sighting,
  type TopValue,
} from '#shared/ipc/query-contract.ts';
import type { SessionRow } from '#shared/ipc/views.ts';
import type { SearchTable } from '#shared/query/tree.ts';
import { readDuration } from '#shared/query/times.ts';
import { DAY, HOUR } from '#shared/domain/units.ts';
import { askProfile } from './ask.ts';
import type { Questions } from './attach.ts';
import { coverageText } from './columns.ts';
import { EXIT } from './exit-codes.ts';
import { cliClock } from './open-engine.ts';
import { checkSearch, chosenEnvironments, instantOf, plainLines, zoneOf, type Common } from './query.ts';
import { plain, readFormat, readLimit, rowWriter, utc, type Column } from './rows.ts';
import { UsageError } from './usage-error.ts';

export interface FigureOptions extends Common {
  readonly audit: boolean;
}
const tableOf = ({ audit }: { readonly audit: boolean }): SearchTable => (audit ? 'audit' : 'sessions');
const howMany = ({ value, is }: Counted): string => `${is === 'exact' ? '' : 'at least '}${String(value)}`;

/** Asks one question and writes its rows; then as of when they are true, to stderr, and what there is to say of them. */
async function answer<Row>(
  search: string,
  options: Common,
  version: string,
  of: {
    readonly table: SearchTable;
    readonly columns: readonly Column<Row>[];
    readonly ask: (
      questions: Questions,
      scope: { readonly search: string; readonly zone: 'local' | 'utc' },
    ) => Promise<Covered & { readonly rows: readonly Row[]; readonly said: string }>;
  },
): Promise<number> {
  checkSearch(search, of.table);
  const writer = rowWriter(readFormat(options.format), of.columns, (text) => process.stdout.write(text));
  const questions = await askProfile(options.profile, version);
  try {
    const scope = { search, zone: zoneOf(options), ...(await chosenEnvironments(questions, options.env)) };
    const { rows, said, coverage } = await of.ask(questions, scope);
    writer.write(rows);
    writer.end();
    process.stderr.write(plainLines(coverageText(coverage)));
    if (said !== '') process.stderr.write(`${said}\n`);
    return EXIT.ok;
  } finally {
    questions.close();
  }
}

/** `watchfloor seen`: when what a search is about was seen first and last. */
export const seen = (search: string, options: Common, version: string): Promise<number> =>
  answer<{ readonly in: string } & Sighting>(search, options, version, {
    table: 'sessions',
    columns: [
      { name: 'in', of: (row) => row.in },
      { name: 'first', of: (row) => utc(row.first) },
      { name: 'last', of: (row) => utc(row.last) },
    ],
    ask: async (questions, scope) => {
      const { sessions, events, coverage } = await questions.call('query.sightings', scope);
      return {
        rows: [{ in: 'sessions', ...sessions }, ...(events === null ? [] : [{ in: 'events', ...events }])],
        said: events === null ? 'Events cannot be asked this: the search names what only sessions have.' : '',
        coverage,
      };
    },
  });

export interface CountsOptions extends FigureOptions {
  readonly from: string;
  readonly to: string;
  readonly step: string;
}
const MOST_STEPS = 2_000;

/** `watchfloor counts`: sessions opened, or events, in equal steps of time. */
export function counts(search: string, options: CountsOptions, version: string): Promise<number> {
  const zone = zoneOf(options);
  const from = instantOf(options.from, zone);
  const to = options.to === 'now' ? cliClock() : instantOf(options.to, zone);
  const stepMs = readDuration(options.step);
  if (stepMs === null || stepMs < 1_000) {
    throw new UsageError('--step takes a length of time of a second and more: 10m, 1h, 1d.', EXIT.usage);
  }
  const steps = Math.ceil((to - from) / stepMs);
  if (steps < 1) throw new UsageError('--to has to be after --from.', EXIT.usage);
  if (steps > MOST_STEPS) {
    throw new UsageError(
      `That are ${String(steps)} steps, and at most ${String(MOST_STEPS)} are counted. Take a longer --step.`,
      EXIT.usage,
    );
  }
  const table = tableOf(options);
  return answer<{ readonly at: number; readonly count: number }>(search, options, version, {
    table,
    columns: [
      { name: 'from', of: ({ at }) => utc(at) },
      { name: table === 'audit' ? 'events' : 'sessions opened', of: ({ count }) => count },
    ],
    ask: async (questions, scope) => {
      const sums = Array.from({ length: steps }, () => 0);
      let resume: string | null = null;
      for (;;) {
        const part: ReplyOf<EngineContract['query.histogram']> = await questions.call('query.histogram', {
          ...scope,
          table,
          from,
          stepMs,
          steps,
          resume,
        });
        part.counts.forEach((count, at) => (sums[at] = (sums[at] ?? 0) + count));
        resume = part.resume;
        if (resume !== null) continue;
        return {
          rows: sums.map((count, at) => ({ at: from + at * stepMs, count })),
          said: `${String(sums.reduce((sum, count) => sum + count, 0))} in ${options.step} steps`,
          coverage: part.coverage,
        };
      }
    },
  });
}

export interface TopOptions extends FigureOptions {
  readonly by: string;
}

/** `watchfloor top`: the values of a field that occur most. */
export function top(search: string, options: TopOptions, version: string): Promise<number> {
  const table = tableOf(options);
  const field = TOP_FIELDS[table].find((name) => name === options.by);
  if (field === undefined) {
    throw new UsageError(
      `--by: ${table === 'audit' ? 'events' : 'sessions'} cannot be counted by “${plain(options.by)}”. They can by ${TOP_FIELDS[table].join(', ')}.`,
      EXIT.usage,
    );
  }
  return answer<TopValue>(search, options, version, {
    table,
    columns: [
      { name: field, of: ({ value }) => value ?? '(none)' },
      { name: table === 'audit' ? 'events' : 'sessions', of: ({ count }) => count },
    ],
    ask: async (questions, scope) => {
      const limit = Math.min(100, readLimit(options.limit, 1_000_000));
      const { values, looked, coverage } = await questions.call('query.top', {
        ...scope,
        table,
        field,
        limit,
      });
      return { rows: values, said: `of ${howMany(looked)}`, coverage };
    },
  });
}

export interface SharedOptions extends Common {
  readonly least: string;
}

/** `watchfloor shared`: addresses from which several people were seen. */
export function shared(search: string, options: SharedOptions, version: string): Promise<number> {
  const least = Number(options.least);
  if (!Number.isInteger(least) || least < 1) {
    throw new UsageError('--least takes a whole number from 1.', EXIT.usage);
  }
  return answer<AddressPeople>(search, options, version, {
    table: 'sessions',
    columns: [
      { name: 'address', of: (row) => row.ip },
      { name: 'people', of: (row) => row.people },
      { name: 'sessions', of: (row) => row.sessions },
      { name: 'first', of: (row) => utc(row.first) },
      { name: 'last', of: (row) => utc(row.last) },
    ],
    ask: async (questions, scope) => {
      const limit = Math.min(1_000, readLimit(options.limit, 1_000_000));
      const { addresses, coverage } = await questions.call('query.people', { ...scope, least, limit });
      return { rows: addresses, said: `${String(addresses.length)} addresses`, coverage };
    },
  });
}

/** `watchfloor difference`: who was signed in at only one of two instants. */
export function difference(
  from: string,
  to: string,
  options: Common & { readonly search: string },
  version: string,
): Promise<number> {
  const zone = zoneOf(options);
  const period = { from: instantOf(from, zone), to: to === 'now' ? cliClock() : instantOf(to, zone) };
  return answer<{ readonly what: 'came' | 'went'; readonly session: SessionRow }>(
    options.search,
    options,
    version,
    {
      table: 'sessions',
      columns: [
        { name: 'what', of: ({ what }) => what },
        { name: 'account', of: ({ session }) => session.account?.name ?? '(anonymous)' },
        { name: 'opened', of: ({ session }) => utc(session.openedAt) },
        { name: 'ended', of: ({ session }) => utc(session.endedAt) },
        { name: 'address', of: ({ session }) => session.ip ?? '' },
        { name: 'session', of: ({ session }) => session.id },
      ],
      ask: async (questions, scope) => {
        const limit = Math.min(1_000, readLimit(options.limit, 1_000_000));
        const found = await questions.call('query.difference', { ...scope, ...period, limit });
        return {
          rows: [
            ...found.came.map((session) => ({ what: 'came' as const, session })),
            ...found.went.map((session) => ({ what: 'went' as const, session })),
          ],
          said: `${howMany(found.cameCount)} came, ${howMany(found.wentCount)} went`,
          coverage: found.coverage,
        };
      },
    },
  );
}

/** What `counts` counts when nothing else is said: the last day, by the hour. */
export const COUNTS_DEFAULTS = { from: `${String(DAY / HOUR)}h`, to: 'now', step: '1h' } as const;

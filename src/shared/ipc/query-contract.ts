import { z } from 'zod';
import { ConnectionId } from '../domain/ids.ts';
import type { EpochMs } from '../domain/units.ts';
import { FIELDS, type FieldName } from '../query/catalogue.ts';
import { MOST_QUERY_LENGTH } from '../query/parse.ts';
import { method } from './contract.ts';
import { SessionFilter } from './session-filter.ts';
import { SESSION_SORTS } from './session-sorts.ts';
import type { AuditRow, SessionObservation, SessionRow } from './views.ts';

/** A stretch in which nobody watched. */
export interface CoverageGap {
  /** Null: since ever, because it was not connected yet or its own log begins later. */
  readonly from: EpochMs | null;
  /** Null: until now. */
  readonly to: EpochMs | null;
  readonly why: string;
  /**
   * What was told of it afterwards: all of it (`stream`, the agent's log went on where it stood), its events (`history`),
   * or nothing.
   */
  readonly filled: 'stream' | 'history' | null;
}
/** What was seen of one environment: an answer is true as of then, except for the gaps. */
export interface Coverage {
  readonly connection: ConnectionId;
  readonly name: string;
  /** Console clock; null when nothing has arrived yet. */
  readonly asOf: EpochMs | null;
  /** Oldest first; only those of the period asked about. */
  readonly gaps: readonly CoverageGap[];
  /**
   * The agent's own history: has been read back to `oldest` (null: there was nothing to read). `note` says why not all of
   * it was.
   */
  readonly history: {
    readonly is: 'none' | 'loading' | 'partly' | 'done';
    readonly oldest: EpochMs | null;
    readonly note: string | null;
  };
}
/** A number, and whether counting was stopped at it. */
export interface Counted {
  readonly value: number;
  readonly is: 'exact' | 'at least';
}
export interface Covered {
  readonly coverage: readonly Coverage[];
}
export interface QueryPage<Row> extends Covered {
  readonly rows: readonly Row[];
  /** For the page after this one; null at the end. */
  readonly next: string | null;
}
/** A session as it was at the instant asked about. */
export interface SessionAt {
  readonly session: SessionRow;
  readonly seen: SessionObservation | null;
  /** Its end was not watched, and this instant lies in the stretch in which it may have happened. */
  readonly perhaps: boolean;
}
export interface TopValue {
  readonly value: string | null;
  readonly count: number;
}
export interface AddressPeople {
  readonly ip: string;
  readonly people: number;
  readonly sessions: number;
  readonly first: EpochMs | null;
  readonly last: EpochMs | null;
}
export interface Sighting {
  readonly first: EpochMs | null;
  readonly last: EpochMs | null;
}

const instant = z.int().min(0).max(8.64e15);
const names = FIELDS.map(({ name }) => name) as [FieldName, ...FieldName[]];
const scope = {
  /** In the language of docs/query.md; empty finds everything. */
  search: z.string().max(MOST_QUERY_LENGTH).default(''),
  /** In which dates and moments without an offset are read. */
  zone: z.enum(['utc', 'local']).default('utc'),
  /** Absent: all that are configured. */
  connections: z.array(ConnectionId).max(100).optional(),
};
const table = z.enum(['sessions', 'audit']);
const cursor = z.string().max(2_048).nullable().default(null);
const limit = z.int().min(1).max(1_000).default(100);
const sort = z
  .strictObject({ by: z.enum(SESSION_SORTS), descending: z.boolean() })
  .default({ by: 'lastSeenAt', descending: true });

/** Fields of accounts, addresses and devices: both tables have them. */
const SHARED_FIELDS = [
  ...([
    'user',
    'account',
    'email',
    'role',
    'env',
    'ip',
    'country',
    'region',
    'city',
    'network',
    'asn',
  ] as const),
  ...(['kind', 'browser', 'os', 'device', 'agent'] as const),
] satisfies readonly FieldName[];
/** By the values of which sessions and events can be counted. */
export const TOP_FIELDS: Readonly<Record<z.infer<typeof table>, readonly FieldName[]>> = {
  sessions: [...SHARED_FIELDS, 'state', 'cause'],
  audit: [...SHARED_FIELDS, 'action', 'outcome', 'reason', 'actor'],
};

/** Questions in the search language. Every answer says as of when it is true, per environment, and where gaps are. */
export const QUERY_METHODS = {
  'query.sessions': method<QueryPage<SessionRow>>()(() => z.strictObject({ ...scope, sort, cursor, limit })),
  'query.audit': method<QueryPage<AuditRow>>()(() =>
    z.strictObject({ ...scope, descending: z.boolean().default(true), cursor, limit }),
  ),
  /** Who was signed in at an instant, and how it looked then. Counting all takes longer than a page: it can be left out. */
  'query.at': method<QueryPage<SessionAt> & { readonly total: Counted | null }>()(() =>
    z.strictObject({ ...scope, at: instant, cursor, limit, counted: z.boolean().default(true) }),
  ),
  /** What is different at `to` from `from`: sessions that only the one or only the other saw. */
  'query.difference': method<
    Covered & {
      readonly came: readonly SessionRow[];
      readonly went: readonly SessionRow[];
      readonly cameCount: Counted;
      readonly wentCount: Counted;
    }
  >()(() => z.strictObject({ ...scope, from: instant, to: instant, limit })),
  'query.count': method<Covered & { readonly count: Counted }>()(() =>
    z.strictObject({ ...scope, table, exact: z.boolean().default(false) }),
  ),
  /**
   * By opening of sessions, by time of events. Newest first in time: `resume` goes on where the time was up. Of sessions,
   * a `filter` counts those that a list narrowed like this holds, and stands for search and connections.
   */
  'query.histogram': method<
    Covered & {
      readonly counts: readonly number[];
      readonly countedFrom: number;
      readonly resume: string | null;
    }
  >()(() =>
    z.strictObject({
      ...scope,
      table,
      filter: SessionFilter.optional(),
      from: instant,
      stepMs: z.int().min(1_000),
      steps: z.int().min(1).max(2_000),
      resume: cursor,
    }),
  ),
  /** The values that occur most. `looked` rows were counted, the newest first. */
  'query.top': method<Covered & { readonly values: readonly TopValue[]; readonly looked: Counted }>()(() =>
    z.strictObject({ ...scope, table, field: z.enum(names), limit: z.int().min(1).max(100).default(10) }),
  ),
  /** First and last sight of what a search is about, in sessions and in events. */
  'query.sightings': method<Covered & { readonly sessions: Sighting; readonly events: Sighting | null }>()(
    () => z.strictObject(scope),
  ),
  /** How many people were seen from each address; most first. */
  'query.people': method<
    Covered & { readonly addresses: readonly AddressPeople[]; readonly looked: Counted }
  >()(() => z.strictObject({ ...scope, least: z.int().min(1).default(2), limit })),
  /** Values of a field that hold this text, for completion. */
  'query.values': method<readonly string[]>()(() =>
    z.strictObject({
      field: z.enum(names),
      text: z.string().max(256),
      limit: z.int().min(1).max(50).default(12),
    }),
  ),
} as const;

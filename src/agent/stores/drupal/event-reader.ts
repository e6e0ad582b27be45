import { z } from 'zod';
import { epochMs, type Clock } from '#shared/domain/units.ts';
import { readCursor, writeCursor } from '../follow/cursor.ts';
import { RowPosition, START, advance, wantedGaps } from '../follow/row-follower.ts';
import { address, bytesOrNull, text, textOrNull, whole, wholeOrNull } from '../sql/columns.ts';
import type { Row, SqlAccess } from '../sql/sql-access.ts';
import { EMPTY, list, name, sql, type Sql } from '../sql/sql-text.ts';
import type { EventPage, StoreCursor, StoredEvent } from '../store-adapter.ts';
import { FloodMemory, NO_FLOOD, floodEvents, type FloodRow } from './flood-events.ts';
import { eventOf, type LogRow } from './log-events.ts';
import { accountsNamed, namesOf, type Tables } from './queries.ts';

const Position = z.object({
  version: z.literal(1),
  log: RowPosition,
  flood: RowPosition,
  failures: FloodMemory,
});
type Position = z.infer<typeof Position>;

/** Which of the two tables exist and can be read. */
export interface LogTables {
  readonly log: boolean;
  readonly flood: boolean;
}

/** Reads watchdog and flood from where it was left. */
export async function readLog(
  access: SqlAccess,
  t: Tables,
  readable: LogTables,
  cursor: StoreCursor | null,
  limit: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<EventPage> {
  let position: Position = readCursor(Position, cursor) ?? {
    version: 1,
    log: START,
    flood: START,
    failures: NO_FLOOD,
  };
  const cleared = readable.log && (await wasCleared(access, t, position.log, signal));
  if (cleared) position = { ...position, log: START };
  const now = clock();
  const logRows = readable.log
    ? (await access.rows(logAfter(t, position.log, limit), signal)).map(logRow)
    : [];
  const floodRows = readable.flood
    ? (await access.rows(floodAfter(t, position.flood, limit), signal)).map(floodRow)
    : [];
  const events = logRows.map(eventOf).filter((event) => event !== null);
  const logged = events.flatMap((event) =>
    event.action === 'login' && event.outcome === 'failure' && event.ip !== undefined
      ? [[event.ip, event.at] as const]
      : [],
  );
  const flood = floodEvents(position.failures, floodRows, logged, readable.log, now);
  const next: Position = {
    version: 1,
    log: advance(
      position.log,
      logRows.map((row) => ({ id: row.wid, at: row.at })),
      now,
    ),
    flood: advance(
      position.flood,
      floodRows.map((row) => ({ id: row.fid, at: row.at })),
      now,
    ),
    failures: flood.memory,
  };
  const all = [...events, ...flood.events].sort((a, b) => a.at - b.at);
  return {
    events: await withAccounts(access, t, all, signal),
    cursor: writeCursor(next),
    more: logRows.length >= limit || floodRows.length >= limit,
    cleared,
  };
}

/** A position above everything, or another row at its place: the log was emptied. */
async function wasCleared(
  access: SqlAccess,
  t: Tables,
  position: RowPosition,
  signal: AbortSignal,
): Promise<boolean> {
  if (position.last === 0) return false;
  const [newest] = await access.rows(sql`SELECT MAX(wid) FROM ${t.log}`, signal);
  if ((wholeOrNull(newest?.[0], 'watchdog.wid') ?? 0) < position.last) return true;
  const [there] = await access.rows(
    sql`SELECT ${name('timestamp')} FROM ${t.log} WHERE wid = ${position.last}`,
    signal,
  );
  return there !== undefined && whole(there[0], 'watchdog.timestamp') * 1_000 !== position.lastAt;
}

const after = (column: Sql, position: RowPosition): Sql => {
  const gaps = wantedGaps(position);
  return sql`(${column} > ${position.last}${gaps.length === 0 ? EMPTY : sql` OR ${column} IN ${list(gaps)}`})`;
};

const logAfter = (t: Tables, position: RowPosition, limit: number): Sql =>
  sql`SELECT w.wid, w.uid, u.name, w.type, w.message, w.variables, w.link, w.hostname, w.${name('timestamp')}
    FROM ${t.log} w LEFT JOIN ${t.users} u ON u.uid = w.uid AND u.default_langcode = 1
    WHERE ${after(sql`w.wid`, position)} ORDER BY w.wid LIMIT ${limit}`;

const floodAfter = (t: Tables, position: RowPosition, limit: number): Sql =>
  sql`SELECT fid, event, identifier, ${name('timestamp')} FROM ${t.flood}
    WHERE ${after(sql`fid`, position)} ORDER BY fid LIMIT ${limit}`;

const logRow = (row: Row): LogRow => ({
  wid: whole(row[0], 'watchdog.wid'),
  uid: text(row[1], 'watchdog.uid'),
  name: textOrNull(row[2], 'users_field_data.name'),
  type: text(row[3], 'watchdog.type'),
  message: text(row[4], 'watchdog.message'),
  variables: bytesOrNull(row[5], 'watchdog.variables'),
  link: textOrNull(row[6], 'watchdog.link'),
  ip: address(textOrNull(row[7], 'watchdog.hostname')),
  at: epochMs(whole(row[8], 'watchdog.timestamp') * 1_000),
});

const floodRow = (row: Row): FloodRow => ({
  fid: whole(row[0], 'flood.fid'),
  event: text(row[1], 'flood.event'),
  identifier: textOrNull(row[2], 'flood.identifier') ?? '',
  at: epochMs(whole(row[3], 'flood.timestamp') * 1_000),
});

/** Puts ids to names and names to ids where an account has them. Names are compared as the database does. */
async function withAccounts(
  access: SqlAccess,
  t: Tables,
  events: readonly StoredEvent[],
  signal: AbortSignal,
): Promise<readonly StoredEvent[]> {
  const names = new Set<string>();
  const ids = new Set<string>();
  for (const { account, actor } of events) {
    for (const who of [account, actor]) {
      if (who === null || who === undefined) continue;
      if (who.id === undefined && who.name !== '') names.add(who.name);
      else if (who.id === who.name) ids.add(who.name);
    }
  }
  const idOf = new Map<string, string>();
  const nameOf = new Map<string, string>();
  const note = (rows: readonly Row[]): void => {
    for (const row of rows) {
      const [id, found] = [text(row[0], 'users_field_data.uid'), text(row[1], 'users_field_data.name')];
      idOf.set(found.toLowerCase(), id);
      nameOf.set(id, found);
    }
  };
  if (names.size > 0) note(await access.rows(accountsNamed(t, access.dialect, [...names]), signal));
  if (ids.size > 0) note(await access.rows(namesOf(t, [...ids]), signal));
  const complete = <T extends { readonly id?: string; readonly name: string }>(who: T): T => {
    if (who.id === undefined) {
      const id = idOf.get(who.name.toLowerCase());
      return id === undefined ? who : { ...who, id: id };
    }
    return who.id === who.name ? { ...who, name: nameOf.get(who.id) ?? who.name } : who;
  };
  return events.map((event) => ({
    ...event,
    account: event.account === null ? null : complete(event.account),
    ...(event.actor === undefined ? {} : { actor: complete(event.actor) }),
  }));
}

import type { z } from 'zod';
import type { SessionFilter } from '#shared/ipc/engine-contract.ts';
import { OPEN_AT, OPEN_DURING } from './open-at.ts';
import { CELL_SQL } from '#shared/domain/place-cell.ts';
import { ADDRESS_THEN, LAST_ADDRESS } from './last-seen-from.ts';
import { groupCondition } from './session-grouping.ts';
import { ACTIVE_SLACK_MS, STALE_AFTER_MS } from '#shared/domain/status.ts';

export type Bound = Record<string, string | number | Buffer | null>;
/** A condition over the aliases of SESSION_FROM, and its parameters. */
export interface Condition {
  readonly sql: string;
  readonly bound: Bound;
}

/** Substring match, case of ASCII letters ignored; `%` and `_` are themselves. */
export const like = (text: string): string => `%${text.replaceAll(/[\\%_]/g, (one) => `\\${one}`)}%`;

/** Dictionaries are searched instead of sessions: there are far fewer names, addresses and devices. */
const TEXT = `(s.account IN (SELECT key FROM account WHERE name LIKE @text ESCAPE '\\')
  OR coalesce(s.last_address, s.opened_address) IN (SELECT key FROM address WHERE ip LIKE @text ESCAPE '\\'
    OR city LIKE @text ESCAPE '\\' OR country LIKE @text ESCAPE '\\' OR organisation LIKE @text ESCAPE '\\')
  OR coalesce(s.last_device, s.opened_device) IN (SELECT key FROM device WHERE browser LIKE @text ESCAPE '\\'
    OR system LIKE @text ESCAPE '\\'))`;

export function sessionCondition(filter: z.output<typeof SessionFilter>): Condition {
  const parts: string[] = [];
  const bound: Bound = {};
  if (filter.connections === undefined) {
    parts.push('s.connection IN (SELECT key FROM connection WHERE removed_at IS NULL)');
  } else {
    parts.push(
      's.connection IN (SELECT key FROM connection WHERE id IN (SELECT value FROM json_each(@connections)))',
    );
    bound['connections'] = JSON.stringify(filter.connections);
  }
  if (filter.at !== undefined) {
    parts.push(filter.since === undefined ? OPEN_AT : OPEN_DURING);
    bound['at'] = filter.at;
    if (filter.since !== undefined) bound['since'] = filter.since;
  } else if (filter.state === 'live') parts.push('s.ended_at IS NULL');
  else if (filter.state === 'ended') parts.push('s.ended_at IS NOT NULL');
  const text = filter.text?.trim() ?? '';
  if (text !== '') {
    parts.push(TEXT);
    bound['text'] = like(text);
  }
  if (filter.account !== undefined) {
    parts.push(`s.account = (SELECT a.key FROM account a JOIN connection c ON c.key = a.connection
      WHERE c.id = @accountConnection AND a.id = @account)`);
    bound['accountConnection'] = filter.account.connection;
    bound['account'] = filter.account.id;
  }
  if (filter.ids !== undefined) {
    parts.push(`s.key IN (SELECT h.key FROM json_each(@ids) j
      JOIN connection c ON c.id = j.value ->> 'connection'
      JOIN handle h ON h.connection = c.key AND h.id = j.value ->> 'id')`);
    bound['ids'] = JSON.stringify(filter.ids);
  }
  if (filter.box !== undefined) {
    const { south, west, north, east } = filter.box;
    const across =
      west <= east ? 'longitude BETWEEN @west AND @east' : '(longitude >= @west OR longitude <= @east)';
    parts.push(`coalesce(s.last_address, s.opened_address) IN
      (SELECT key FROM address WHERE latitude BETWEEN @south AND @north AND ${across})`);
    Object.assign(bound, { south, west, north, east });
  }
  if (filter.places !== undefined) {
    parts.push(`${filter.at === undefined ? LAST_ADDRESS : ADDRESS_THEN} IN
      (SELECT key FROM address WHERE latitude IS NOT NULL AND longitude IS NOT NULL
        AND ${CELL_SQL} IN (SELECT value FROM json_each(@places)))`);
    bound['places'] = JSON.stringify(filter.places);
  }
  if (filter.group !== undefined) {
    const group = groupCondition(filter.group, filter);
    parts.push(group.sql);
    Object.assign(bound, group.bound);
  }
  return { sql: parts.join(' AND '), bound };
}

/** As sessionStatus() of src/shared/domain/status.ts, by rank: active, idle, stale, unseen, ended. */
export const STATUS = `CASE WHEN s.ended_at IS NOT NULL THEN 4 WHEN s.last_seen_at IS NULL THEN 3
  WHEN @now + coalesce(c.skew_ms, 0) - s.last_seen_at <= coalesce(c.write_interval_ms, 0) + ${String(ACTIVE_SLACK_MS)} THEN 0
  WHEN @now + coalesce(c.skew_ms, 0) - s.last_seen_at <= coalesce(c.write_interval_ms, 0) + ${String(STALE_AFTER_MS)} THEN 1
  ELSE 2 END`;

import { z } from 'zod';
import { RISK_LEVELS } from '#shared/domain/risk.ts';
import { epochMs } from '#shared/domain/units.ts';
import { placeCell } from '#shared/domain/place-cell.ts';
import type { ParsedOf } from '#shared/ipc/contract.ts';
import type { ENGINE_METHODS } from '#shared/ipc/engine-contract.ts';
import { NO_PLACE, type MapChanges, type Timeline, type TravelStop } from '#shared/ipc/watch-views.ts';
import type { ReadableDb } from './database.ts';
import { growingKeys } from './growing-keys.ts';
import type { Question } from './question.ts';
import { ADDRESS_THEN, LAST_ADDRESS } from './last-seen-from.ts';
import { sessionCondition } from './session-filter.ts';

type Methods = typeof ENGINE_METHODS;

/** Sessions that were written since a revision, by connection key and the agent's own id. */
export type Touched = readonly (readonly [connection: number, id: string])[];

export interface MapQuestion {
  readonly filter: ParsedOf<Methods['map.changes']>['filter'];
  /** Null: everything that fits. */
  readonly touched: Touched | null;
  readonly revision: number;
}

/** A sign-in of much risk colours its session too, below what a detection of that severity would (docs/detections.md). */
const RISK_RANK = `CASE WHEN r.risk >= ${String(RISK_LEVELS.much)} THEN 2 WHEN r.risk >= ${String(RISK_LEVELS.some)} THEN 1 ELSE 0 END`;

const Triple = z.tuple([z.number(), z.number().nullable(), z.number()]);
const Spot = z.object({
  latitude: z.number().nullable(),
  longitude: z.number().nullable(),
  city: z.string().nullable(),
  country: z.string().nullable(),
});

/** Sessions for the map, by column: all that fit, or only those touched, and which of them no longer fit. */
export function* mapChanges(
  db: ReadableDb,
  { filter, touched, revision }: MapQuestion,
): Question<MapChanges> {
  const { sql, bound } = sessionCondition(filter);
  const asked = touched === null ? null : keysOf(db, touched);
  const address = filter.at === undefined ? LAST_ADDRESS : ADDRESS_THEN;
  // Half a million rows: one after another into columns, never all of them at once. No step ends within: a statement that
  // is open would let other questions of this handle see the mirror as it was.
  const rows = db
    .prepare(
      `SELECT s.key, ${address}, max(coalesce(r.worst, 0), ${RISK_RANK}) FROM session s LEFT JOIN session_risk r ON r.session = s.key
       WHERE ${sql}${asked === null ? '' : ' AND s.key IN (SELECT value FROM json_each(@asked))'}`,
    )
    .raw()
    .iterate(asked === null ? bound : { ...bound, asked: JSON.stringify(asked) });
  const keys = growingKeys();
  const addresses = growingKeys();
  const severities = growingKeys();
  for (const raw of rows) {
    // Their shape is the statement's own, so only the first is looked at closely.
    const [key, at, severity] = keys.length() === 0 ? Triple.parse(raw) : (raw as z.infer<typeof Triple>);
    keys.push(key);
    addresses.push(at ?? NO_PLACE);
    severities.push(severity);
  }
  yield;
  const places = placesOf(db, addresses.all());
  const found = new Set(asked === null ? [] : keys.all());
  const gone = Uint32Array.from((asked ?? []).filter((key) => !found.has(key)));
  return {
    whole: touched === null,
    revision,
    keys: keys.all(),
    place: places.place,
    worst: Uint8Array.from(severities.all()),
    gone,
    places: places.columns,
  };
}

function keysOf(db: ReadableDb, touched: Touched): readonly number[] {
  const find = db.prepare('SELECT key FROM handle WHERE connection = ? AND id = ?').pluck();
  return touched.flatMap(([connection, id]) => {
    const key = find.get(connection, id);
    return key === undefined ? [] : [Number(key)];
  });
}

const Position = z.tuple([z.number(), z.number().nullable(), z.number().nullable()]);
const Name = z.tuple([z.string().nullable(), z.string().nullable()]);

/**
 * The place of each address, and every place once, whatever number of addresses lie there.
 * @param addresses NO_PLACE where none is known
 */
function placesOf(
  db: ReadableDb,
  addresses: Uint32Array,
): { readonly place: Uint32Array; readonly columns: MapChanges['places'] } {
  const wanted = new Set(addresses);
  wanted.delete(NO_PLACE);
  const positions = db
    .prepare(
      `SELECT p.key, p.latitude, p.longitude FROM json_each(?) j CROSS JOIN address p ON p.key = j.value
       WHERE p.latitude IS NOT NULL AND p.longitude IS NOT NULL`,
    )
    .raw()
    .iterate(JSON.stringify([...wanted]));
  const named = db.prepare('SELECT city, country FROM address WHERE key = ?').raw();
  const byAddress = new Map<number, number>();
  const byCell = new Map<number, number>();
  const latitudes: number[] = [];
  const longitudes: number[] = [];
  const label: string[] = [];
  const country: string[] = [];
  for (const raw of positions) {
    const [address, latitude, longitude] =
      byAddress.size === 0 ? Position.parse(raw) : (raw as z.infer<typeof Position>);
    if (latitude === null || longitude === null) continue;
    const identity = placeCell(latitude, longitude);
    const known = byCell.get(identity);
    byAddress.set(address, known ?? byCell.size);
    if (known !== undefined) continue;
    byCell.set(identity, byCell.size);
    latitudes.push(latitude);
    longitudes.push(longitude);
    const [city, code] = Name.parse(named.get(address));
    country.push(code ?? '');
    label.push([city, code].filter((part) => part !== null).join(', '));
  }
  return {
    place: addresses.map((address) => byAddress.get(address) ?? NO_PLACE),
    columns: {
      cell: Float64Array.from(byCell.keys()),
      latitude: Float64Array.from(latitudes),
      longitude: Float64Array.from(longitudes),
      label,
      country,
    },
  };
}

const Sighting = Spot.extend({ at: z.number(), until: z.number().nullable() });
const MOST_SIGHTINGS = 2_000;

/** Where an account was seen in a period, oldest first; sightings at the place of the stop before belong to it. */
export function* mapTravel(
  db: ReadableDb,
  request: ParsedOf<Methods['map.travel']>,
): Question<readonly TravelStop[]> {
  const rows = db
    .prepare(
      `SELECT o.at, coalesce(s.ended_at, s.last_seen_at) AS until, p.latitude, p.longitude, p.city, p.country
       FROM session s JOIN observation o ON o.session = s.key JOIN address p ON p.key = o.address
       WHERE s.account = (SELECT a.key FROM account a JOIN connection c ON c.key = a.connection
           WHERE c.id = @connection AND a.id = @account)
         AND p.latitude IS NOT NULL AND p.longitude IS NOT NULL
         AND o.at >= CAST(@from AS INTEGER) AND o.at <= CAST(@to AS INTEGER)
       ORDER BY o.at DESC LIMIT ${String(MOST_SIGHTINGS)}`,
    )
    .all(request)
    .map((row) => Sighting.parse(row))
    .toReversed();
  yield;
  const stops: TravelStop[] = [];
  let here: number | null = null;
  for (const { at, until, latitude, longitude, city, country } of rows) {
    const cell = placeCell(latitude ?? 0, longitude ?? 0);
    const to = epochMs(Math.max(at, Math.min(until ?? at, request.to)));
    const last = stops.at(-1);
    if (last !== undefined && here === cell) {
      stops[stops.length - 1] = { ...last, to: epochMs(Math.max(last.to, to)) };
      continue;
    }
    here = cell;
    const label = [city, country].filter((part) => part !== null).join(', ');
    stops.push({ from: epochMs(at), to, latitude: latitude ?? 0, longitude: longitude ?? 0, label });
  }
  return stops;
}

const Tally = z.tuple([z.number(), z.number(), z.number()]);

/** Sign-ins and failures in steps, from the tallies that are kept while writing: no event is counted again. */
export function* timeline(db: ReadableDb, request: ParsedOf<Methods['timeline']>): Question<Timeline> {
  const { from, stepMs, steps } = request;
  const which =
    request.connections === undefined
      ? 'SELECT key FROM connection WHERE removed_at IS NULL'
      : 'SELECT key FROM connection WHERE id IN (SELECT value FROM json_each(@connections))';
  const bound = request.connections === undefined ? {} : { connections: JSON.stringify(request.connections) };
  const shifted = 't.minute * 60000 - coalesce(c.skew_ms, 0)';
  const rows = db
    .prepare(
      `SELECT CAST((${shifted} - @from) / @stepMs AS INTEGER) AS step, sum(t.sign_ins), sum(t.failures)
       FROM tally t JOIN connection c ON c.key = t.connection
       WHERE t.connection IN (${which}) AND t.minute >= @first - 1440 AND t.minute <= @last + 1440
         AND ${shifted} >= @from AND ${shifted} < @until GROUP BY 1`,
    )
    .raw()
    .all({
      ...bound,
      from,
      stepMs,
      first: Math.floor(from / 60_000),
      last: Math.ceil((from + stepMs * steps) / 60_000),
      until: from + stepMs * steps,
    })
    .map((row) => Tally.parse(row));
  yield;
  const oldest = z
    .number()
    .nullable()
    .parse(db.prepare(`SELECT min(minute) FROM tally WHERE connection IN (${which})`).pluck().get(bound));
  const signIns = Array.from({ length: steps }, () => 0);
  const failures = Array.from({ length: steps }, () => 0);
  for (const [step, ok, failed] of rows) {
    if (step < 0 || step >= steps) continue;
    signIns[step] = ok;
    failures[step] = failed;
  }
  return {
    from: epochMs(from),
    stepMs,
    signIns,
    failures,
    oldest: oldest === null ? null : epochMs(oldest * 60_000),
  };
}

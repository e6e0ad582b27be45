import type { z } from 'zod';
import type { EventType } from '../detect/event.ts';
import type { RowFacts, RowOrigin } from '../detect/prepare-rows.ts';
import type { ReadableDb } from '../mirror/database.ts';
import { type AddressColumns, addressView, DeviceColumns, deviceView } from '../mirror/known-columns.ts';
import { createAccountFacts } from './mirror-events.ts';
import type { EventRow } from './mirror-rows.ts';
import { createSessionEnds } from './session-ends.ts';
import { attributesOf, enrichment, typeOf, userOf } from './to-events.ts';

/** Entries of a dictionary that are remembered. */
const MOST = 100_000;
const OUTCOMES = ['unknown', 'success', 'failure'] as const;
type Writable<T> = { -readonly [Name in keyof T]: T[Name] };

export interface RowDecoder {
  /**
   * What a row says, in an object that is used again for the next one; null: nothing that detections look at. Names of
   * sessions are the keys of their handles: they tell them apart, and are not looked up.
   */
  facts(row: EventRow): RowFacts | null;
  /** Its address and client, one object for each pair. */
  origin(row: EventRow): RowOrigin;
  /** Looks up together what the rows of a page name; without it each is looked up by itself. */
  prepare(page: readonly EventRow[]): void;
}

/** Reads dictionaries of the mirror, each entry once. */
export function createRowDecoder(db: ReadableDb, connection: number, silentUntil: number): RowDecoder {
  const accounts = createAccountFacts(db, connection);
  const endOf = createSessionEnds(db);
  const cached = <T>(sql: string, of: (row: unknown) => T) => {
    const one = db.prepare(`${sql} WHERE key = ?`);
    const many = db.prepare(`${sql} WHERE key IN (SELECT value FROM json_each(?))`);
    const cache = new Map<number, T | null>();
    const get = (key: number | null): T | null => {
      if (key === null) return null;
      const held = cache.get(key);
      if (held !== undefined) return held;
      const row = one.get(key);
      const value = row === undefined ? null : of(row);
      if (cache.size >= MOST) cache.clear();
      cache.set(key, value);
      return value;
    };
    const prepare = (keys: Iterable<number | null>): void => {
      const missing = new Set<number>();
      for (const key of keys) if (key !== null && !cache.has(key)) missing.add(key);
      if (missing.size === 0) return;
      if (cache.size + missing.size > MOST) cache.clear();
      for (const row of many.all(JSON.stringify([...missing])) as { readonly key: number }[])
        cache.set(row.key, of(row));
    };
    return { get, prepare };
  };
  const text = (row: unknown): string => (row as { readonly text: string }).text;
  const word = cached('SELECT key, text FROM word', text).get;
  const account = cached('SELECT key, id, service FROM account', (row) => {
    const { id, service } = row as { readonly id: string; readonly service: number };
    return { id, service: service === 1 };
  });
  // There are many: their shape is the statement's own, as KNOWN_COLUMNS has it.
  const address = cached('SELECT * FROM address', (row) =>
    addressView(row as z.infer<typeof AddressColumns>),
  );
  const device = cached('SELECT * FROM device', (row) => deviceView(DeviceColumns.parse(row)));

  /** By action, then outcome. */
  const types = new Map<number, readonly (EventType | null)[]>();
  const typesOf = (action: number): readonly (EventType | null)[] => {
    const held = types.get(action);
    if (held !== undefined) return held;
    const made = OUTCOMES.map((outcome) => typeOf(word(action) ?? '', outcome));
    types.set(action, made);
    return made;
  };
  const origins = new Map<number, Map<number, RowOrigin>>();
  const originOf = (addressKey: number | null, deviceKey: number | null): RowOrigin => {
    const [where, client] = [address.get(addressKey), device.get(deviceKey)];
    return {
      ip: where?.ip ?? null,
      userAgent: client?.userAgent ?? null,
      enrich: enrichment(where?.place ?? null, where?.network ?? null, client?.device ?? null),
    };
  };
  const facts: Writable<RowFacts> = {
    id: '',
    ts: 0,
    type: 'login',
    user: null,
    session: null,
    reason: null,
    actor: null,
    attributes: null,
    silent: false,
  };

  return {
    prepare(page) {
      account.prepare(page.map((row) => row[6]));
      address.prepare(page.map((row) => row[8]));
      device.prepare(page.map((row) => row[9]));
    },
    facts(row) {
      const type = typesOf(row[4])[row[5]] ?? null;
      if (type === null) return null;
      const [at, , id, , , , accountKey, nameKey, , , reason, session = null] = row;
      const who = account.get(accountKey);
      facts.user =
        who !== null
          ? who.id
          : nameKey === null
            ? null
            : userOf({ id: null, name: word(nameKey) ?? '' }, accounts);
      facts.id = id;
      facts.ts = at;
      facts.type = type;
      facts.session = session === null ? null : `#${String(session)}`;
      facts.reason = word(reason);
      facts.actor = row[12] ?? word(row[13] ?? null);
      const more = row[14] ?? null;
      const service = who !== null ? who.service : facts.user !== null && accounts.isService(facts.user);
      const end = session === null || type !== 'login' ? null : endOf(session, at);
      facts.attributes =
        more === null && !service && end === null
          ? null
          : attributesOf(more === null ? null : (JSON.parse(more) as Record<string, string>), service, end);
      facts.silent = at < silentUntil;
      return facts;
    },
    origin(row) {
      const [addressKey, deviceKey] = [row[8] ?? 0, row[9] ?? 0];
      let byDevice = origins.get(addressKey);
      if (byDevice === undefined) {
        if (origins.size >= MOST) origins.clear();
        origins.set(addressKey, (byDevice = new Map<number, RowOrigin>()));
      }
      let held = byDevice.get(deviceKey);
      if (held === undefined) byDevice.set(deviceKey, (held = originOf(row[8], row[9])));
      return held;
    },
  };
}

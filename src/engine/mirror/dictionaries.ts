import type { Device, Network, Place } from '#shared/domain/place.ts';
import { addressNumber } from '#shared/query/address.ts';
import type { Enricher } from '#geo/enrich.ts';
import { boundedCache, type BoundedCache } from '#geo/bounded-cache.ts';
import type { WritableDb } from './database.ts';
import type { SessionState } from './session-state.ts';

export interface AddressFacts {
  readonly key: number;
  readonly place: Place | null;
  readonly network: Network | null;
}
export interface DeviceFacts {
  readonly key: number;
  readonly device: Device | null;
}

/** Integers for repeated strings. What is looked up once is enriched once and remembered by the database. */
export interface Dictionaries {
  word(text: string): number;
  address(ip: string): AddressFacts;
  device(userAgent: string): DeviceFacts;
  /** The same of a session: mostly what was asked for it last, which is found without looking for a long text. */
  deviceOf(session: SessionHandle, userAgent: string): DeviceFacts;
  addressOf(session: SessionHandle, ip: string): AddressFacts;
  handle(connection: number, id: string): number;
  /** The same with what its writer remembers of the session. */
  session(connection: number, id: string): SessionHandle;
  /** What is remembered of it; makes nothing, reads nothing. */
  peekSession(connection: number, id: string): SessionHandle | undefined;
  /** Notes which addresses and devices are handed out from now on, until `stop`. */
  watch(): HandedOut & { stop(): void };
  /** After a rollback: what was handed out in that transaction no longer exists. */
  forget(): void;
}

/** The key of a session and how it stands in the mirror, in one place: both are asked for at every change. */
export interface SessionHandle {
  readonly key: number;
  /** Undefined: not read yet; null: it is not there. Who else writes sessions makes it undefined. */
  state: SessionState | null | undefined;
  /** What was asked for it last. */
  address: Asked<AddressFacts> | null;
  device: Asked<DeviceFacts> | null;
}
interface Asked<Facts> {
  readonly text: string;
  readonly facts: Facts;
}

/** Keys that rows being written may name. */
export interface HandedOut {
  readonly address: ReadonlySet<number>;
  readonly device: ReadonlySet<number>;
}

interface HandleCache {
  readonly cache: BoundedCache<SessionHandle>;
  readonly make: (id: string) => SessionHandle;
}

const CACHED = 50_000;
/** Of each connection. */
const HANDLES = 50_000;

/** All calls must be inside a transaction of `db`. */
export function createDictionaries(db: WritableDb, enricher: Pick<Enricher, 'enrich'>): Dictionaries {
  let watched: { readonly address: Set<number>; readonly device: Set<number> } | null = null;
  const words = boundedCache<number>(CACHED);
  const addresses = boundedCache<AddressFacts>(CACHED);
  const devices = boundedCache<DeviceFacts>(CACHED);
  /** By connection: an id needs no other text put in front of it. */
  const handles = new Map<number, HandleCache>();

  const word = keyed(db, 'word', 'text');
  const addAddress = db
    .prepare(
      `INSERT INTO address (ip, country, region, city, latitude, longitude, accuracy_km, place_source, disagrees,
       readable, asn, organisation, kind, trusted, number)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     RETURNING key`,
    )
    .pluck();
  const findAddress = db.prepare('SELECT key FROM address WHERE ip = ?').pluck();
  const addDevice = db
    .prepare(
      `INSERT INTO device (user_agent, browser, browser_version, system, system_version, class, type_key)
     VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING key`,
    )
    .pluck();
  const findDevice = db.prepare('SELECT key FROM device WHERE user_agent = ?').pluck();
  const addHandle = db.prepare('INSERT INTO handle (connection, id) VALUES (?, ?) RETURNING key').pluck();
  const findHandle = db.prepare('SELECT key FROM handle WHERE connection = ? AND id = ?').pluck();

  const makeAddress = (ip: string): AddressFacts => {
    const { place, network } = enricher.enrich(ip, null);
    const facts = (key: unknown): AddressFacts => ({ key: Number(key), place, network });
    const found = findAddress.get(ip);
    if (found !== undefined) return facts(found);
    const number = addressNumber(ip);
    const row = addAddress.get(
      ip,
      place?.country ?? null,
      place?.region ?? null,
      place?.city ?? null,
      place?.latitude ?? null,
      place?.longitude ?? null,
      place?.accuracyKm ?? null,
      place?.source ?? null,
      place?.disagrees === true ? 1 : 0,
      network === null ? 0 : 1,
      network?.asn ?? null,
      network?.organisation ?? null,
      network?.kind ?? null,
      network?.trusted === true ? 1 : 0,
      number === null ? null : Buffer.from(number, 'hex'),
    );
    return facts(row);
  };
  const makeDevice = (userAgent: string): DeviceFacts => {
    const { device } = enricher.enrich(null, userAgent);
    const found = findDevice.get(userAgent);
    if (found !== undefined) return { key: Number(found), device };
    const key = addDevice.get(
      userAgent,
      device?.browser?.name ?? null,
      device?.browser?.version ?? null,
      device?.system?.name ?? null,
      device?.system?.version ?? null,
      device?.deviceClass ?? null,
      device?.key ?? null,
    );
    return { key: Number(key), device };
  };

  const handlesOf = (connection: number): HandleCache => {
    let of = handles.get(connection);
    if (of === undefined) {
      const make = (id: string): SessionHandle => {
        const found = findHandle.get(connection, id);
        return found === undefined
          ? // Nothing can be known of a session that has no key yet.
            { key: Number(addHandle.get(connection, id)), state: null, address: null, device: null }
          : { key: Number(found), state: undefined, address: null, device: null };
      };
      handles.set(connection, (of = { cache: boundedCache<SessionHandle>(HANDLES), make }));
    }
    return of;
  };
  const session = (connection: number, id: string): SessionHandle => {
    const { cache, make } = handlesOf(connection);
    return cache.get(id, make);
  };

  const address = (ip: string): AddressFacts => {
    const facts = addresses.get(ip, makeAddress);
    watched?.address.add(facts.key);
    return facts;
  };
  const device = (userAgent: string): DeviceFacts => {
    const facts = devices.get(userAgent, makeDevice);
    watched?.device.add(facts.key);
    return facts;
  };

  return {
    word: (text) => words.get(text, word),
    address,
    device,
    addressOf: (of, ip) => {
      if (of.address?.text === ip && watched === null) return of.address.facts;
      const facts = address(ip);
      of.address = { text: ip, facts };
      return facts;
    },
    deviceOf: (of, userAgent) => {
      if (of.device?.text === userAgent && watched === null) return of.device.facts;
      const facts = device(userAgent);
      of.device = { text: userAgent, facts };
      return facts;
    },
    watch: () => {
      const out = { address: new Set<number>(), device: new Set<number>() };
      watched = out;
      return {
        ...out,
        stop: () => {
          if (watched === out) watched = null;
        },
      };
    },
    handle: (connection, id) => session(connection, id).key,
    session,
    peekSession: (connection, id) => handles.get(connection)?.cache.peek(id),
    forget: () => {
      for (const cache of [words, addresses, devices]) cache.clear();
      handles.clear();
    },
  };
}

function keyed(db: WritableDb, table: 'word', column: 'text'): (text: string) => number {
  const find = db.prepare(`SELECT key FROM ${table} WHERE ${column} = ?`).pluck();
  const add = db.prepare(`INSERT INTO ${table} (${column}) VALUES (?) RETURNING key`).pluck();
  return (text) => Number(find.get(text) ?? add.get(text));
}

import { z } from 'zod';
import { boundedCache } from '#geo/bounded-cache.ts';
import { AccountId } from '#shared/domain/ids.ts';
import type { ReadableDb } from './database.ts';
import { AddressColumns, addressView, DeviceColumns, deviceView, Texts } from './known-columns.ts';
import { readRows, readValue } from './statements.ts';

/** Entries of each dictionary that a reader remembers. */
const KEPT = 40_000;

export type KnownAddress = ReturnType<typeof addressView>;
export type KnownDevice = ReturnType<typeof deviceView>;
export interface KnownAccount {
  readonly id: AccountId;
  readonly name: string;
  readonly roles: readonly string[];
  readonly privileged: boolean;
  readonly service: boolean;
}

/** What keys in rows stand for. Rows of a page share most of it, and so do pages. */
export interface KnownEntries {
  address(key: number | null): KnownAddress | null;
  device(key: number | null): KnownDevice | null;
  account(key: number | null): KnownAccount | null;
  word(key: number | null): string | null;
  /** Marks of a session: a word that is a JSON array. */
  marks(key: number): readonly string[];
}

const Account = z.object({
  id: AccountId,
  name: z.string(),
  roles: Texts,
  privileged: z.int(),
  service: z.int(),
});

/**
 * A schema compiles itself when it is first used, which takes longer than reading a page does: somebody who opens a window waits
 * for the first pages, and whoever reads on gains by it.
 */
const INTERPRETED = { jitless: true } as const;
/** Entries of about ten pages. */
const INTERPRETED_ENTRIES = 1_000;
let parsed = 0;
const read = <T extends z.ZodType>(schema: T, row: unknown): z.output<T> => {
  parsed += 1;
  return parsed > INTERPRETED_ENTRIES ? schema.parse(row) : schema.parse(row, INTERPRETED);
};

function createEntries(db: ReadableDb): KnownEntries {
  /** Null stays null, and an entry that has gone is not remembered as gone. */
  const remembered = <T>(look: (key: number) => T | null): ((key: number | null) => T | null) => {
    const cache = boundedCache<T, number>(KEPT);
    return (key) => {
      if (key === null) return null;
      const found = cache.peek(key) ?? look(key);
      return found === null ? null : cache.get(key, () => found);
    };
  };
  const one = (sql: string, key: number): unknown => readRows(db, sql, [key])[0];
  const word = remembered((key) => {
    const text = readValue(db, 'SELECT text FROM word WHERE key = ?', [key]);
    return typeof text === 'string' ? text : null;
  });
  const marks = remembered((key) => {
    const text = word(key);
    return text === null ? null : Texts.parse(text);
  });
  return {
    word,
    marks: (key) => marks(key) ?? [],
    address: remembered((key) => {
      const row = one('SELECT * FROM address WHERE key = ?', key);
      return row === undefined ? null : addressView(read(AddressColumns, row));
    }),
    device: remembered((key) => {
      const row = one('SELECT * FROM device WHERE key = ?', key);
      return row === undefined ? null : deviceView(read(DeviceColumns, row));
    }),
    account: remembered((key) => {
      const row = one('SELECT id, name, roles, privileged, service FROM account WHERE key = ?', key);
      if (row === undefined) return null;
      const { privileged, service, ...rest } = read(Account, row);
      return { ...rest, privileged: privileged === 1, service: service === 1 };
    }),
  };
}

const remembered = new WeakMap<
  ReadableDb,
  { readonly generation: unknown; readonly entries: KnownEntries }
>();

/**
 * The dictionaries as they are now. A handle that only reads remembers entries until one changes or goes, which the
 * constant `dictionaries` tells; the handle that writes may take back what it has read, and remembers nothing.
 */
export function knownEntries(db: ReadableDb): KnownEntries {
  if (!db.readonly) return createEntries(db);
  const generation = readValue(db, "SELECT value FROM constant WHERE name = 'dictionaries'");
  const held = remembered.get(db);
  if (held !== undefined && generation !== undefined && held.generation === generation) return held.entries;
  const entries = createEntries(db);
  remembered.set(db, { generation, entries });
  return entries;
}

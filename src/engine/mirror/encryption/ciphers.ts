import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type Database from 'better-sqlite3';
import type { Problem } from '#shared/domain/result.ts';
import type { DataKey } from './data-key.ts';

// The second SQLite, with ciphers (docs/decisions/0008-encryption-at-rest.md). It is found and loaded when the first
// encrypted file is opened, and never in a program that opens none.

const PACKAGE = 'better-sqlite3-multiple-ciphers';
/** Below this Node-API the prebuilt files of the package crash the process: then set-up has to have made one. */
const PREBUILT_NAPI = 10;

/** What the package has beyond better-sqlite3: the key as bytes, so that it is in no statement. */
type Ciphered = Database.Database & { key(key: Buffer): unknown };
type Constructor = new (file: string, options: Database.Options) => Ciphered;

/** The file to load; undefined: the package's own choice; null: there is none that this program could load. */
function binding(): string | undefined | null {
  let folder: string;
  try {
    folder = dirname(createRequire(import.meta.url).resolve(`${PACKAGE}/package.json`));
  } catch {
    return null;
  }
  const built = join(folder, 'build', 'Release', 'better_sqlite3.node');
  if (existsSync(built)) return built;
  return Number(process.versions['napi']) >= PREBUILT_NAPI ? undefined : null;
}

/** Why no encrypted file can be opened in this installation; null when they can. */
export const ciphersProblem = (): Problem | null =>
  binding() === null
    ? {
        code: 'NO_CIPHERS',
        message: 'The part that reads and writes encrypted mirrors has not been set up yet.',
        advice: 'Run “npm run setup -- --encryption” once; it compiles it, which takes some minutes.',
      }
    : null;

let loaded: { readonly open: Constructor; readonly options: Database.Options } | null = null;

function load(): NonNullable<typeof loaded> {
  if (loaded !== null) return loaded;
  const nativeBinding = binding();
  if (nativeBinding === null) throw new Error(ciphersProblem()?.message);
  // Its own types are those of better-sqlite3 with little more.
  const open = createRequire(import.meta.url)(PACKAGE) as Constructor;
  loaded = { open, options: nativeBinding === undefined ? {} : { nativeBinding } };
  return loaded;
}

/** As SQLite takes a key that nothing is to be derived of. */
const raw = (key: DataKey): string => `raw:${key}`;

/**
 * Opens a file with the SQLite that has ciphers.
 * @param key null: the file is not encrypted
 */
export function openCiphered(
  file: string,
  key: DataKey | null,
  options: Database.Options,
): Database.Database {
  const { open, options: more } = load();
  const db = new open(file, { ...options, ...more });
  try {
    db.pragma("cipher = 'aegis'");
    if (key !== null) db.key(Buffer.from(raw(key)));
    // What does not fit into memory would be written into files of their own.
    db.pragma('temp_store = MEMORY');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Attaches another file under a name. @param key null: that file is not encrypted */
export function attachCiphered(db: Database.Database, file: string, name: string, key: DataKey | null): void {
  db.prepare(`ATTACH ? AS ${name} KEY ?`).run(file, key === null ? '' : raw(key));
}

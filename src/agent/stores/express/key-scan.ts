import { hash } from 'node:crypto';
import type { ChangedKeys } from './changed-keys.ts';
import { KeyTable } from './key-table.ts';
import type { RedisReader } from './redis-reader.ts';
import type { RawSession } from './session-data.ts';

/**
 * Keys whose contents are read again at one look. A key costs twenty times as much to read as to be named: so many
 * (some 30 ms) beside naming 100,000 (some 80 ms) stay below a tenth of a core at a look every two seconds.
 */
const READ_AT_ONCE = 2_000;
const PRINT_BYTES = 6;
/** A key that holds something else than a text. */
const NO_TEXT = 0;

/**
 * Finds out what changed in a Redis that does not tell: by naming all keys, which says at once what came and went, and
 * by reading the contents of some thousand at a time.
 */
export class KeyScan {
  readonly #reader: RedisReader;
  readonly #changed: ChangedKeys;
  readonly #table = new KeyTable();
  #complete = false;

  constructor(reader: RedisReader, changed: ChangedKeys) {
    this.#reader = reader;
    this.#changed = changed;
  }

  /** Whether there is something to compare with. */
  get started(): boolean {
    return this.#complete;
  }

  /** Keys that are remembered. */
  get size(): number {
    return this.#table.size;
  }

  /** Notes keys that came and went since; nothing at the first time. */
  async name(signal: AbortSignal): Promise<void> {
    this.#table.begin();
    await this.#reader.names((key) => {
      if (!this.#table.see(key) && this.#complete) this.#changed.note(this.#reader.sidOf(key));
    }, signal);
    for (const key of this.#table.takeUnseen()) this.#changed.note(this.#reader.sidOf(key));
    this.#complete = true;
  }

  /** Notes which of the next few thousand keys hold something else than before; says how many were read. */
  async readSome(signal: AbortSignal): Promise<number> {
    const sids = this.#table.next(READ_AT_ONCE).map((key) => this.#reader.sidOf(key));
    const found = new Map((await this.#reader.read(sids, signal)).map((raw) => [raw.sid, raw]));
    for (const sid of sids) if (this.#print(sid, found.get(sid))) this.#changed.note(sid);
    return sids.length;
  }

  /** What is under this key is known to whoever asked for it: only a further change is one. */
  known(sid: string, raw: RawSession | undefined): void {
    this.#print(sid, raw);
  }

  #print(sid: string, raw: RawSession | undefined): boolean {
    return this.#complete && this.#table.print(this.#reader.keyOf(sid), printOf(raw));
  }

  /** Somebody else tells of changes now. */
  forget(): void {
    this.#complete = false;
    this.#table.clear();
  }
}

function printOf(raw: RawSession | undefined): number {
  if (raw === undefined) return NO_TEXT;
  const digest = hash('sha1', `${String(raw.expiresAt)} ${raw.json ?? 'too large'}`, 'buffer');
  return 1 + digest.readUIntBE(0, PRINT_BYTES);
}

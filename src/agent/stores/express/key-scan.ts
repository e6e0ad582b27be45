import { hash } from 'node:crypto';
import { ChangedKeys } from './changed-keys.ts';
import { KeyTable } from './key-table.ts';
import type { RedisReader } from './redis-reader.ts';
import type { RawSession } from './session-data.ts';

/**
 * Keys whose contents are read again at one look. A key costs twenty times as much to read as to be named: so many
 * (some 50 ms) beside naming 100,000 (some 60 ms) stay below a tenth of a core at a look every two seconds.
 */
const READ_AT_ONCE = 4_000;
const PRINT_BYTES = 6;
/** A key that holds something else than a text. */
const NO_TEXT = 0;

/**
 * Finds out what changed in a Redis that does not tell. Every look names all keys, so that sessions that came and went
 * are known at once, and reads the contents of the next few thousand, so that everything else is known after a round.
 */
export class KeyScan {
  readonly changed = new ChangedKeys();
  readonly #reader: RedisReader;
  readonly #table = new KeyTable();
  #complete = false;

  constructor(reader: RedisReader) {
    this.#reader = reader;
  }

  /** Looks through all keys. */
  async look(signal: AbortSignal): Promise<void> {
    this.#table.begin();
    await this.#reader.scan((sids) => {
      for (const sid of sids) if (!this.#table.see(sid) && this.#complete) this.changed.note(sid);
      return Promise.resolve();
    }, signal);
    for (const sid of this.#table.takeUnseen()) this.changed.note(sid);
    if (!this.#complete) this.changed.begin();
    this.#complete = true;
    const sids = this.#table.next(READ_AT_ONCE);
    const found = new Map((await this.#reader.read(sids, signal)).map((raw) => [raw.sid, raw]));
    for (const sid of sids) if (this.#table.print(sid, printOf(found.get(sid)))) this.changed.note(sid);
  }

  /** What is under this key is known to whoever asked for it: only a further change is one. */
  known(sid: string, raw: RawSession | undefined): void {
    this.#table.print(sid, printOf(raw));
  }

  /** Somebody else tells of changes now. */
  forget(): void {
    if (!this.#complete) return;
    this.#complete = false;
    this.#table.clear();
    this.changed.begin();
  }
}

function printOf(raw: RawSession | undefined): number {
  if (raw === undefined) return NO_TEXT;
  const digest = hash('sha1', `${String(raw.expiresAt)} ${raw.json ?? 'too large'}`, 'buffer');
  return 1 + digest.readUIntBE(0, PRINT_BYTES);
}

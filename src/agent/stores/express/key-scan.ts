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
  /** Where the round stands; null between two rounds. */
  #cursor: string | null = null;

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

  /** Names all keys: notes those that came and went since; nothing at the first time. */
  async name(signal: AbortSignal): Promise<void> {
    this.#cursor = null;
    while (!(await this.nameSome(false, signal)));
  }

  /**
   * One step of the same: what came, and at the end of a round what went, is noted.
   * @param told whether changes are told: then what came and was told already is not noted once more
   * @returns whether this ended a round
   */
  async nameSome(told: boolean, signal: AbortSignal): Promise<boolean> {
    if (this.#cursor === null) this.#table.begin();
    const { next, keys } = await this.#reader.step(this.#cursor ?? '0', signal);
    signal.throwIfAborted();
    for (const key of keys) {
      if (this.#table.see(key) || !this.#complete) continue;
      const sid = this.#reader.sidOf(key);
      if (!told || !this.#changed.has(sid)) this.#changed.note(sid);
    }
    this.#cursor = next === '0' ? null : next;
    if (next !== '0') return false;
    for (const key of this.#table.takeUnseen()) this.#changed.note(this.#reader.sidOf(key));
    this.#complete = true;
    return true;
  }

  /** Notes which of the next few thousand keys hold something else than before; says how many were read. */
  async readSome(signal: AbortSignal): Promise<number> {
    const sids = this.#table.next(READ_AT_ONCE).map((key) => this.#reader.sidOf(key));
    const found = new Map((await this.#reader.read(sids, signal)).map((raw) => [raw.sid, raw]));
    for (const sid of sids) if (this.#print(sid, found.get(sid))) this.#changed.note(sid);
    return sids.length;
  }

  /**
   * What is under this key is known to whoever asked for it: only a further change is one.
   * @param told whether changes are told: then a key that came or went is not to be found on the way round as well
   */
  known(sid: string, raw: RawSession | undefined, told: boolean): void {
    const key = this.#reader.keyOf(sid);
    if (told && raw === undefined) this.#table.remove(key);
    else if (told) this.#table.see(key);
    this.#print(sid, raw);
  }

  #print(sid: string, raw: RawSession | undefined): boolean {
    return this.#table.print(this.#reader.keyOf(sid), printOf(raw));
  }
}

function printOf(raw: RawSession | undefined): number {
  if (raw === undefined) return NO_TEXT;
  const digest = hash('sha1', `${String(raw.expiresAt)} ${raw.json ?? 'too large'}`, 'buffer');
  return 1 + digest.readUIntBE(0, PRINT_BYTES);
}

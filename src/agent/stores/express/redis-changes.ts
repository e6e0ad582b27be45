import { ChangedKeys } from './changed-keys.ts';
import { KeyScan } from './key-scan.ts';
import { KeyspaceEvents } from './keyspace-events.ts';
import type { RedisAccess } from './redis-access.ts';
import type { RedisReader } from './redis-reader.ts';
import type { RawSession } from './session-data.ts';

/**
 * Which keys changed: told by Redis where it tells, found out where it does not. Redis is believed once it told
 * something, because one that is set up to tell nothing looks like one where nothing happens.
 */
export class RedisChanges {
  readonly changed = new ChangedKeys();
  readonly #events: KeyspaceEvents;
  readonly #scan: KeyScan;
  #listens = false;
  /** All keys were looked through, and nobody asked yet what that found. */
  #looked = false;
  /** Keys that may have changed before Redis was believed and were not read since; null while it is not believed. */
  #doubtful: number | null = null;

  /** @param listening a connection of its own: one that is subscribed can ask nothing else */
  constructor(reader: RedisReader, listening: RedisAccess, db: number, prefix: string) {
    this.#events = new KeyspaceEvents(listening, db, prefix, this.changed);
    this.#scan = new KeyScan(reader, this.changed);
  }

  /** @param listens whether Redis may tell of changes */
  async open(listens: boolean, signal: AbortSignal): Promise<void> {
    this.#listens = listens;
    if (listens) await this.#events.hear(signal);
  }

  /** The connection that Redis tells on is gone. */
  lost(): void {
    this.#events.lost();
  }

  /** At every look: when this resolves, `changed` knows of everything that is noticed at this look. */
  async look(signal: AbortSignal): Promise<void> {
    this.#looked = false;
    await this.#find(signal);
    if (this.#doubtful === null) {
      this.#looked = true;
      return;
    }
    if (this.#doubtful > 0) this.#doubtful -= await this.#scan.readSome(signal);
    // Round all keys, step by step: expired ones are told then, and what was not told at all (FLUSHDB is not) is found.
    await this.#scan.nameSome(true, signal);
  }

  /** Before a reading, which a look may precede or not. */
  async beforeReading(signal: AbortSignal): Promise<void> {
    if (!this.#looked) await this.#find(signal);
    this.#looked = false;
  }

  /** What is under this key is known to whoever asked for it: only a further change is one. */
  known(sid: string, raw: RawSession | undefined): void {
    this.#scan.known(sid, raw, this.#doubtful !== null);
  }

  async #find(signal: AbortSignal): Promise<void> {
    if (this.#listens) await this.#events.hear(signal);
    const believed = this.#listens && this.#events.heard;
    if (believed && this.#doubtful !== null) return;
    // Before the keys are named, so that who came or went is told without a delay.
    await this.#scan.readSome(signal);
    const before = this.#scan.started;
    // Also when it is believed from now on: what came and went before it told anything.
    await this.#scan.name(signal);
    this.#doubtful = believed ? (before ? this.#scan.size : 0) : null;
  }
}

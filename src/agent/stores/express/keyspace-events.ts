import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { RedisAccess } from './redis-access.ts';
import { keyspaceChannel } from './acl.ts';

/** Keys whose changes are remembered one by one; when more changed than that, everything is read again. */
const MOST_DIRTY = 20_000;

/** Where reading stands in what Redis told. */
export interface EventPosition {
  readonly run: string;
  readonly count: number;
}

/**
 * Counts the changes that Redis tells of and remembers which keys they were about. What is missed while the
 * connection is away is not told again: then a new run begins, and everything has to be read.
 */
export class KeyspaceEvents {
  readonly #access: RedisAccess;
  readonly #db: number;
  readonly #prefix: string;
  readonly #channelPrefix: string;
  #run = randomUUID();
  #count = 0;
  /** Highest count of which some key was forgotten. */
  #forgotten = 0;
  readonly #dirty = new Map<string, number>();
  #subscribed: Redis | null = null;

  /** @param access a connection of its own: one that is subscribed can ask nothing else */
  constructor(access: RedisAccess, db: number, prefix: string) {
    this.#access = access;
    this.#db = db;
    this.#prefix = prefix;
    this.#channelPrefix = `__keyspace@${String(db)}__:`;
  }

  /** Where Redis stands now. Everything that was written before this call has been counted. */
  async position(signal: AbortSignal): Promise<EventPosition> {
    const client = await this.#subscribe(signal);
    // Answers and messages come in one order: with the pong, everything before it is here.
    await this.#access.ask(['ping'], signal);
    if (client !== this.#subscribed) return this.position(signal);
    return { run: this.#run, count: this.#count };
  }

  /** Whether Redis has told anything yet: otherwise it may be set up to tell nothing. */
  get heard(): boolean {
    return this.#count > 0;
  }

  /** Session ids that may have changed since; null when everything may have. */
  changedSince({ run, count }: EventPosition): readonly string[] | null {
    if (run !== this.#run || count < this.#forgotten || count > this.#count) return null;
    const changed: string[] = [];
    for (const [sid, at] of this.#dirty) if (at > count) changed.push(sid);
    return changed;
  }

  /** The connection is gone, and with it what would have been told. */
  lost(): void {
    this.#subscribed = null;
    this.#run = randomUUID();
    this.#count = 0;
    this.#forgotten = 0;
    this.#dirty.clear();
  }

  async #subscribe(signal: AbortSignal): Promise<Redis> {
    const client = await this.#access.client(signal);
    if (client === this.#subscribed) return client;
    client.removeAllListeners('pmessage');
    client.on('pmessage', (_pattern: string, channel: string) => this.#note(channel));
    try {
      await client.psubscribe(keyspaceChannel(this.#db, this.#prefix));
    } catch (error) {
      this.#access.close();
      throw this.#access.mend(error);
    }
    this.#subscribed = client;
    return client;
  }

  #note(channel: string): void {
    const start = this.#channelPrefix + this.#prefix;
    if (!channel.startsWith(start)) return;
    const sid = channel.slice(start.length);
    this.#count += 1;
    this.#dirty.delete(sid);
    this.#dirty.set(sid, this.#count);
    if (this.#dirty.size <= MOST_DIRTY) return;
    for (const [oldest, at] of this.#dirty) {
      this.#dirty.delete(oldest);
      this.#forgotten = at;
      break;
    }
  }
}

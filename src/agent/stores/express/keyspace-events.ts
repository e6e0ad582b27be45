import type { Redis } from 'ioredis';
import { keyspaceChannel } from './acl.ts';
import type { ChangedKeys } from './changed-keys.ts';
import type { RedisAccess } from './redis-access.ts';

/**
 * Remembers which keys Redis told of. What is missed while the connection is away is not told again: then a new run
 * begins, and everything has to be read.
 */
export class KeyspaceEvents {
  readonly #changed: ChangedKeys;
  readonly #access: RedisAccess;
  readonly #db: number;
  readonly #prefix: string;
  readonly #channelPrefix: string;
  #subscribed: Redis | null = null;
  #heard = false;

  /** @param access a connection of its own: one that is subscribed can ask nothing else */
  constructor(access: RedisAccess, db: number, prefix: string, changed: ChangedKeys) {
    this.#changed = changed;
    this.#access = access;
    this.#db = db;
    this.#prefix = prefix;
    this.#channelPrefix = `__keyspace@${String(db)}__:`;
  }

  /** Listens from now on. When this resolves, everything that was written before the call has been noted. */
  async hear(signal: AbortSignal): Promise<void> {
    const client = await this.#subscribe(signal);
    // Answers and messages come in one order: with the pong, everything before it is here.
    await this.#access.ask(['ping'], signal);
    if (client !== this.#subscribed) await this.hear(signal);
  }

  /** Whether Redis has told anything yet: otherwise it may be set up to tell nothing. */
  get heard(): boolean {
    return this.#heard;
  }

  /** The connection is gone, and with it what would have been told. */
  lost(): void {
    this.#subscribed = null;
    this.#heard = false;
    this.#changed.begin();
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
    if (!channel.startsWith(start) || channel.length === start.length) return;
    this.#heard = true;
    this.#changed.note(channel.slice(start.length));
  }
}

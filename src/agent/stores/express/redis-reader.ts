import { DEFAULT_LIMITS } from '../parse/parse-error.ts';
import { startsWith } from './acl.ts';
import type { Command, RedisAccess } from './redis-access.ts';
import type { RawSession } from './session-data.ts';

/** Keys of one page and of one pipeline. */
const BATCH = 500;
/** Of one SCAN step: Redis serves nobody else meanwhile, for a millisecond or two. */
const STEP = 2_000;
/** Sessions up to this size come in one pipeline; larger ones are fetched one by one. */
const INLINE_BYTES = 32 * 1024;

const bytes = (value: unknown): Buffer => (Buffer.isBuffer(value) ? value : Buffer.alloc(0));

/** Reads connect-redis keys: a text of JSON under prefix + session id, with a time to live. */
export class RedisReader {
  readonly #access: RedisAccess;
  readonly #prefix: string;
  /** PEXPIRETIME is of Redis 7; before, the time to live is asked, which says the same less exactly. */
  #absolute = true;
  readonly #clock: () => number;

  constructor(access: RedisAccess, prefix: string, clock: () => number) {
    this.#access = access;
    this.#prefix = prefix;
    this.#clock = clock;
  }

  /** Redis 7 says when a key expires, older ones only how long it lives. */
  useAbsoluteTimes(yes: boolean): void {
    this.#absolute = yes;
  }

  /** Session ids in pages of at most 500. While Redis shrinks its table, SCAN may name one twice. */
  async scan(page: (sids: readonly string[]) => Promise<void>, signal: AbortSignal): Promise<void> {
    let cursor = '0';
    do {
      const { next, keys } = await this.step(cursor, signal);
      cursor = next;
      const all = [...new Set(keys)].map((key) => this.sidOf(key));
      for (let at = 0; at < all.length; at += BATCH) {
        await page(all.slice(at, at + BATCH));
        signal.throwIfAborted();
      }
    } while (cursor !== '0');
  }

  /**
   * One step on a way round all keys; the answer is where to go on. Redis takes expired keys out, and tells of them,
   * when it meets them: by itself it may be minutes late.
   */
  async meet(cursor: string, signal: AbortSignal): Promise<string> {
    return (await this.step(cursor, signal)).next;
  }

  sidOf(key: string): string {
    return key.slice(this.#prefix.length);
  }

  keyOf(sid: string): string {
    return this.#prefix + sid;
  }

  /**
   * One step on a way round all keys, and where to go on; some come twice. Redis takes expired keys out, and tells of
   * them, when it meets them: by itself it may be minutes late.
   */
  async step(cursor: string, signal: AbortSignal): Promise<{ next: string; keys: readonly string[] }> {
    const match = startsWith(this.#prefix);
    const answer = await this.#access.askTexts(['scan', cursor, 'MATCH', match, 'COUNT', STEP], signal);
    const [next, found] = Array.isArray(answer) ? (answer as unknown[]) : [];
    const shortest = this.#prefix.length;
    // The pattern sees to the prefix; the prefix alone is no session.
    const isSession = (key: unknown): key is string => typeof key === 'string' && key.length > shortest;
    return {
      next: typeof next === 'string' ? next : '0',
      keys: Array.isArray(found) ? (found as unknown[]).filter(isSession) : [],
    };
  }

  /** Some sessions, wherever the scan begins. */
  async some(count: number, signal: AbortSignal): Promise<readonly RawSession[]> {
    const enough = new Error('enough');
    const found: string[] = [];
    try {
      await this.scan((sids) => {
        found.push(...sids);
        return found.length >= count ? Promise.reject(enough) : Promise.resolve();
      }, signal);
    } catch (error) {
      if (error !== enough) throw error;
    }
    return this.read(found.slice(0, count), signal);
  }

  /** These sessions as they are now; what is gone or no text at all is left out. */
  async read(sids: readonly string[], signal: AbortSignal): Promise<readonly RawSession[]> {
    const found: RawSession[] = [];
    for (let at = 0; at < sids.length; at += BATCH) {
      const batch = sids.slice(at, at + BATCH);
      const commands = batch.flatMap((sid): Command[] => [
        ['getrange', this.#prefix + sid, 0, INLINE_BYTES - 1],
        [this.#absolute ? 'pexpiretime' : 'pttl', this.#prefix + sid],
      ]);
      const answers = await this.#access.pipeline(commands, signal);
      for (const [index, sid] of batch.entries()) {
        const [data, life] = [answers[index * 2], answers[index * 2 + 1]];
        // Another type of value under our prefix is another application's.
        if (data?.ok !== true || life?.ok !== true) continue;
        const value = bytes(data.value);
        const left = typeof life.value === 'number' ? life.value : -2;
        if (value.length === 0 || left === -2) continue;
        found.push({ sid, json: await this.#whole(sid, value, signal), expiresAt: this.#expiry(left) });
      }
    }
    return found;
  }

  #expiry(left: number): number | null {
    if (left < 0) return null;
    return this.#absolute ? left : this.#clock() + left;
  }

  async #whole(sid: string, start: Buffer, signal: AbortSignal): Promise<string | null> {
    if (start.length < INLINE_BYTES) return start.toString('utf8');
    const key = this.#prefix + sid;
    const length = await this.#access.ask(['strlen', key], signal);
    if (typeof length !== 'number' || length > DEFAULT_LIMITS.bytes) return null;
    return bytes(await this.#access.ask(['get', key], signal)).toString('utf8');
  }

  /** Removes these keys; says of each whether it was there. */
  async unlink(sids: readonly string[], signal: AbortSignal): Promise<readonly boolean[]> {
    const removed: boolean[] = [];
    for (let at = 0; at < sids.length; at += BATCH) {
      const commands = sids.slice(at, at + BATCH).map((sid): Command => ['unlink', this.#prefix + sid]);
      for (const answer of await this.#access.pipeline(commands, signal))
        removed.push(answer.ok && answer.value === 1);
    }
    return removed;
  }
}

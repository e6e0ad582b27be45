import type { Redis } from 'ioredis';
import { z } from 'zod';
import { StoreError } from '../store-adapter.ts';

/** Where an application caches what its database holds: a Redis, and the name of an entry with a placeholder. */
export const cacheConfig = (placeholder: string) =>
  z.strictObject({
    redis: z.url({ protocol: /^(?:rediss?|unix)$/ }),
    key: z.string().includes(placeholder),
  });
export type CacheConfig = z.infer<ReturnType<typeof cacheConfig>>;

/** Takes entries out of a cache that would go on serving what was taken out of the database. */
export interface CacheEntries {
  forget(names: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export function cacheEntries(config: CacheConfig, placeholder: string): CacheEntries {
  const options = { lazyConnect: true, maxRetriesPerRequest: 1, connectTimeout: 5_000 };
  const open = async (): Promise<Redis> => {
    // Most agents need no Redis: its driver is read with the first entry.
    const { Redis } = await import('ioredis');
    const redis = config.redis.startsWith('unix:')
      ? new Redis(decodeURIComponent(new URL(config.redis).pathname), options)
      : new Redis(config.redis, options);
    redis.on('error', () => undefined);
    return redis;
  };
  let opened: Promise<Redis> | null = null;
  return {
    async forget(names) {
      if (names.length === 0) return;
      try {
        const redis = await (opened ??= open());
        await redis.unlink(...names.map((name) => config.key.replaceAll(placeholder, () => name)));
      } catch (error) {
        throw new StoreError(
          'unavailable',
          'sessions were taken out of the database, but the cache cannot be reached and goes on serving them',
          { cause: error },
        );
      }
    },
    async close() {
      (await opened)?.disconnect();
    },
  };
}

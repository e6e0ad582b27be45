import { Redis } from 'ioredis';
import { StoreError } from '../store-adapter.ts';
import type { WordpressConfig } from './config.ts';

/** Takes an account's entry out of the site's persistent object cache. */
export interface ObjectCache {
  forget(user: number): Promise<void>;
  close(): Promise<void>;
}

export function objectCache(config: WordpressConfig['objectCache']): ObjectCache | null {
  if (config === undefined || config === 'none') return null;
  const path = config.redis.startsWith('unix:') ? decodeURIComponent(new URL(config.redis).pathname) : null;
  const options = {
    lazyConnect: true,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: true,
    connectTimeout: 5_000,
  };
  const redis = path === null ? new Redis(config.redis, options) : new Redis(path, options);
  redis.on('error', () => undefined);
  return {
    async forget(user) {
      try {
        await redis.unlink(config.key.replaceAll('{userId}', String(user)));
      } catch (error) {
        throw new StoreError(
          'unavailable',
          'the session was taken out of the database, but the object cache cannot be reached: it goes on serving it',
          { cause: error },
        );
      }
    },
    close() {
      redis.disconnect();
      return Promise.resolve();
    },
  };
}

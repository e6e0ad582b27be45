import { type StoreAdapter, type StoreCursor, type StoredAccount } from '#agent/stores/store-adapter.ts';
import { never } from './reading.ts';
import { expressRedisWorld, type ExpressRedisWorld } from './worlds/express-redis-world.ts';

/** A minute before these tests began, in whole seconds. */
export const at = Math.trunc(Date.now() / 1_000) * 1_000 - 60_000;
export const visit = { at, ip: '203.0.113.9', userAgent: 'Firefox' };
export const anna = { name: 'anna', email: '', roles: ['editor'] };

/** Works with an Express application on a Redis of its own. */
export async function inWorld(
  work: (world: ExpressRedisWorld) => Promise<void>,
  ...options: Parameters<typeof expressRedisWorld>
): Promise<void> {
  const world = await expressRedisWorld(...options);
  try {
    await work(world);
  } finally {
    await world.adapter.close();
    await world.dispose();
  }
}
/** A later reading, with what it says of ends and accounts. */
export async function listSince(adapter: StoreAdapter, from: StoreCursor | null) {
  const keys: string[] = [];
  const ended: string[] = [];
  const shown: StoredAccount[] = [];
  let everything = false;
  const cursor = await adapter.sessions(
    from,
    (page) => {
      keys.push(...page.map(({ key }) => key));
      return Promise.resolve();
    },
    never,
    {
      everything() {
        everything = true;
      },
      ended: (gone) => void ended.push(...gone),
      shown: (accounts) => void shown.push(...accounts),
    },
  );
  return { keys: keys.sort(), ended: ended.sort(), shown, everything, cursor };
}

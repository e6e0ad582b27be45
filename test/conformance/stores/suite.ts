import { afterAll, afterEach, beforeEach, describe } from 'vitest';
import { disposeServers } from './databases.ts';
import { endingTests } from './suite-ending.ts';
import { keepingTests } from './suite-keeping.ts';
import { listingTests } from './suite-listing.ts';
import type { World } from './world.ts';

/** Proves an adapter against a store; the same for every kind. Each test has a store of its own. */
export function conformance(label: string, makeWorld: () => Promise<World>): void {
  describe(label, () => {
    let world: World | null = null;
    const current = (): World => {
      if (world === null) throw new Error('no store was made for this test');
      return world;
    };
    beforeEach(async () => {
      world = await makeWorld();
    });
    afterEach(async () => {
      const ending = world;
      world = null;
      await ending?.adapter.close();
      await ending?.dispose();
    });
    afterAll(disposeServers);
    listingTests(current);
    endingTests(current);
    keepingTests(current);
  });
}

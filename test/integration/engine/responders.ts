import type { OperationView } from '#shared/ipc/views.ts';
import { startDesk, startSite, type Site } from '#test/support/response-world.ts';
import type { TestEngine } from '#test/support/test-engine.ts';
import type { closing } from './cleanups.ts';

/** Real agents and engines that end with the test. */
export const responders = (open: ReturnType<typeof closing>) => ({
  site: async (name: string, options: Parameters<typeof startSite>[2] = {}): Promise<Site> => {
    const one = await startSite(open.folder(), name, options);
    open.later(() => one.agent.stop());
    return one;
  },
  desk: async (
    sites: readonly Site[],
    ...rest: Parameters<typeof startDesk> extends [unknown, unknown, ...infer R] ? R : never
  ) => {
    const one = await startDesk(open.folder(), sites, ...rest);
    open.later(() => one.engine.stop());
    return one;
  },
});

/** The operation, once each of its commands has ended. */
export const finished = (engine: TestEngine, operation: string): Promise<OperationView> =>
  engine.until('finished', async () => {
    const all = await engine.call('respond.operations', { limit: 50 });
    const found = all.find(({ id }) => id === operation);
    return found?.commands.every(({ finishedAt }) => finishedAt !== null) === true ? found : null;
  });

/** The receipt, once the agents have named whom the commands meant. */
export const listed = (engine: TestEngine, operation: string) =>
  engine.until('listed', async () => {
    const page = await engine.call('respond.receipt', {
      operation: operation,
      offset: 0,
      limit: 1_000,
    });
    return page.listed ? page : null;
  });

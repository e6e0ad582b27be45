import { isAbsolute, join } from 'node:path';
import type { Finding, StoreDeps, StoreKind } from '../store-kind.ts';
import { StoreError } from '../store-adapter.ts';
import type { DemoStoreConfig } from './config.ts';
import { demoStoreConfig } from './config.ts';
import { createDemoStore } from './demo-store.ts';
import { openForReading } from './schema.ts';

/** Relative folders are relative to the configuration file. */
const placed = (config: DemoStoreConfig, deps: StoreDeps): DemoStoreConfig => ({
  ...config,
  dir: isAbsolute(config.dir) ? config.dir : join(deps.baseDir, config.dir),
});

/** The demo store as the agent's registry takes it. */
export const demoStore: StoreKind<DemoStoreConfig> = {
  kind: 'demo',
  configSchema: demoStoreConfig,
  example: [
    'dir: ./demo                # folder of the invented application; made when missing',
    'preset: shop               # shop | intranet | blog',
    'seed: 1                    # another seed, other people',
    '# rate: 4                  # changes a second, 0 to 2000; absent: a natural pace',
    '# historyDays: 30',
    '# people: 400',
    '# simulate: true           # false: only read what another process writes',
  ].join('\n'),
  create: (config, deps) => createDemoStore(placed(config, deps), deps),
  doctor: (config, deps) => Promise.resolve([look(placed(config, deps))]),
};

function look(config: DemoStoreConfig): Finding {
  try {
    openForReading(config.dir).close();
    return { id: 'demo.database', status: 'ok', message: `the demo store in ${config.dir} can be read` };
  } catch (error) {
    const message = error instanceof StoreError ? error.message : String(error);
    return config.simulate && error instanceof StoreError && error.kind === 'unavailable'
      ? {
          id: 'demo.database',
          status: 'ok',
          message: 'there is no demo store yet: the first start makes it',
          nothingYet: true,
        }
      : { id: 'demo.database', status: 'wrong', message, fix: `remove ${config.dir} to start anew` };
  }
}

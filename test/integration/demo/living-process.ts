import { createDemoStore } from '#agent/stores/demo/demo-store.ts';
import { demoStoreConfig } from '#agent/stores/demo/config.ts';
import { epochMs } from '#shared/domain/units.ts';

// A process of its own that lives in the folder it is given, at full speed, until it is killed.
const [dir = ''] = process.argv.slice(2);
const say = (message: string): void => {
  process.stderr.write(`${message}\n`);
};
const store = createDemoStore(
  demoStoreConfig.parse({ dir, preset: 'blog', seed: 2, historyDays: 2, rate: 1_500 }),
  {
    clock: () => epochMs(Date.now()),
    log: { debug: say, info: say, warn: say, error: say },
  },
);
await store.open(new AbortController().signal);
process.stdout.write('living\n');
// The simulator's own timer does not keep a process alive.
setInterval(() => undefined, 1_000);

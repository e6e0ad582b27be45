import { spawnBound } from './lib/child.mjs';
import { superviseGroup } from './lib/process-tree.mjs';
import { root } from './lib/paths.mjs';
import { fail, say } from './lib/report.mjs';
import { build } from './build.mjs';
import { setup } from './setup.mjs';

// The kill test of `npm test` with many more kills: `npm run soak`, or `WATCHFLOOR_KILLS=2000 npm run soak`. Every 25
// kills it says how far it has come, every 50 all that both sides hold is compared.
try {
  await setup();
  await build();
  const kills = process.env['WATCHFLOOR_KILLS'] ?? '500';
  say(`${kills} kills, two to three seconds each; Ctrl-C stops.`);
  const child = spawnBound(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', 'test/faults/kill.test.ts'],
    {
      cwd: root,
      stdio: 'inherit',
      detached: true,
      env: { ...process.env, WATCHFLOOR_KILLS: kills },
    },
  );
  process.exitCode = await superviseGroup(child);
} catch (error) {
  fail(error);
}

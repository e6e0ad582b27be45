import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { check } from './check.mjs';
import { build } from './build.mjs';
import { databasePackages } from './debian-packages.mjs';
import { spawnBound } from './lib/child.mjs';
import { hasDisplay, startDisplay } from './lib/display.mjs';
import { root } from './lib/paths.mjs';
import { superviseGroup } from './lib/process-tree.mjs';
import { fail, say, secondsSince } from './lib/report.mjs';
import { readStamp } from './lib/stamp.mjs';
import { closingLine, NOTHING, playwrightTally, sum, vitestTally } from './lib/tally.mjs';
import { both, environment, installPackages, setup } from './setup.mjs';

const results = join(root, 'test-results');

/** Ended by Ctrl-C or an end request: the rest is not run. */
class Interrupted extends Error {}

/** @returns {Promise<boolean>} whether there are tests that need the real servers */
async function hasConformanceTests() {
  const files = await readdir(join(root, 'test/conformance'), { recursive: true }).catch(() => []);
  return files.some((file) => file.endsWith('.test.ts'));
}

/**
 * Runs a test runner in a process group of its own, so that Ctrl-C ends what its tests have started too.
 * @param {string} script
 * @param {readonly string[]} args
 * @param {Record<string, string>} env
 * @param {string} reportFile
 * @param {(report: Record<string, unknown>) => import('./lib/tally.mjs').Tally} read
 * @returns {Promise<import('./lib/tally.mjs').Tally>}
 */
async function runner(script, args, env, reportFile, read) {
  await rm(reportFile, { force: true });
  const started = Date.now();
  const child = spawnBound(process.execPath, [join(root, 'node_modules', script), ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
    env: { ...process.env, ...env },
  });
  const code = await superviseGroup(child);
  if (code === 130 || code === 143) throw new Interrupted();
  const report = await readStamp(reportFile);
  const tally = report ? read(report) : NOTHING;
  say(`${script.split('/')[0]}: ${closingLine(tally)} (${secondsSince(started)})`);
  // The runner failed for a reason that its report does not tell, or found nothing to run.
  const isExplained = code === 0 ? tally.passed > 0 : tally.failed > 0;
  return isExplained ? tally : sum([tally, { ...NOTHING, failed: 1 }]);
}

/** @param {readonly string[]} args @param {Record<string, string>} env */
function unitTests(args, env) {
  const report = join(results, 'vitest.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  return runner('vitest/vitest.mjs', ['run', ...reporters, ...args], env, report, vitestTally);
}

/** @param {Record<string, string>} env */
function windowTests(env) {
  const report = join(results, 'e2e.json');
  return runner('@playwright/test/cli.js', ['test'], env, report, playwrightTally);
}

/** @param {readonly string[]} args for vitest; with any, only it is run */
async function test(args) {
  const isAll = args.length === 0;
  const debian = isAll && (await hasConformanceTests()) ? databasePackages : [];
  await installPackages();
  // A set-up waits for the network, for Debian's packages and for a compiler that uses one core.
  const [, failedChecks = []] = await both(
    setup({ need: { electron: true, encryption: true, debian } }),
    isAll ? check() : undefined,
  );
  // Not beside the checks: for a moment a build writes a file of its own beside the sources, and they would look at it.
  await build();
  const display = hasDisplay() ? undefined : await startDisplay();
  const env = { ...(await environment()), ...display?.env };
  try {
    const parts = [await unitTests(args, env)];
    if (isAll) parts.push(await windowTests(env));
    const tally = sum(parts);
    if (failedChecks.length > 0) say(`checks failed: ${failedChecks.join(', ')}`);
    if (tally.skipped > 0) say('skipped tests count as failed: a test that is not run proves nothing.');
    process.stdout.write(`\n${closingLine(tally)}\n`);
    const isGood = tally.passed > 0 && tally.failed === 0 && tally.skipped === 0 && failedChecks.length === 0;
    process.exitCode = isGood ? 0 : 1;
  } finally {
    await display?.stop();
  }
}

try {
  await test(process.argv.slice(2));
} catch (error) {
  if (error instanceof Interrupted) process.exitCode = 130;
  else fail(error);
}

import { createRequire } from 'node:module';
import { readdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { boundaryProblems } from './lib/boundaries.mjs';
import { interruptible, run } from './lib/child.mjs';
import { root } from './lib/paths.mjs';
import { fail, say, secondsSince } from './lib/report.mjs';
import { sourceFiles } from './lib/source-files.mjs';
import { setup } from './setup.mjs';

/** @typedef {{ name: string, run: () => Promise<string[]> }} Check gives its problems, in words */

/** These tools make millions of small objects: with little room for the young ones they clear up again and again. */
const ROOM = '--max-semi-space-size=64';

/** The layers of tsconfig.lint-programs.json. */
const PROGRAMS = ['shared', 'geo', 'agent', 'engine', 'cli'].map((layer) => `src/${layer}`);

/**
 * A tool from node_modules: its output is the problem when it does not exit with 0.
 * @param {string} script
 * @param {readonly string[]} args
 * @returns {() => Promise<string[]>}
 */
function tool(script, args) {
  return async () => {
    const result = await run(process.execPath, [ROOM, join(root, 'node_modules', script), ...args], {
      cwd: root,
    });
    return result.code === 0 ? [] : [result.output.trim() || `${script} exited with code ${result.code}`];
  };
}

/** @param {readonly string[]} args */
const lint = (args) => tool('eslint/bin/eslint.js', [...args, '--max-warnings', '0']);

/** @returns {Promise<string[]>} */
async function boundaries() {
  const config = '.dependency-cruiser.cjs';
  const script = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const { output } = await run(process.execPath, [script, 'src', '--config', config, '-T', 'json'], {
    cwd: root,
  });
  const files = (await sourceFiles(root, ['src'])).filter(
    (file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts'),
  );
  const { forbidden } = createRequire(import.meta.url)(join(root, config));
  const reasons = Object.fromEntries(
    forbidden.map((/** @type {{ name: string, comment: string }} */ rule) => [rule.name, rule.comment]),
  );
  try {
    return boundaryProblems(JSON.parse(output), files, reasons);
  } catch {
    return [`dependency-cruiser failed:\n${output}`];
  }
}

/** The checks in scripts/checks: each file exports `check({ root })`. @returns {Promise<Check[]>} */
async function ownChecks() {
  const folder = join(root, 'scripts/checks');
  const names = (await readdir(folder)).filter((file) => file.endsWith('.mjs')).sort();
  return Promise.all(
    names.map(async (file) => {
      const module = await import(pathToFileURL(join(folder, file)).href);
      return { name: file.replace(/\.mjs$/, ''), run: async () => module.check({ root }) };
    }),
  );
}

/** The longest first, so that two cores end at about the same time. @returns {Promise<Check[]>} */
async function checks() {
  return [
    {
      name: 'lint (window, tests)',
      run: lint(['.', ...PROGRAMS.flatMap((path) => ['--ignore-pattern', `${path}/**`])]),
    },
    { name: 'lint (programs)', run: lint(PROGRAMS) },
    { name: 'types', run: tool('typescript/bin/tsc', ['-b', '--pretty', 'false']) },
    { name: 'formatting', run: tool('prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.']) },
    { name: 'unused code', run: tool('knip/bin/knip.js', ['--no-progress']) },
    { name: 'boundaries', run: boundaries },
    ...(await ownChecks()),
  ];
}

/**
 * Runs every check, as many at once as there are cores, and prints a line for each.
 * @returns {Promise<string[]>} names of those that failed
 */
export async function check() {
  const waiting = await checks();
  /** @type {string[]} */
  const failed = [];
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const started = Date.now();
      const problems = await next.run().catch((error) => [String(error?.stack ?? error)]);
      say(`check ${next.name}: ${problems.length === 0 ? 'ok' : 'FAILED'} (${secondsSince(started)})`);
      if (problems.length === 0) continue;
      failed.push(next.name);
      process.stderr.write(
        `${problems.map((problem) => `  ${problem.replaceAll('\n', '\n  ')}`).join('\n')}\n`,
      );
    }
  };
  await interruptible(() => Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, worker)));
  return failed;
}

if (process.argv[1] && resolve(process.argv[1]) === join(root, 'scripts/check.mjs')) {
  try {
    await setup();
    const failed = await check();
    if (failed.length > 0) {
      say(`checks failed: ${failed.join(', ')}`);
      process.exitCode = 1;
    }
  } catch (error) {
    fail(error);
  }
}

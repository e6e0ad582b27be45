import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { build as bundle } from 'vite';
import { between, fullReport, isMet, quotedReport, readOutput } from './lib/bench-results.mjs';
import { interruptible, run } from './lib/child.mjs';
import { hasDisplay, startDisplay } from './lib/display.mjs';
import { localCache, root } from './lib/paths.mjs';
import { fail, say, secondsSince, SetupError } from './lib/report.mjs';
import { build, generate } from './build.mjs';
import { environment, setup } from './setup.mjs';

// Measures the product beside its ceilings: docs/performance.md says what, and how to add a bench.

const folder = join(root, 'test/bench');
const resultsFile = join(folder, 'results.json');
const documents = [
  { file: join(root, 'docs/performance.md'), render: fullReport },
  { file: join(root, 'README.md'), render: quotedReport },
];
/** Threads that a program starts lie beside it under these names, as in electron.vite.config.ts. */
const threads = {
  reader: 'src/engine/mirror/reader-process.ts',
  listing: 'src/agent/state/bulk/bulk-worker.ts',
  evaluator: 'src/engine/detections/evaluation/evaluator-worker.ts',
  checkpointer: 'src/engine/mirror/checkpoints/checkpoint-worker.ts',
};

/** @returns {Promise<string[]>} names of the benches: `detect` for detect.bench.ts */
async function benches() {
  const files = await readdir(folder);
  return files
    .filter((file) => file.endsWith('.bench.ts'))
    .map((file) => basename(file, '.bench.ts'))
    .sort();
}

/**
 * What a bench needs besides itself, from its line `// needs: …`: `data` (generated geo data), `build` (the built
 * programs, and the data), `window` (Electron and a display, and the programs).
 * @param {readonly string[]} names
 */
async function needs(names) {
  const texts = await Promise.all(names.map((name) => readFile(join(folder, `${name}.bench.ts`), 'utf8')));
  const words = texts.flatMap((text) => /^\/\/ needs: (.*)$/m.exec(text)?.[1]?.split(/,\s*/) ?? []);
  const window = words.includes('window');
  const programs = window || words.includes('build');
  return { window, programs, data: programs || words.includes('data') };
}

/**
 * Bundles as the product is bundled: what a runner adds to source that it loads file by file would be measured too.
 * @param {readonly string[]} names
 * @param {string} target
 */
async function prepare(names, target) {
  await rm(target, { recursive: true, force: true });
  await bundle({
    root,
    configFile: false,
    logLevel: 'warn',
    build: {
      ssr: true,
      target: 'node20.18',
      outDir: target,
      sourcemap: true,
      minify: false,
      rolldownOptions: {
        input: {
          ...Object.fromEntries(names.map((name) => [name, join(folder, `${name}.bench.ts`)])),
          ...Object.fromEntries(Object.entries(threads).map(([name, file]) => [name, join(root, file)])),
        },
        // Side by side: what benches share finds the built programs from where it lies.
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'shared-[name]-[hash].js' },
      },
    },
  });
}

async function about() {
  const require = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const [cpu] = cpus();
  return {
    machine: `${cpus().length} × ${cpu?.model ?? 'processor'}, ${Math.round(totalmem() / 2 ** 30)} GB`,
    date: new Date().toISOString().slice(0, 10),
    versions: `Node ${process.versions.node}, better-sqlite3 ${require.dependencies['better-sqlite3']}`,
  };
}

/** @returns {Promise<import('./lib/bench-results.mjs').Results>} */
async function oldResults() {
  return existsSync(resultsFile) ? JSON.parse(await readFile(resultsFile, 'utf8')) : {};
}

/** @param {import('./lib/bench-results.mjs').Results} results */
async function write(results) {
  await writeFile(resultsFile, `${JSON.stringify(results, null, 2)}\n`);
  for (const { file, render } of documents) {
    const text = await readFile(file, 'utf8');
    await writeFile(file, between(text, 'bench', render(results)));
  }
}

/** @param {{ only: readonly string[], quick: boolean }} options */
async function bench({ only, quick }) {
  const all = await benches();
  const unknown = only.filter((name) => !all.includes(name));
  if (unknown.length > 0) {
    throw new SetupError(`There is no bench "${unknown.join('", "')}"; there are: ${all.join(', ')}.`);
  }
  const names = only.length > 0 ? only : all;
  const need = await needs(names);
  await setup({ need: { electron: need.window } });
  if (need.programs) await build();
  else if (need.data) await generate();
  const target = join(localCache, 'bench');
  await prepare(names, target);
  const display = need.window && !hasDisplay() ? await startDisplay() : undefined;
  const env = {
    ...process.env,
    ...(need.window ? await environment() : {}),
    ...display?.env,
    ...(quick ? { WATCHFLOOR_BENCH_QUICK: '1' } : {}),
  };
  const where = await about();
  const kept = Object.entries(await oldResults()).filter(([name]) => all.includes(name));
  const results = Object.fromEntries(kept);
  /** @type {string[]} */
  const bad = [];
  try {
    for (const name of names) {
      const started = Date.now();
      say(`bench ${name}…`);
      const child = await run(process.execPath, ['--enable-source-maps', join(target, `${name}.js`)], {
        cwd: root,
        env,
        onOutput: (text) => process.stderr.write(text),
      });
      const { rows, notes } = readOutput(child.output);
      say(`bench ${name}: ${rows.length} figures (${secondsSince(started)})`);
      if (child.code !== 0 || rows.length === 0) bad.push(`${name} failed (exit code ${child.code})`);
      else results[name] = { ...where, rows, notes };
      for (const row of rows.filter((one) => !isMet(one))) {
        const sign = row.better === 'higher' ? 'at least' : 'at most';
        bad.push(`${name}: ${row.what}: ${row.ratio?.toFixed(2)}, must be ${sign} ${row.goal}`);
      }
    }
  } finally {
    await display?.stop();
  }
  const shown = Object.fromEntries(names.flatMap((name) => (results[name] ? [[name, results[name]]] : [])));
  process.stdout.write(`${fullReport(shown)}\n`);
  if (quick) say('a quick run: nothing was written down.');
  else await write(results);
  for (const line of bad) say(line);
  process.exitCode = bad.length === 0 ? 0 : 1;
}

try {
  const { values } = parseArgs({
    options: { only: { type: 'string', multiple: true }, quick: { type: 'boolean' } },
  });
  await interruptible(() =>
    bench({ only: (values.only ?? []).flatMap((text) => text.split(',')), quick: values.quick === true }),
  );
} catch (error) {
  fail(error);
}

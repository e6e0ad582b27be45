import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { interruptible, run, tail } from './lib/child.mjs';
import { withLock } from './lib/lock.mjs';
import { localCache, outDir, root, sharedCache } from './lib/paths.mjs';
import { PLAIN } from './lib/plain-packages.mjs';
import { fail, say, secondsSince, SetupError } from './lib/report.mjs';
import { hashTree, readStamp, removeStamp, writeStamp } from './lib/stamp.mjs';
import { setup } from './setup.mjs';

const stampFile = join(outDir, '.stamp');
const generators = join(root, 'scripts/generate');

/** What the built files depend on. */
const inputs = [
  'src',
  'resources',
  'electron.vite.config.ts',
  'scripts/build.mjs',
  'scripts/lib/plain-packages.mjs',
  'package.json',
  'package-lock.json',
  'tsconfig.base.json',
];

/** What every generator may read: itself and its parts, the locked data packages, bundled resources. */
const generatorInputs = ['scripts/generate', 'resources', 'package-lock.json'];

/**
 * A generator makes data files the program reads. It exports `generate`; what it reads beyond
 * `generatorInputs` it names in `inputs` (paths below the root). It runs when any of these changed.
 * @typedef {{ root: string, outDir: string, cacheDir: string }} Places
 * @typedef {{ generate: (places: Places) => Promise<unknown> | unknown, inputs?: readonly string[] }} Generator
 */

/** Builds what is out of date; silent when nothing is. */
export async function build() {
  await interruptible(async () => {
    const source = await hashTree(root, inputs);
    const generated = await hashTree(root, generatorInputs);
    const isFresh = async () => {
      const stamp = await readStamp(stampFile);
      return (
        stamp?.['source'] === source &&
        stamp['generators'] === generated &&
        (await outputsExist(stamp['outputs']))
      );
    };
    if (await isFresh()) return;
    await withLock(join(localCache, 'build.lock'), 'building', async () => {
      if (await isFresh()) return;
      await removeStamp(stampFile);
      await generate();
      await bundle();
      await writeStamp(stampFile, { source, generators: generated, outputs: await outputs() });
    });
  });
}

/** @returns {Promise<string[]>} the entry files, whose loss would be noticed only when they are started */
async function outputs() {
  const folders = ['main', 'preload', 'renderer'];
  const found = await Promise.all(
    folders.map(async (folder) => {
      const names = await readdir(join(outDir, folder)).catch(() => []);
      return names.filter((name) => /\.(?:c?js|html)$/.test(name)).map((name) => `${folder}/${name}`);
    }),
  );
  return found.flat();
}

/** @param {unknown} names */
async function outputsExist(names) {
  return (
    Array.isArray(names) && names.length > 0 && names.every((name) => existsSync(join(outDir, String(name))))
  );
}

async function bundle() {
  const started = Date.now();
  say('building…');
  const script = join(root, 'node_modules/electron-vite/bin/electron-vite.js');
  const result = await run(process.execPath, [script, 'build', '--logLevel', 'warn'], {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'production' },
  });
  if (result.code !== 0) throw new SetupError(`the build failed:\n${tail(result.output, 40)}`);
  await bundlePrograms();
  say(`built in ${secondsSince(started)}`);
}

/**
 * The engine that the window starts is one file of CommonJS, because code of such a file can be kept compiled
 * (docs/decisions/0005-one-build.md). What it reads only when it needs it is beside it. Main is one too: the window waits
 * for it, and Node reads one such file in half the time that it takes to find, link and run modules of ours.
 */
async function bundlePrograms() {
  await bundleCommonJs({
    engine: join(root, 'src/engine/boot/boot.ts'),
    'engine-program': join(root, 'src/engine/process.ts'),
  });
  // By itself, or what it shares with the engine would be files of their own.
  await bundleCommonJs({ main: join(root, 'src/main/main.ts') });
}

/** @param {Record<string, string>} input */
async function bundleCommonJs(input) {
  const vite = await import('vite');
  await vite.build({
    root,
    configFile: false,
    logLevel: 'warn',
    ssr: { noExternal: PLAIN },
    build: {
      ssr: true,
      target: 'node20.18',
      outDir: join(outDir, 'main'),
      emptyOutDir: false,
      sourcemap: true,
      minify: true,
      rolldownOptions: {
        input,
        external: ['electron'],
        output: {
          format: 'cjs',
          entryFileNames: '[name].cjs',
          chunkFileNames: 'chunks/[name]-[hash].cjs',
          // As in electron.vite.config.ts.
          charset: 'ascii',
        },
      },
    },
  });
}

/** Runs the generators whose inputs changed since they last ran to their end. */
export async function generate() {
  if (!existsSync(generators)) return;
  for (const name of (await readdir(generators)).filter((file) => file.endsWith('.mjs')).sort()) {
    const module = /** @type {Partial<Generator>} */ (
      await import(pathToFileURL(join(generators, name)).href)
    );
    // Others in this folder are parts that generators share.
    if (typeof module.generate !== 'function') continue;
    const key = await hashTree(root, [...generatorInputs, ...(module.inputs ?? [])]);
    const stamp = join(outDir, '.generated', `${name}.json`);
    if ((await readStamp(stamp))?.['key'] === key) continue;
    const started = Date.now();
    say(`generating data (${name.replace(/\.mjs$/, '')})…`);
    await removeStamp(stamp);
    await module.generate({ root, outDir, cacheDir: sharedCache() });
    await writeStamp(stamp, { key });
    say(`generated in ${secondsSince(started)}`);
  }
}

if (process.argv[1] && resolve(process.argv[1]) === join(root, 'scripts/build.mjs')) {
  try {
    await setup();
    await build();
  } catch (error) {
    fail(error);
  }
}

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCached } from '#engine/boot/code-cache.ts';

// Within one process V8 remembers what it compiled, and would look at none of what was kept.
setFlagsFromString('--no-compilation-cache');

let folder: string;
let file: string;
let kept: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'watchfloor-code-'));
  file = join(folder, 'program.cjs');
  kept = join(folder, 'code-cache');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Writes down, beside itself, what it said; and reads a file that asks for the program again. */
const program = (words: string) =>
  writeFileSync(
    file,
    `exports.words=${JSON.stringify(words)};require('node:fs').appendFileSync(__dirname+'/ran',exports.words+';');exports.later=()=>require('./later.cjs')`,
  );
const ran = () => readFileSync(join(folder, 'ran'), 'utf8');
const files = () => readdirSync(kept);

test('a program runs the same with what was compiled the last time, and only its owner can read that', () => {
  program('one');
  runCached(file, kept, false).keep();
  const [name] = files();
  expect(files()).toHaveLength(1);
  expect(statSync(join(kept, name ?? '')).mode & 0o777).toBe(0o600);
  const before = statSync(join(kept, name ?? '')).mtimeMs;
  runCached(file, kept, false).keep();
  expect(ran()).toBe('one;one;');
  // It was used, so it is not written again.
  expect(files()).toEqual([name]);
  expect(statSync(join(kept, name ?? '')).mtimeMs).toBe(before);
});

test('another build of the program is compiled anew, and the code of the one before goes', () => {
  program('one');
  runCached(file, kept, false).keep();
  const before = files();
  program('two');
  utimesSync(file, 1_000, 1_000);
  runCached(file, kept, false).keep();
  expect(ran()).toBe('one;two;');
  expect(files()).toHaveLength(1);
  expect(files()).not.toEqual(before);
});

test('damaged code is refused and replaced; after a start that went wrong it is not even looked at', () => {
  program('one');
  runCached(file, kept, false).keep();
  const path = join(kept, files()[0] ?? '');
  const whole = readFileSync(path);
  writeFileSync(path, whole.subarray(0, whole.length / 2));
  runCached(file, kept, false).keep();
  expect(ran()).toBe('one;one;');
  expect(readFileSync(path).length).toBe(whole.length);
  writeFileSync(path, 'rubbish');
  runCached(file, kept, true).keep();
  expect(ran()).toBe('one;one;one;');
  expect(readFileSync(path).length).toBe(whole.length);
});

test('what is read later gets the program that runs, not another one', () => {
  program('one');
  writeFileSync(
    join(folder, 'later.cjs'),
    `require('node:fs').appendFileSync(__dirname+'/ran',require('./program.cjs').words+' again;')`,
  );
  writeFileSync(file, `${readFileSync(file, 'utf8')};exports.later();`);
  runCached(file, kept, false);
  expect(ran()).toBe('one;one again;');
});

test('files that the program consists of are kept compiled too, and each is run once', () => {
  program('one');
  const part = (name: string, text: string) => {
    writeFileSync(
      join(folder, name),
      `require('node:fs').appendFileSync(__dirname+'/ran','${name};');${text}`,
    );
  };
  part('a.cjs', `exports.b=require('./b.cjs')`);
  part('b.cjs', `exports.is='b'`);
  writeFileSync(
    file,
    `if(require('./a.cjs').b.is!=='b'||require('./b.cjs').is!=='b')throw new Error('another b');${readFileSync(file, 'utf8')}`,
  );
  runCached(file, kept, false).keep();
  const before = files();
  expect(before.map((name) => name.split('-')[0])).toEqual(['a_cjs', 'b_cjs', 'program_cjs']);
  const written = before.map((name) => statSync(join(kept, name)).mtimeMs);
  runCached(file, kept, false).keep();
  expect(ran()).toBe('a.cjs;b.cjs;one;a.cjs;b.cjs;one;');
  expect(files()).toEqual(before);
  expect(before.map((name) => statSync(join(kept, name)).mtimeMs)).toEqual(written);
});

test('a folder that cannot be written costs nothing but time', () => {
  program('one');
  writeFileSync(kept, 'a file where the folder should be');
  runCached(file, kept, false).keep();
  runCached(file, null, false).keep();
  expect(ran()).toBe('one;one;');
});

test('a part that fails while it is read fails the same way again, instead of being half there', () => {
  writeFileSync(file, `exports.later=()=>require('./later.cjs');globalThis.laterOf=exports.later`);
  writeFileSync(join(folder, 'later.cjs'), `exports.early=1;throw new Error('no such module')`);
  runCached(file, null, false);
  const { laterOf } = globalThis as unknown as { laterOf: () => unknown };
  for (const again of [1, 2]) expect(laterOf, String(again)).toThrow('no such module');
  writeFileSync(join(folder, 'later.cjs'), `exports.early=2`);
  expect(laterOf()).toEqual({ early: 2 });
});

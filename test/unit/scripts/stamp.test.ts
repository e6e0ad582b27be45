import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hashFile, hashTree, listFiles, readStamp, writeStamp } from '../../../scripts/lib/stamp.mjs';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'watchfloor-stamp-'));
  mkdirSync(join(folder, 'src/deep'), { recursive: true });
  writeFileSync(join(folder, 'src/one.ts'), 'one');
  writeFileSync(join(folder, 'src/deep/two.ts'), 'two');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('a stamp is read back as it was written', async () => {
  const file = join(folder, 'new/stamp.json');
  await writeStamp(file, { key: 'a', files: { x: 1 } });
  expect(await readStamp(file)).toEqual({ key: 'a', files: { x: 1 } });
  expect(await listFiles(join(folder, 'new'))).toEqual(['stamp.json']);
});

test.each([
  ['missing', undefined],
  ['cut off', '{"key": "a'],
  ['empty', ''],
  ['not an object', '["key"]'],
])('a stamp that is %s counts as absent', async (_case, content) => {
  const file = join(folder, 'stamp.json');
  if (content !== undefined) writeFileSync(file, content);
  expect(await readStamp(file)).toBeUndefined();
});

test('the hash of a tree changes with content, with a name and with a file more, and only then', async () => {
  const hash = () => hashTree(folder, ['src', 'absent.json']);
  const before = await hash();
  expect(await hash()).toBe(before);
  writeFileSync(join(folder, 'src/one.ts'), 'One');
  const changed = await hash();
  expect(changed).not.toBe(before);
  writeFileSync(join(folder, 'src/one.ts'), 'one');
  expect(await hash()).toBe(before);
  renameSync(join(folder, 'src/one.ts'), join(folder, 'src/uno.ts'));
  const renamed = await hash();
  expect(renamed).not.toBe(before);
  renameSync(join(folder, 'src/uno.ts'), join(folder, 'src/one.ts'));
  writeFileSync(join(folder, 'src/three.ts'), '');
  expect(await hash()).not.toBe(before);
  rmSync(join(folder, 'src/three.ts'));
  writeFileSync(join(folder, 'absent.json'), '');
  expect(await hash()).not.toBe(before);
});

test('a file that cannot be read has no hash, a folder that is absent no files', async () => {
  expect(await hashFile(join(folder, 'no.ts'))).toBeUndefined();
  expect(await listFiles(join(folder, 'no'))).toEqual([]);
  expect(await listFiles(join(folder, 'src'))).toEqual(['deep/two.ts', 'one.ts']);
});

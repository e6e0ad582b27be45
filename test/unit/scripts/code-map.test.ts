import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const MAP = readFileSync('docs/code.md', 'utf8');

/** Every folder of `folder`, as a path. */
function foldersOf(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${folder}/${entry.name}`);
}

test('docs/code.md names every folder of the sources', () => {
  const layers = foldersOf('src');
  const rooms = ['src/agent', 'src/engine', 'src/renderer', 'src/shared'].flatMap(foldersOf);
  // A room of migrations or of one store is explained by the room it is in.
  const unnamed = [...layers, ...rooms].filter((folder) => !MAP.includes(`| \`${folder}\` |`));
  expect(unnamed).toEqual([]);
});

test('what docs/code.md names is there', () => {
  const named = [...MAP.matchAll(/`((?:src|scripts|test)(?:\/[\w.-]+)*)`/g)].map((match) => match[1] ?? '');
  expect(named.length).toBeGreaterThan(50);
  expect(named.filter((path) => !existsSync(path))).toEqual([]);
});

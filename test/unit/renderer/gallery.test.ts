import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { GROUPS } from '../../gallery/groups.ts';

const FOLDERS = ['src/renderer/components', 'src/renderer/parts'];

/** Names of the components that a file exports: functions, and styled elements. */
function exportedComponents(text: string): string[] {
  const names = text.matchAll(/^export (?:function|const) ([A-Z][a-z]\w*)(?:<|\(| =)/gm);
  return [...names].map(([, name = '']) => name);
}

test('every component is in the gallery, in at least one state, and the gallery shows no other', () => {
  const components = FOLDERS.flatMap((folder) =>
    readdirSync(folder)
      .filter((file) => file.endsWith('.tsx'))
      .flatMap((file) => exportedComponents(readFileSync(join(folder, file), 'utf8'))),
  );
  expect(components.length).toBeGreaterThan(30);
  const entries = Object.values(GROUPS).flat();
  expect(entries.map(({ component }) => component).sort()).toEqual(components.sort());
  for (const { component, states } of entries) {
    expect(states.length, component).toBeGreaterThan(0);
    expect(new Set(states.map(([name]) => name)).size, component).toBe(states.length);
  }
});

test('a component without an entry would be found', () => {
  expect(
    exportedComponents(
      "export function New(props: Props): ReactNode {}\nexport const Old = styled('p')({});\nexport const useNew = 1;\nfunction Own() {}",
    ),
  ).toEqual(['New', 'Old']);
});

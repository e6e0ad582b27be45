import { expect, test } from 'vitest';
import { problemWithName } from '../../../scripts/checks/file-names.mjs';
import { missingFromLock } from '../../../scripts/checks/lock-file.mjs';
import { boundaryProblems } from '../../../scripts/lib/boundaries.mjs';
import { closingLine, playwrightTally, sum, vitestTally } from '../../../scripts/lib/tally.mjs';

test.each([
  ['src/geo/range-table.ts', 'export const a = 1;'],
  ['src/renderer/map/WorldMap.tsx', 'export function WorldMap() {}'],
  ['src/renderer/main.tsx', 'start(<Shell />);'],
  ['src/renderer/table/columns.tsx', 'export const columns = [];'],
  ['test/unit/a-b.test.ts', ''],
  ['test/bench/enrich.bench.ts', ''],
])('%s is a good name', (path, content) => {
  expect(problemWithName(path, content)).toBeUndefined();
});

test.each([
  ['src/geo/rangeTable.ts', ''],
  ['src/renderer/map/world-map.tsx', 'import a from "a";\nexport function WorldMap() {}'],
  ['src/renderer/map/worldMap.tsx', ''],
  ['src/geo/utils.ts', ''],
  ['src/utils/time.ts', ''],
])('%s is not', (path, content) => {
  expect(problemWithName(path, content)).toContain(path);
});

test('a lock file that lacks a package which another one names', () => {
  const packages = {
    '': { dependencies: { a: '1' } },
    'node_modules/a': { dependencies: { b: '1' }, optionalDependencies: { 'a-darwin': '1' } },
    'node_modules/a/node_modules/b': { dependencies: { a: '1' } },
  };
  expect(missingFromLock(packages)).toEqual(['a-darwin (for node_modules/a)']);
  expect(missingFromLock({ ...packages, 'node_modules/a-darwin': {} })).toEqual([]);
  expect(missingFromLock({ '': { dependencies: { a: '1' } } })).toEqual(['a (for the project)']);
});

const clean = {
  modules: [
    { source: 'src/a.ts', dependencies: [{ resolved: 'src/b.ts' }] },
    { source: 'src/b.ts', dependencies: [] },
  ],
  summary: { violations: [] },
};

test('a report without violations is believed only when every file was read', () => {
  expect(boundaryProblems(clean, ['src/a.ts', 'src/b.ts'], {})).toEqual([]);
  expect(boundaryProblems(clean, ['src/a.ts', 'src/b.ts', 'src/c.ts'], {})).toContain(
    'src/c.ts was not looked at by dependency-cruiser.',
  );
  const blind = { ...clean, modules: clean.modules.map((module) => ({ ...module, dependencies: [] })) };
  expect(boundaryProblems(blind, ['src/a.ts', 'src/b.ts'], {})).toEqual([
    'dependency-cruiser saw only 0 imports in 2 modules: it did not read them.',
  ]);
});

test('a forbidden import is named with its reason', () => {
  const violations = [{ from: 'src/a.ts', to: 'src/b.ts', rule: { name: 'layer-a', severity: 'error' } }];
  const problems = boundaryProblems({ ...clean, summary: { violations } }, [], {
    'layer-a': 'a knows nobody.',
  });
  expect(problems).toEqual(['layer-a: src/a.ts → src/b.ts\n    a knows nobody.']);
});

test('the closing line adds up what ran', () => {
  const vitest = vitestTally({
    numPassedTests: 10,
    numFailedTests: 1,
    numPendingTests: 1,
    numTodoTests: 1,
    testResults: [
      { status: 'failed', assertionResults: [] },
      { status: 'failed', assertionResults: [{}] },
    ],
  });
  const playwright = playwrightTally({
    stats: { expected: 3, unexpected: 1, flaky: 1, skipped: 1 },
    errors: [{}],
  });
  expect(vitest).toEqual({ passed: 10, failed: 2, skipped: 2 });
  expect(playwright).toEqual({ passed: 3, failed: 3, skipped: 1 });
  expect(closingLine(sum([vitest, playwright]))).toBe('tests: 13 passed, 5 failed, 3 skipped');
});

test('a report without figures counts nothing as passed', () => {
  expect(sum([vitestTally({}), playwrightTally({})])).toEqual({ passed: 0, failed: 0, skipped: 0 });
});

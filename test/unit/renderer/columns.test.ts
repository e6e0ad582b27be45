import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  formatColumns,
  movedColumn,
  parseColumns,
  toggledColumn,
  tracksOf,
  widenedColumn,
} from '#renderer/session-table/column-layout.ts';
import { COLUMN_ORDER, SORT_OF } from '#renderer/session-table/columns.ts';
import {
  csvCell,
  sessionsAsCsv,
  sessionsAsJson,
  sessionsAsMarkdown,
} from '#renderer/session-table/session-text.ts';
import { sessionRow } from '#test/support/session-row.ts';

const ALL = ['a', 'b', 'c', 'd'];
const usual = (text: string | null) => parseColumns(text, ALL, ['a', 'b']);

test('what was remembered is read back; what nobody knows is left out; nothing at all means the usual', () => {
  const columns = usual('c*120,a');
  expect(columns).toEqual([
    { id: 'c', width: 120 },
    { id: 'a', width: null },
  ]);
  expect(formatColumns(columns)).toBe('c*120,a');
  expect(usual('x,c*huge,c,b*5')).toEqual([
    { id: 'c', width: null },
    { id: 'b', width: 48 },
  ]);
  for (const text of [null, '', 'x,y']) expect(formatColumns(usual(text))).toBe('a,b');
});

test('a column comes where it usually stands, and the last one stays', () => {
  expect(formatColumns(toggledColumn(usual('d,a'), 'b', ALL))).toBe('b,d,a');
  expect(formatColumns(toggledColumn(usual('a,c'), 'b', ALL))).toBe('a,b,c');
  expect(formatColumns(toggledColumn(usual('a,c'), 'd', ALL))).toBe('a,c,d');
  expect(formatColumns(toggledColumn(usual('a,c'), 'c', ALL))).toBe('a');
  expect(formatColumns(toggledColumn(usual('a'), 'a', ALL))).toBe('a');
});

test('moving changes places only, and stops at the ends', () => {
  expect(formatColumns(movedColumn(usual('a,b,c'), 'a', 1))).toBe('b,a,c');
  expect(formatColumns(movedColumn(usual('a,b,c'), 'a', -1))).toBe('a,b,c');
  expect(formatColumns(movedColumn(usual('a,b,c'), 'c', 1))).toBe('a,b,c');
  expect(tracksOf(widenedColumn(usual('a,b'), 'b', 90.4), { a: [5, 2], b: [6, 0] })).toEqual({
    template: 'minmax(5rem, 2fr) 90px',
    least: 'calc(5rem + 90px)',
  });
});

const options = { masked: false, environment: () => 'shop' };

test('no value becomes a formula, breaks out of its cell or ends its row', () => {
  const value = fc.stringMatching(/^[=+\-@"',;|\r\n a-z]{0,12}$/);
  fc.assert(
    fc.property(value, (agent) => {
      const rows = [sessionRow({ userAgent: agent }), sessionRow({})];
      const cell = csvCell(agent);
      expect(cell.replace(/^"/, '')).not.toMatch(/^[=+\-@\t\r]/);
      const unquoted = sessionsAsCsv(rows, options).replaceAll(/"(?:[^"]|"")*"/g, '');
      expect(unquoted.split('\r\n')).toHaveLength(4);
      const lines = sessionsAsMarkdown(rows, options).split('\n');
      expect(lines).toHaveLength(5);
      for (const line of lines.slice(0, 4)) {
        expect(line.replaceAll(/\\./g, '').split('|')).toHaveLength(16);
      }
    }),
    { numRuns: 300 },
  );
});

test('what is masked on screen is masked in a copy, and its raw agent stays behind', () => {
  const rows = [sessionRow({ ip: '85.214.1.2', userAgent: 'Mozilla/5.0 secret' })];
  for (const write of [sessionsAsCsv, sessionsAsMarkdown, sessionsAsJson]) {
    const masked = write(rows, { ...options, masked: true });
    expect(masked).toContain('85.214.');
    expect(masked).not.toContain('1.2');
    expect(masked).not.toContain('secret');
    expect(write(rows, options)).toContain('85.214.1.2');
  }
});

test('the list is sorted by every column', () => {
  expect(COLUMN_ORDER.filter((id) => id !== 'select' && SORT_OF[id] === undefined)).toEqual([]);
});

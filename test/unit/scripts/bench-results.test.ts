import { expect, test } from 'vitest';
import { between, fullReport, isMet, quotedReport, readOutput } from '../../../scripts/lib/bench-results.mjs';
import { median, percentile } from '#test/bench/parts/report.ts';

const row = {
  name: 'write',
  what: 'rows written',
  product: 80_000,
  ceiling: 100_000,
  unit: 'rows/s',
  ratio: 0.8,
  goal: 0.8,
  better: 'higher',
} as const;

test('a ratio is met in its own direction, and a row without a goal always is', () => {
  expect(isMet(row)).toBe(true);
  expect(isMet({ ...row, ratio: 0.79 })).toBe(false);
  expect(isMet({ ...row, better: 'lower' })).toBe(true);
  expect(isMet({ ...row, better: 'lower', ratio: 0.81 })).toBe(false);
  expect(isMet({ ...row, ratio: null })).toBe(false);
  expect(isMet({ ...row, ratio: null, goal: null })).toBe(true);
});

test('rows and notes are read out of what else is printed; a figure that is none is an error', () => {
  const output = `hello\n@row ${JSON.stringify(row)}\n  @row no\n@note "why"\n`;
  expect(readOutput(output)).toEqual({ rows: [row], notes: ['why'] });
  expect(() => readOutput(`@row ${JSON.stringify({ ...row, product: Number.NaN })}`)).toThrow(
    '"write" has no figures',
  );
});

test('the report names machine, date and versions, and says what was missed', () => {
  const bad = { ...row, what: 'slow', ratio: 0.5, product: 50_000, quote: true };
  const measured = { machine: 'M', date: '2026-01-02', versions: 'V', rows: [row, bad], notes: ['why'] };
  const report = fullReport({ write: measured });
  expect(report).toContain('2026-01-02, M, V.');
  expect(report).toContain('| rows written | 80,000 rows/s | 100,000 rows/s | 0.80 | ≥ 0.80 | met |');
  expect(report).toContain('| slow | 50,000 rows/s | 100,000 rows/s | 0.50 | ≥ 0.80 | **missed** |');
  expect(quotedReport({ write: measured })).not.toContain('rows written');
  expect(quotedReport({ write: measured })).toContain('slow');
});

test('only what lies between the markers is replaced', () => {
  const text = 'a <!-- bench:begin -->old<!-- bench:end --> z';
  expect(between(text, 'bench', 'new')).toBe('a <!-- bench:begin -->\n\nnew\n\n<!-- bench:end --> z');
  expect(() => between('nothing', 'bench', 'new')).toThrow('markers');
});

test('medians and percentiles', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(percentile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.95)).toBe(10);
  expect(percentile([1, 2, 3, 4], 0.5)).toBe(2);
});

import { UsageError } from './usage-error.ts';

export const FORMATS = ['table', 'csv', 'ndjson'] as const;
export type Format = (typeof FORMATS)[number];

export function readFormat(text: string): Format {
  const format = FORMATS.find((one) => one === text);
  if (format === undefined) throw new UsageError(`--format is one of ${FORMATS.join(', ')}.`);
  return format;
}
export function readLimit(text: string, most: number): number {
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > most) {
    throw new UsageError(`--limit takes a whole number from 1 to ${String(most)}.`);
  }
  return limit;
}

export interface Column<Row> {
  readonly name: string;
  readonly of: (row: Row) => string | number | null;
}
/** Writes rows as they come; `end` writes what had to wait for the last of them. */
export interface RowWriter<Row> {
  write(rows: readonly Row[]): void;
  end(): void;
}

/** Control characters of hostile names must not reach a terminal. */
export const plain = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '�');

/**
 * A cell of CSV (RFC 4180). A text that a spreadsheet would run as a formula gets an apostrophe in front, as OWASP
 * advises; numbers that the program computed stay numbers.
 */
function csvCell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^[\s]*[=+\-@\t\r\n|%]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function rowWriter<Row>(
  format: Format,
  columns: readonly Column<Row>[],
  write: (text: string) => void,
): RowWriter<Row> {
  const table: string[][] = [columns.map(({ name }) => name.toUpperCase())];
  if (format === 'csv') write(`${columns.map(({ name }) => csvCell(name)).join(',')}\r\n`);
  return {
    write: (rows) => {
      for (const row of rows) {
        if (format === 'ndjson') write(`${JSON.stringify(row)}\n`);
        else if (format === 'csv') write(`${columns.map(({ of }) => csvCell(of(row))).join(',')}\r\n`);
        else table.push(columns.map(({ of }) => plain(String(of(row) ?? ''))));
      }
    },
    end: () => {
      if (format !== 'table') return;
      const widths = columns.map((_, at) => Math.max(...table.map((line) => (line[at] ?? '').length)));
      for (const line of table) {
        write(
          `${line
            .map((cell, at) => cell.padEnd(widths[at] ?? 0))
            .join('  ')
            .trimEnd()}\n`,
        );
      }
    },
  };
}

/** ISO 8601 to the second, UTC; empty when it is not known. */
export const utc = (at: number | null): string =>
  at === null ? '' : `${new Date(at).toISOString().slice(0, 19)}Z`;

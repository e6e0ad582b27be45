import type { Connection } from 'mysql2';
import { StoreError } from '../store-adapter.ts';
import { PAGE_MS, PAGE_ROWS, type Row } from './sql-access.ts';
import type { RenderedSql } from './sql-text.ts';
import { deliver } from './store-errors.ts';

/**
 * Runs a statement and hands its rows over page by page. While one page is worked on the next one is read, and then
 * the connection is paused: no more than two pages are in memory.
 */
export function streamPages(
  connection: Connection,
  { text, values }: RenderedSql,
  page: (rows: readonly Row[]) => Promise<void>,
  signal: AbortSignal,
  where: string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let held: Row[] = [];
    let working = false;
    let paused = false;
    let ended = false;
    let settled = false;
    let heard = performance.now();

    const settle = (error: unknown): void => {
      if (settled) return;
      settled = true;
      clearInterval(watch);
      signal.removeEventListener('abort', cancelled);
      connection.off('error', settle);
      if (error === null) resolve();
      else {
        // Rows that are still on their way must not be waited for.
        connection.destroy();
        reject(error instanceof Error ? error : new Error('the database failed'));
      }
    };
    const cancelled = (): void => {
      settle(signal.reason);
    };
    const watch = setInterval(() => {
      if (working || performance.now() - heard < PAGE_MS) return;
      settle(new StoreError('unavailable', `${where} fell silent in the middle of an answer`));
    }, 1_000);
    signal.addEventListener('abort', cancelled, { once: true });

    // A lost connection is told to the connection, not to a command without a callback.
    connection.on('error', settle);

    const hand = (): void => {
      const rows = held;
      held = [];
      working = true;
      deliver(page, rows).then(() => {
        working = false;
        heard = performance.now();
        if (settled) return;
        if (held.length >= PAGE_ROWS || (ended && held.length > 0)) hand();
        else if (ended) settle(null);
        if (paused && held.length < PAGE_ROWS) {
          paused = false;
          connection.resume();
        }
      }, settle);
    };
    const command = connection.query({ sql: text, values: [...values], rowsAsArray: true });
    command.on('result', (row: unknown) => {
      if (settled) return;
      held.push(row as Row);
      if (held.length < PAGE_ROWS) return;
      heard = performance.now();
      if (!working) hand();
      else if (!paused) {
        paused = true;
        connection.pause();
      }
    });
    command.on('error', settle);
    command.on('end', () => {
      ended = true;
      if (working) return;
      if (held.length > 0) hand();
      else settle(null);
    });
  });
}

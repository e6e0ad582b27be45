import type { Connection } from 'mysql2';
import { PageFlow } from './page-flow.ts';
import type { Row } from './sql-access.ts';
import type { RenderedSql } from './sql-text.ts';

/** Runs a statement and hands its rows over page by page, see `PageFlow`. */
export async function streamPages(
  connection: Connection,
  { text, values }: RenderedSql,
  page: (rows: readonly Row[]) => Promise<void>,
  signal: AbortSignal,
  where: string,
): Promise<void> {
  const flow = new PageFlow(page, connection, signal, where);
  const failed = (error: unknown): void => flow.fail(error);
  // A lost connection is told to the connection, not to a command without a callback.
  connection.on('error', failed);
  const command = connection.query({ sql: text, values: [...values], rowsAsArray: true });
  command.on('result', (row: unknown) => flow.push(row as Row));
  command.on('error', failed);
  command.on('end', () => flow.end());
  try {
    await flow.done;
  } finally {
    connection.off('error', failed);
  }
}

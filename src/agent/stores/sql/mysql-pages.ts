import type { Connection, FieldPacket } from 'mysql2';
import type { Duplex } from 'node:stream';
import { takeRows } from './mysql-frames.ts';
import { RowReader } from './mysql-rows.ts';
import { PageFlow } from './page-flow.ts';
import type { Row } from './sql-access.ts';
import type { RenderedSql } from './sql-text.ts';

/** Runs a statement and hands its rows over page by page, see `PageFlow`. Nothing else runs on the connection. */
export async function streamPages(
  connection: Connection,
  { text, values }: RenderedSql,
  page: (rows: readonly Row[]) => Promise<void>,
  signal: AbortSignal,
  where: string,
): Promise<void> {
  // The driver's own types leave it out.
  const { stream } = connection as unknown as { readonly stream: Duplex };
  const flow = new PageFlow(
    page,
    {
      pause: () => stream.pause(),
      resume: () => stream.resume(),
      destroy: () => connection.destroy(),
    },
    signal,
    where,
  );
  const failed = (error: unknown): void => flow.fail(error);
  let reader: RowReader | null | undefined;
  takeRows(stream, {
    reads: () => (reader === undefined ? null : reader !== null),
    row(bytes, start, end) {
      try {
        if (reader) flow.push(reader.read(bytes, start, end));
      } catch (error) {
        failed(error);
      }
    },
  });
  // A lost connection is told to the connection, not to a command without a callback.
  connection.on('error', failed);
  const command = connection.query({ sql: text, values: [...values], rowsAsArray: true });
  command.on('fields', (columns: readonly FieldPacket[]) => {
    reader = RowReader.of(columns, where);
  });
  // Of columns that only the driver can read.
  command.on('result', (row: unknown) => flow.push(row as Row));
  command.on('error', failed);
  command.on('end', () => flow.end());
  try {
    await flow.done;
  } finally {
    connection.off('error', failed);
  }
}

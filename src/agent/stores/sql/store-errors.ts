import { StoreError } from '../store-adapter.ts';

/** SQLSTATE (PostgreSQL), error name (MariaDB, MySQL) or result code (SQLite) of an error, or a system call's. */
const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';

const MISCONFIGURED: readonly (readonly [RegExp, string])[] = [
  [/^(?:ER_ACCESS_DENIED\w*|28P01|28000)$/, 'the database refuses this user or password'],
  [
    /^(?:ER_DBACCESS_DENIED_ERROR|ER_TABLEACCESS_DENIED_ERROR|ER_COLUMNACCESS_DENIED_ERROR|42501)$/,
    'this user lacks a permission',
  ],
  [/^(?:ER_BAD_DB_ERROR|3D000)$/, 'there is no such database'],
  [/^(?:ER_NO_SUCH_TABLE|42P01|3F000)$/, 'a table is missing: wrong database, schema or prefix?'],
  [/^(?:ER_BAD_FIELD_ERROR|42703)$/, 'a column is missing: another version of the application?'],
  [/^SQLITE_READONLY/, 'the file cannot be written by this user'],
  [/^(?:SQLITE_NOTADB|SQLITE_CORRUPT\w*)$/, 'the file is not a readable SQLite database'],
  [/^(?:SQLITE_AUTH|SQLITE_PERM|EACCES|EPERM)$/, 'the file cannot be read by this user'],
  [
    /^(?:HANDSHAKE_SSL_ERROR|HANDSHAKE_NO_SSL_SUPPORT|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|CERT_\w+|ERR_TLS_\w+)$/,
    'TLS could not be agreed on: check the certificate and store.database.tls',
  ],
];
const UNAVAILABLE =
  /^(?:E[A-Z]+|PROTOCOL_\w+|08\w{3}|57P\d\d|53\d{3}|55P03|40\w{3}|57014|58\w{3}|ER_CON_COUNT_ERROR|ER_TOO_MANY_USER_CONNECTIONS|ER_SERVER_SHUTDOWN|ER_LOCK_\w+|ER_QUERY_INTERRUPTED|ER_CONNECTION_KILLED|ER_STATEMENT_TIMEOUT|ER_QUERY_TIMEOUT|ER_NEW_ABORTING_CONNECTION|ER_HOST_IS_BLOCKED|SQLITE_BUSY\w*|SQLITE_LOCKED\w*|SQLITE_CANTOPEN\w*|SQLITE_IOERR\w*|SQLITE_FULL)$/;

/**
 * What went wrong, in words a person can act on. The driver's own message is left out where it can quote values.
 * @param grants statements that give what this adapter needs; named where a permission or table is missing
 */
export function toStoreError(error: unknown, where: string, grants: string): StoreError {
  if (error instanceof StoreError) return error;
  const code = codeOf(error);
  if (
    /^SQLITE_ERROR/.test(code) &&
    error instanceof Error &&
    /^no such (?:table|column)/.test(error.message)
  ) {
    return new StoreError('misconfigured', `${where}: ${error.message}: wrong file or prefix?`);
  }
  for (const [pattern, message] of MISCONFIGURED) {
    if (!pattern.test(code)) continue;
    const fix =
      /permission|refuses|missing/.test(message) && grants !== ''
        ? `\nrun as its administrator:\n${grants}`
        : '';
    return new StoreError('misconfigured', `${where}: ${message} (${code})${fix}`);
  }
  if (UNAVAILABLE.test(code) || isConnectionLoss(error)) {
    return new StoreError(
      'unavailable',
      `${where} cannot be reached (${code === '' ? 'connection lost' : code})`,
    );
  }
  return new StoreError('unreadable', `${where}: unexpected error (${code === '' ? nameOf(error) : code})`);
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);

/** Drivers report a lost connection as a plain Error without a code. */
function isConnectionLoss(error: unknown): boolean {
  return (
    error instanceof Error &&
    /connection (?:terminated|is in closed state|lost)|client has encountered|closed the connection|not queryable|closed state|timeout expired|Client was closed/i.test(
      error.message,
    )
  );
}

/** What the consumer of a page threw: not the database's fault, and passed on as it is. */
export class ConsumerFailure extends Error {
  readonly thrown: unknown;
  constructor(thrown: unknown) {
    super('the consumer of a page failed');
    this.thrown = thrown;
  }
}

/** Hands a page over so that the consumer's own errors are told from the database's. */
export async function deliver<T>(
  page: (rows: readonly T[]) => Promise<void>,
  rows: readonly T[],
): Promise<void> {
  try {
    await page(rows);
  } catch (error) {
    throw new ConsumerFailure(error);
  }
}

/**
 * Waits for something that cannot be cancelled. When the signal fires or the time is over, `giveUp` has to make the
 * work end (close the connection) and the wait ends at once.
 */
export async function within<T>(
  work: () => Promise<T>,
  ms: number,
  signal: AbortSignal,
  where: string,
  giveUp: () => void,
): Promise<T> {
  signal.throwIfAborted();
  return new Promise<T>((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
    };
    const timer = setTimeout(() => {
      end();
      giveUp();
      reject(new StoreError('unavailable', `${where} did not answer within ${String(ms / 1_000)} s`));
    }, ms);
    const aborted = (): void => {
      end();
      giveUp();
      reject(signal.reason instanceof Error ? signal.reason : new Error('cancelled'));
    };
    signal.addEventListener('abort', aborted, { once: true });
    work().then(
      (value) => {
        end();
        resolve(value);
      },
      (error: unknown) => {
        end();
        reject(error instanceof Error ? error : new Error('the database failed'));
      },
    );
  });
}

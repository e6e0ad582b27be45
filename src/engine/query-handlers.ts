import type { SearchTable } from '#shared/query/tree.ts';
import { parseQuery } from '#shared/query/parse.ts';
import type { Handlers } from '#shared/ipc/contract.ts';
import { TOP_FIELDS, type QUERY_METHODS } from '#shared/ipc/query-contract.ts';
import type { Reader } from './mirror/reader.ts';
import { ProblemError } from './problem-error.ts';

/** Questions in the search language: a search that is none is refused here, with its place; the reader does the rest. */
export function queryHandlers(reader: Reader): Handlers<typeof QUERY_METHODS> {
  const checked = (search: string, table: SearchTable): void => {
    const parsed = parseQuery(search, table);
    if (parsed.ok) return;
    const { offset, message, suggestion } = parsed.error;
    throw new ProblemError({
      code: 'SEARCH',
      message: `${message} (at character ${String(offset + 1)})`,
      ...(suggestion === null ? {} : { advice: suggestion }),
    });
  };
  const soon = <T>(search: string, table: SearchTable, ask: () => Promise<T>): Promise<T> =>
    Promise.resolve().then(() => {
      checked(search, table);
      return ask();
    });
  return {
    'query.sessions': (request, signal) =>
      soon(request.search, 'sessions', () => reader.ask('query.sessions', request, signal)),
    'query.audit': (request, signal) =>
      soon(request.search, 'audit', () => reader.ask('query.audit', request, signal)),
    'query.at': (request, signal) =>
      soon(request.search, 'sessions', () => reader.ask('query.at', request, signal)),
    'query.difference': (request, signal) =>
      soon(request.search, 'sessions', () => reader.ask('query.difference', request, signal)),
    'query.count': (request, signal) =>
      soon(request.search, request.table, () => reader.ask('query.count', request, signal)),
    'query.histogram': (request, signal) =>
      soon(request.search, request.table, () => reader.ask('query.histogram', request, signal)),
    'query.top': (request, signal) =>
      soon(request.search, request.table, () => {
        const fields = TOP_FIELDS[request.table];
        if (!fields.includes(request.field)) {
          throw new ProblemError({
            code: 'FIELD',
            message: `${request.table === 'audit' ? 'Events' : 'Sessions'} cannot be counted by “${request.field}”.`,
            advice: `Count them by one of ${fields.join(', ')}.`,
          });
        }
        return reader.ask('query.top', request, signal);
      }),
    'query.sightings': (request, signal) =>
      soon(request.search, 'sessions', () => reader.ask('query.sightings', request, signal)),
    'query.people': (request, signal) =>
      soon(request.search, 'sessions', () => reader.ask('query.people', request, signal)),
    'query.values': (request, signal) => reader.ask('query.values', request, signal),
  };
}

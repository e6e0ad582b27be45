import { z } from 'zod';
import { AccountId, ConnectionId } from '#shared/domain/ids.ts';
import type { AccountName } from '#shared/ipc/people-views.ts';
import type { ReadableDb } from '../mirror/database.ts';
import { readRows } from '../mirror/statements.ts';

const Row = z.object({ connection: ConnectionId, id: AccountId, name: z.string() });

/** Names of accounts by their ids, in one environment or in every one; of an id that is nowhere there is nothing. */
export const accountNames = (
  db: ReadableDb,
  request: { readonly connection: ConnectionId | null; readonly ids: readonly AccountId[] },
): readonly AccountName[] =>
  readRows(
    db,
    `SELECT c.id AS connection, a.id AS id, a.name AS name FROM json_each(@ids) j
     CROSS JOIN connection c JOIN account a ON a.connection = c.key AND a.id = j.value
     WHERE c.removed_at IS NULL AND (@connection IS NULL OR c.id = @connection) ORDER BY j.key, c.key`,
    { ids: JSON.stringify(request.ids), connection: request.connection },
  ).map((row) => Row.parse(row));

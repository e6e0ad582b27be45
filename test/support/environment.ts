import { ConnectionId } from '#shared/domain/ids.ts';
import { insertConnection, type NewConnection } from '#engine/mirror/connections.ts';
import type { WritableDb } from '#engine/mirror/database.ts';

/**
 * Makes an environment known to a mirror, as its operator would have.
 * @returns its key
 */
export const addEnvironment = (db: WritableDb, id: string, over: Partial<NewConnection> = {}): number =>
  insertConnection(db, {
    id: ConnectionId.parse(id),
    name: id,
    nameGiven: true,
    url: 'http://127.0.0.1:1',
    ca: null,
    colour: 0,
    demoKey: null,
    createdAt: 0,
    ...over,
  });

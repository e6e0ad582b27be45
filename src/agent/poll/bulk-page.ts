import type { HandleKeys } from '../keys/handle-keys.ts';
import { ownerHash, type BulkRoom } from '../state/bulk/bulk-room.ts';
import type { StoredSession } from '../stores/store-adapter.ts';
import { factsText } from './facts-json.ts';
import type { Flags } from './flags.ts';

/**
 * Puts a session of a first listing into the room, as consoles will see it less its handle: that is made where the
 * room is written.
 * @returns false when it does not fit any more
 */
export function putInto(room: BulkRoom, session: StoredSession, keys: HandleKeys, flags: Flags): boolean {
  const { json, account, via } = factsText(session, keys, flags);
  return room.add(session.key, json, ownerHash(account), ownerHash(via));
}

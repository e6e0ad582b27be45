import type { HandleKeys } from '../keys/handle-keys.ts';
import { ownerHash, type BulkRoom } from '../state/bulk/bulk-room.ts';
import type { StoredSession } from '../stores/store-adapter.ts';
import { factsJson } from './facts-json.ts';
import type { Flags } from './flags.ts';
import { toFacts } from './to-wire.ts';

/**
 * Puts a session of a first listing into the room, as consoles will see it less its handle: that is made where the
 * room is written.
 * @returns false when it does not fit any more
 */
export function putInto(room: BulkRoom, session: StoredSession, keys: HandleKeys, flags: Flags): boolean {
  const facts = toFacts(session, keys, flags);
  const owner = ownerHash(facts.account?.id ?? null);
  return room.add(session.key, factsJson(facts), owner, ownerHash(facts.via?.account.id ?? null));
}

import type { AccountId } from '#shared/domain/ids.ts';
import type { EpochMs } from '#shared/domain/units.ts';
import { LIMITS } from '#shared/protocol/limits.ts';
import type { HandleKeys } from '../keys/handle-keys.ts';
import { ownerHash, type RoomSession } from '../state/bulk/bulk-room.ts';
import type { StoredOwner, StoredSession } from '../stores/store-adapter.ts';
import { cut, cutName } from './cut.ts';
import type { Flags } from './flags.ts';
import { timeOf, toFacts } from './to-wire.ts';

/** Owners remembered during one listing; beyond them they are written anew. */
const MOST_OWNERS = 200_000;
const piece = (text: string | null, max: number): string => (text === null ? '' : cut(text, max));
const time = (value: EpochMs | null): EpochMs | null => (value === null ? null : timeOf(value));

/** What every session of an account shares, as one listing writes it. */
class Owner {
  readonly listing: RoomSessions | null;
  readonly name: string;
  readonly json: string;
  readonly hash: number;
  readonly rest: string;

  constructor(listing: RoomSessions | null, name: string, json: string, hash: number, rest: string) {
    this.listing = listing;
    this.name = name;
    this.json = json;
    this.hash = hash;
    this.rest = rest;
  }
}
const NOBODY = new Owner(null, '', '', 0, '[]}');
const MARKS = '{"marks":';

/**
 * Makes of a store's session the pieces that a room takes, as consoles will see them (`toFacts`). A listing
 * makes a million of them: what an account's sessions share is written once, and objects are made only for what is
 * rare (marks, a masquerade, attributes, a renewed key).
 */
export class RoomSessions {
  readonly #keys: HandleKeys;
  readonly #flags: Flags;
  readonly #owners = new Map<string, Owner>();
  /** Few endings for many accounts: each lies in memory once. */
  readonly #endings = new Map<string, string>();

  constructor(keys: HandleKeys, flags: Flags) {
    this.#keys = keys;
    this.#flags = flags;
  }

  of(stored: StoredSession): RoomSession {
    const { opened, last, marks, via, replaces, attributes } = stored;
    const owner = stored.account === null ? NOBODY : this.#owner(stored.account);
    let { rest } = owner;
    let behind = 0;
    if (via !== undefined || replaces !== undefined || attributes !== undefined || marks.length > 0) {
      const {
        account: _1,
        opened: _2,
        last: _3,
        expiresAt: _4,
        ...others
      } = toFacts(stored, this.#keys, this.#flags);
      rest = JSON.stringify(others).slice(MARKS.length);
      behind = ownerHash(others.via?.account.id ?? null);
    }
    return {
      key: stored.key,
      account: owner.json,
      openedIp: piece(opened.ip, LIMITS.id),
      openedAgent: piece(opened.userAgent, LIMITS.userAgent),
      lastIp: piece(last.ip, LIMITS.id),
      lastAgent: piece(last.userAgent, LIMITS.userAgent),
      rest,
      openedAt: time(opened.at),
      lastAt: time(last.at),
      expiresAt: time(stored.expiresAt),
      owner: owner.hash,
      via: behind,
    };
  }

  #owner(stored: StoredOwner): Owner {
    const { written, id, name } = stored;
    if (written instanceof Owner && written.listing === this) return written;
    let owner = this.#owners.get(id);
    if (owner?.name !== name) {
      owner = this.#write(this.#keys.accountId(id), name);
      if (this.#owners.size >= MOST_OWNERS) this.#owners.clear();
      this.#owners.set(id, owner);
    }
    stored.written = owner;
    return owner;
  }

  #write(id: AccountId, name: string): Owner {
    const { privileged, service } = this.#flags.of(id);
    const marks = [...(privileged ? ['privileged'] : []), ...(service ? ['service'] : [])];
    // Written in one piece by the runtime: of text put together here every character would be looked for in its parts.
    const json = JSON.stringify({ id, name: cutName(name) });
    const key = marks.join();
    const ending = this.#endings.get(key) ?? JSON.stringify({ marks }).slice(MARKS.length);
    this.#endings.set(key, ending);
    return new Owner(this, name, json, ownerHash(id), ending);
  }
}

import { hkdfSync } from 'node:crypto';
import type { AccountId, EventId, SessionId } from '#shared/domain/ids.ts';
import { MAX_ID_LENGTH } from '#shared/domain/ids.ts';
import type { StoreKey } from '../stores/store-adapter.ts';
import { createHandlePages, type HandlePage } from './handle-page.ts';
import { createHmacOf } from './hmac.ts';
import { createSealing, type KeyPage, type SealedPage } from './sealing.ts';
import type { SigningKey } from './signing-key.ts';
import { signingKeyFrom } from './signing-key.ts';

/** 192 bits of an HMAC (as base64url): short on the wire, and no two sessions meet. */
const HANDLE_LENGTH = 32;

/** Everything that depends on the secret that stays with the agent. */
export interface HandleKeys {
  /** Says which key this is without saying the key; a change of it starts a new epoch. */
  readonly keyId: string;
  /** Signs this agent's journal and the heads of others'. */
  readonly signing: SigningKey;
  /** The handle a console knows a session by. */
  session(key: StoreKey): SessionId;
  /** The same for many that lie in one piece of memory. */
  sessionsOf(page: KeyPage): HandlePage;
  /**
   * Encrypts a store's key for the disk (AES-256 in counter mode), with a keyed sum of 64 bits that damage and another
   * key are noticed by. Whoever can write it on purpose can read the secret, which lies beside it: no more is claimed.
   */
  seal(key: StoreKey): Buffer;
  /** The same for many at once: one cipher for all of them. */
  sealAll(keys: readonly StoreKey[]): readonly Buffer[];
  /** The same for many that lie in one piece of memory. */
  sealPage(page: KeyPage): SealedPage;
  /** @throws Error when the value was sealed with another key or damaged. */
  unseal(sealed: Buffer): StoreKey;
  /** The same for many at once. */
  unsealAll(sealed: readonly Buffer[]): readonly StoreKey[];
  /** Keyed fingerprint: equal values have equal fingerprints, and nothing else can be learnt. */
  fingerprint(purpose: string, value: string): string;
  accountId(id: string): AccountId;
  eventId(id: string, generation: number): EventId;
}

export function createHandleKeys(secret: Buffer): HandleKeys {
  const derive = (purpose: string) =>
    Buffer.from(hkdfSync('sha256', secret, '', `watchfloor ${purpose}`, 32));
  const prints = createHmacOf(derive('fingerprint'));
  const handleKey = Buffer.from(derive('session handle').toString('base64url'), 'latin1');
  const handles = createHmacOf(handleKey);
  /** Only listings need it, and only where they are written. */
  let pages: ((page: KeyPage) => HandlePage) | null = null;
  const handle = (text: string) => text.slice(0, HANDLE_LENGTH) as SessionId;
  const fingerprint = (purpose: string, value: string) => prints.of(`${purpose}\0${value}`);
  const short = (kind: string, id: string) =>
    id.length > 0 && id.length <= MAX_ID_LENGTH ? id : `#${fingerprint(kind, id)}`;
  const { sealPage, sealAll, unsealAll } = createSealing(derive('seal pages'), derive('seal sums'));
  return {
    signing: signingKeyFrom(derive('journal signing')),
    // The number says how handles and sealed values are made: with another one, what is kept is read anew.
    keyId: derive('key id 3').toString('base64url'),
    session: (key) => handle(handles.of(key)),
    sessionsOf: (page) => (pages ??= createHandlePages(handleKey, (key) => handles.long(key)))(page),
    seal: (key) => sealAll([key])[0] ?? Buffer.alloc(0),
    sealAll,
    sealPage,
    unseal: (sealed) => unsealAll([sealed])[0] ?? ('' as StoreKey),
    unsealAll,
    fingerprint,
    accountId: (id) => short('account', id) as AccountId,
    eventId: (id, generation) =>
      short('event', generation === 0 ? id : `${id}~${String(generation)}`) as EventId,
  };
}

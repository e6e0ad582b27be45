import { crc32 } from 'node:zlib';
import type { AccountId } from '#shared/domain/ids.ts';
import type { Clock, EpochMs } from '#shared/domain/units.ts';
import { CredentialWatch } from '../follow/credential-watch.ts';
import { Unreadable } from '../follow/unreadable.ts';
import { ParseError } from '../parse/parse-error.ts';
import { bytesOrNull, text, whole } from '../sql/columns.ts';
import type { Row } from '../sql/sql-access.ts';
import { storeKey, type StoreKey, type StoredSession } from '../store-adapter.ts';
import type { StoreDeps } from '../store-kind.ts';
import { readTokens, type SessionToken } from './session-tokens.ts';

const keyOf = (user: number, verifier: string): StoreKey => storeKey(`${String(user)}:${verifier}`);

/** The account and the token of a key; null for a key that is none of ours. */
export function splitKey(key: string): { readonly user: number; readonly verifier: string } | null {
  const [, user, verifier] = /^(\d{1,16}):(.*)$/s.exec(key) ?? [];
  return user === undefined || verifier === undefined ? null : { user: Number(user), verifier };
}

/** Turns rows of `tokenRows` into live sessions. */
export class TokenReader {
  readonly #clock: Clock;
  readonly #deps: StoreDeps;
  readonly #watch: CredentialWatch;
  readonly #unreadable = new Unreadable();
  readonly #hashes = new Map<number, number>();
  #nextExpiry: EpochMs | null = null;

  constructor(deps: StoreDeps) {
    this.#deps = deps;
    this.#clock = deps.clock;
    this.#watch = new CredentialWatch('wordpress', deps.kept ?? null);
  }

  /** When the next token that was read expires: from then on a listing differs although nothing was written. */
  get nextExpiry(): EpochMs | null {
    return this.#nextExpiry;
  }

  /** To be called before everything is read. */
  startOver(): void {
    this.#unreadable.clear();
    this.#nextExpiry = null;
  }

  /** Whether an account's row differs from when it was last read. */
  differs(row: Row): boolean {
    const user = whole(row[0], 'usermeta.user_id');
    const hash = crc32(
      bytesOrNull(row[1], 'usermeta.meta_value') ?? '',
      crc32(`${String(row[2])}\0${String(row[3])}`),
    );
    const same = this.#hashes.get(user) === hash;
    this.#hashes.set(user, hash);
    return !same;
  }

  /** To be called when a reading is over. */
  done(): void {
    this.#watch.save();
  }

  warnings(): readonly { readonly id: string; readonly message: string }[] {
    return this.#unreadable.warnings(
      'accounts’ session_tokens',
      'WordPress cannot read them either, or a plugin keeps them in a form of its own.',
    );
  }

  forgetHashes(): void {
    this.#hashes.clear();
  }

  sessions(row: Row): readonly StoredSession[] {
    const user = whole(row[0], 'usermeta.user_id');
    const name = text(row[2], 'users.user_login');
    return this.#live(row).map((token) => ({
      key: keyOf(user, token.verifier),
      account: { id: String(user) as AccountId, name },
      opened: { at: token.loginAt, ip: token.ip, userAgent: token.userAgent },
      last: { at: null, ip: null, userAgent: null },
      expiresAt: token.expiresAt,
      marks: token.remembered ? ['remember-me'] : [],
    }));
  }

  keys(row: Row): readonly StoreKey[] {
    const user = whole(row[0], 'usermeta.user_id');
    return this.#live(row).map((token) => keyOf(user, token.verifier));
  }

  /** Neither expired nor older than the password: a new password kills cookies, but leaves the tokens. */
  #live(row: Row): readonly SessionToken[] {
    const user = text(row[0], 'usermeta.user_id');
    const tokens = this.#tokens(row);
    const fingerprint = this.#deps.fingerprint('wordpress-password', text(row[3], 'users.user_pass'));
    const dead = this.#watch.dead(
      user,
      fingerprint,
      tokens.map((token) => traitOf(token)),
    );
    const now = this.#clock();
    const live = tokens.filter((token) => token.expiresAt >= now && !dead.has(traitOf(token)));
    for (const { expiresAt } of live) {
      if (this.#nextExpiry === null || expiresAt < this.#nextExpiry) this.#nextExpiry = expiresAt;
    }
    return live;
  }

  #tokens(row: Row): readonly SessionToken[] {
    const account = text(row[0], 'usermeta.user_id');
    try {
      const tokens = readTokens(bytesOrNull(row[1], 'usermeta.meta_value') ?? Buffer.alloc(0));
      this.#unreadable.remove(account);
      return tokens;
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      this.#unreadable.add(account, error.reason);
      return [];
    }
  }
}

/** 28 bits of the token's hash: enough to tell the tokens of one account apart, small enough to keep many. */
const traitOf = ({ verifier }: SessionToken): number => crc32(verifier) >>> 4;

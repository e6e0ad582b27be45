import type { SessionId } from '#shared/domain/ids.ts';
import type { Session } from '#shared/protocol/records.ts';
import type { MirroredSession } from '../mirrored-session.ts';
import type { ListedEntry } from './listed-file.ts';

/** What follows the account in a record (see `writeRecord`); within a text its quotes would be escaped. */
const AFTER_ACCOUNT = ',"opened":{"at":';
const ACCOUNT = '"account":';
/** How an account begins that has an id. */
const ACCOUNT_ID = `${ACCOUNT}{"id":"`;

/** The wire record of a listed session as JSON. */
export const recordOf = ({ id, facts }: Pick<ListedEntry, 'id' | 'facts'>): string =>
  `{"id":"${id}",${facts}`;

/**
 * A session of the first listing. Its record is read as far as somebody asks: whoever ends thousands needs to know
 * whose they are, and nothing else of them.
 */
export class ListedRow implements MirroredSession {
  readonly n: number;
  readonly id: SessionId;
  readonly sealed: Buffer;
  readonly first_seen_at: number;
  readonly reported_at = 0;
  readonly pending = 0;
  readonly #facts: string;
  readonly #isMasked: boolean;
  #account: string | null | undefined;
  #session: Session | null = null;

  /** @param isMasked somebody runs it as another */
  constructor(n: number, { id, sealed, facts }: ListedEntry, listedAt: number, isMasked: boolean) {
    this.n = n;
    this.id = id as SessionId;
    this.sealed = Buffer.from(sealed);
    this.first_seen_at = listedAt;
    this.#facts = facts;
    this.#isMasked = isMasked;
  }

  get record(): string {
    return recordOf({ id: this.id, facts: this.#facts });
  }

  get account(): string | null {
    return (this.#account ??= this.#readAccount());
  }

  get via(): string | null {
    return this.#isMasked ? (this.#read().via?.account.id ?? null) : null;
  }

  get opened_at(): number | null {
    return this.#read().opened.at;
  }

  get last_at(): number | null {
    return this.#read().last.at;
  }

  get expires_at(): number | null {
    return this.#read().expiresAt;
  }

  get ip(): string | null {
    const { last, opened } = this.#read();
    return last.ip ?? opened.ip;
  }

  #readAccount(): string | null {
    if (this.#facts.startsWith(ACCOUNT_ID)) {
      const id = this.#facts.slice(ACCOUNT_ID.length, this.#facts.indexOf('"', ACCOUNT_ID.length));
      // An escaped quote would not be the end: then it is read with care.
      if (!id.includes('\\')) return id;
    }
    const end = this.#facts.indexOf(AFTER_ACCOUNT, ACCOUNT.length);
    if (!this.#facts.startsWith(ACCOUNT) || end < 0) return this.#read().account?.id ?? null;
    const account = JSON.parse(this.#facts.slice(ACCOUNT.length, end)) as Session['account'];
    return account?.id ?? null;
  }

  #read(): Session {
    return (this.#session ??= JSON.parse(this.record) as Session);
  }
}

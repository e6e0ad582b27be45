import type { SessionId } from '#shared/domain/ids.ts';
import type { Session } from '#shared/protocol/records.ts';
import type { MirroredSession } from '../mirrored-session.ts';
import { factsAt, idIn, sealedIn, type ListedEntry } from './listed-file.ts';

/** What follows the account in a record (see `writeRecord`); within a text its quotes would be escaped. */
const AFTER_ACCOUNT = ',"opened":{"at":';
const ACCOUNT = '"account":';
/** How an account begins that has an id. */
const ACCOUNT_ID = Buffer.from(`${ACCOUNT}{"id":"`);
const [QUOTE, BACKSLASH] = [0x22, 0x5c];

/** The wire record of a listed session as JSON. */
export const recordOf = (entry: ListedEntry): string => `{"id":"${idIn(entry)}",${factsIn(entry)}`;

const factsIn = (entry: ListedEntry): string => entry.bytes.toString('utf8', factsAt(entry), entry.end);

/**
 * A session of the first listing. Its record is read as far as somebody asks: whoever ends thousands needs to know
 * whose they are, and nothing else of them.
 */
export class ListedRow implements MirroredSession {
  readonly n: number;
  readonly id: SessionId;
  readonly first_seen_at: number;
  readonly reported_at = 0;
  readonly pending = 0;
  readonly #entry: ListedEntry;
  readonly #isMasked: boolean;
  #account: string | null | undefined;
  #session: Session | null = null;

  /**
   * @param entry in memory that nobody writes to any more
   * @param isMasked somebody runs it as another
   */
  constructor(n: number, entry: ListedEntry, listedAt: number, isMasked: boolean) {
    this.n = n;
    this.id = idIn(entry) as SessionId;
    this.first_seen_at = listedAt;
    this.#entry = entry;
    this.#isMasked = isMasked;
  }

  get sealed(): Buffer {
    return sealedIn(this.#entry);
  }

  get record(): string {
    return recordOf(this.#entry);
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
    const id = plainId(this.#entry);
    if (id !== null) return id;
    const facts = factsIn(this.#entry);
    const end = facts.indexOf(AFTER_ACCOUNT, ACCOUNT.length);
    if (!facts.startsWith(ACCOUNT) || end < 0) return this.#read().account?.id ?? null;
    const account = JSON.parse(facts.slice(ACCOUNT.length, end)) as Session['account'];
    return account?.id ?? null;
  }

  #read(): Session {
    return (this.#session ??= JSON.parse(this.record) as Session);
  }
}

/** The account's id where nothing in it is escaped, byte by byte: an escaped quote would not be its end. */
function plainId(entry: ListedEntry): string | null {
  const { bytes, end } = entry;
  const start = factsAt(entry);
  for (let at = 0; at < ACCOUNT_ID.length; at += 1) if (bytes[start + at] !== ACCOUNT_ID[at]) return null;
  const from = start + ACCOUNT_ID.length;
  for (let to = from; to < end; to += 1) {
    if (bytes[to] === BACKSLASH) return null;
    if (bytes[to] === QUOTE) return bytes.toString('utf8', from, to);
  }
  return null;
}

/** Sessions that one page holds at most. */
const SESSIONS = 4_096;
/** Bytes of text that one page holds; no session's record is longer. */
const TEXT_BYTES = 1536 * 1024;
/** End of the key, end of the facts, owner, who is behind a masquerade. */
const COLUMNS = 4;
const COLUMN_BYTES = SESSIONS * COLUMNS * 4;
/** UTF-8 takes at most three bytes for a UTF-16 unit. */
const BYTES_A_UNIT = 3;

export const ROOM_BYTES = COLUMN_BYTES + TEXT_BYTES;

/** A number for an account, to find its sessions by; 0 stands for none. Several accounts may share one (FNV-1a). */
export function ownerHash(account: string | null): number {
  if (account === null) return 0;
  let hash = 0x811c9dc5;
  for (let at = 0; at < account.length; at += 1) hash = Math.imul(hash ^ account.charCodeAt(at), 0x01000193);
  return hash >>> 0 || 1;
}

/** What one session of a page is, for the thread that writes it. */
export interface RoomSession {
  /** The store's own key; its handle is made where the page is written. */
  readonly key: string;
  /** The wire record as JSON, after its handle. */
  readonly facts: Buffer;
  readonly owner: number;
  readonly via: number;
}

/**
 * A page of a first listing in memory that two threads share: what is read in one is written in the other, and
 * nothing is copied or converted on the way.
 */
export class BulkRoom {
  readonly #columns: Uint32Array;
  readonly #text: Buffer;
  #count = 0;
  #end = 0;

  constructor(memory: ArrayBuffer | SharedArrayBuffer) {
    this.#columns = new Uint32Array(memory, 0, SESSIONS * COLUMNS);
    this.#text = Buffer.from(memory, COLUMN_BYTES, TEXT_BYTES);
  }

  get count(): number {
    return this.#count;
  }

  clear(): void {
    this.#count = 0;
    this.#end = 0;
  }

  /** False when it has no room for this session. */
  add(key: string, facts: string, owner: number, via: number): boolean {
    const start = this.#end;
    if (this.#count >= SESSIONS || start + (key.length + facts.length) * BYTES_A_UNIT > TEXT_BYTES)
      return false;
    const keyEnd = start + this.#text.write(key, start);
    const end = keyEnd + this.#text.write(facts, keyEnd);
    const at = this.#count * COLUMNS;
    this.#columns[at] = keyEnd;
    this.#columns[at + 1] = end;
    this.#columns[at + 2] = owner;
    this.#columns[at + 3] = via;
    this.#count += 1;
    this.#end = end;
    return true;
  }

  /** The first `count` sessions, as another thread wrote them. */
  *sessions(count: number): Generator<RoomSession> {
    let start = 0;
    for (let at = 0; at < count * COLUMNS; at += COLUMNS) {
      const keyEnd = this.#columns[at] ?? 0;
      const end = this.#columns[at + 1] ?? 0;
      yield {
        key: this.#text.toString('utf8', start, keyEnd),
        facts: this.#text.subarray(keyEnd, end),
        owner: this.#columns[at + 2] ?? 0,
        via: this.#columns[at + 3] ?? 0,
      };
      start = end;
    }
  }
}

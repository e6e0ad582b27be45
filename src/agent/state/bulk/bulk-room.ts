import { textHash } from '#shared/domain/text-hash.ts';

/** Sessions that one page holds at most. */
const SESSIONS = 4_096;
/** Bytes of text that one page holds; no session's record is longer. */
const TEXT_BYTES = 1536 * 1024;
/** Pieces of text of a session, in this order, each ending where the next begins. */
const TEXTS = 7;
/** Where each text ends, owner, who is behind a masquerade. */
const COLUMNS = TEXTS + 2;
/** When it was opened, last seen, and when it expires; NaN where nobody knows. */
const TIMES = 3;
const TIME_BYTES = SESSIONS * TIMES * 8;
const COLUMN_BYTES = SESSIONS * COLUMNS * 4;
/** UTF-8 takes at most three bytes for a UTF-16 unit, JSON six; and two quotes. */
const [BYTES_A_UNIT, JSON_A_UNIT, QUOTES] = [3, 6, 2];
/** Up to here copying characters one by one is faster than asking the runtime to. */
const SHORT = 48;
const ASCII_END = 0x80;
/** Texts in which every character is between these and none of the other two are written as they are, in quotes. */
const [SPACE, TILDE, QUOTE, BACKSLASH] = [0x20, 0x7e, 0x22, 0x5c];

export const ROOM_BYTES = TIME_BYTES + COLUMN_BYTES + TEXT_BYTES;

/** A number for an account, to find its sessions by; 0 stands for none. Several accounts may share one. */
export const ownerHash = (account: string | null): number => (account === null ? 0 : textHash(account) || 1);

/** A session on its way to the file: its key, and its wire record in pieces. Empty pieces stand for null. */
export interface RoomSession {
  /** The store's own key; its handle is made where the page is written. */
  readonly key: string;
  /** As JSON. */
  readonly account: string;
  readonly openedIp: string;
  readonly openedAgent: string;
  readonly lastIp: string;
  readonly lastAgent: string;
  /** The marks and everything that follows them in the record, with the brace that ends it, as JSON. */
  readonly rest: string;
  readonly openedAt: number | null;
  readonly lastAt: number | null;
  readonly expiresAt: number | null;
  readonly owner: number;
  readonly via: number;
}

/**
 * A page of a first listing in memory that two threads share: what is read in one is written in the other, and
 * nothing is copied or converted on the way.
 */
export class BulkRoom {
  readonly #times: Float64Array;
  readonly #columns: Uint32Array;
  readonly #text: Buffer;
  #count = 0;
  #end = 0;

  constructor(memory: ArrayBuffer | SharedArrayBuffer) {
    this.#times = new Float64Array(memory, 0, SESSIONS * TIMES);
    this.#columns = new Uint32Array(memory, TIME_BYTES, SESSIONS * COLUMNS);
    this.#text = Buffer.from(memory, TIME_BYTES + COLUMN_BYTES, TEXT_BYTES);
  }

  get count(): number {
    return this.#count;
  }

  clear(): void {
    this.#count = 0;
    this.#end = 0;
  }

  /** False when it has no room for this session. */
  add(session: RoomSession): boolean {
    const { key, account, openedIp, openedAgent, lastIp, lastAgent, rest } = session;
    const units = key.length + account.length + rest.length;
    const seen = openedIp.length + openedAgent.length + lastIp.length + lastAgent.length;
    const most = units * BYTES_A_UNIT + seen * JSON_A_UNIT + 4 * QUOTES;
    if (this.#count >= SESSIONS || this.#end + most > TEXT_BYTES) return false;
    const columns = this.#columns;
    const text = this.#text;
    const at = this.#count * COLUMNS;
    let end = put(text, this.#end, key);
    columns[at] = end;
    end = put(text, end, account);
    columns[at + 1] = end;
    end = putJson(text, end, openedIp);
    columns[at + 2] = end;
    end = putJson(text, end, openedAgent);
    columns[at + 3] = end;
    end = putJson(text, end, lastIp);
    columns[at + 4] = end;
    end = putJson(text, end, lastAgent);
    columns[at + 5] = end;
    end = put(text, end, rest);
    columns[at + 6] = end;
    columns[at + TEXTS] = session.owner;
    columns[at + TEXTS + 1] = session.via;
    const time = this.#count * TIMES;
    this.#times[time] = session.openedAt ?? Number.NaN;
    this.#times[time + 1] = session.lastAt ?? Number.NaN;
    this.#times[time + 2] = session.expiresAt ?? Number.NaN;
    this.#count += 1;
    this.#end = end;
    return true;
  }

  /** Its text; the pieces of a session lie in it one after the other. */
  get text(): Buffer {
    return this.#text;
  }
  /** Where a piece of a session ends; the first begins where the last of the session before it ends. */
  endOf(session: number, piece: number): number {
    return this.#columns[session * COLUMNS + piece] ?? 0;
  }
  startOf(session: number): number {
    return session === 0 ? 0 : this.endOf(session - 1, TEXTS - 1);
  }
  /** Opened, last seen, expires; NaN where nobody knows. */
  timeOf(session: number, which: 0 | 1 | 2): number {
    return this.#times[session * TIMES + which] ?? Number.NaN;
  }
  ownerOf(session: number): number {
    return this.endOf(session, TEXTS);
  }
  viaOf(session: number): number {
    return this.endOf(session, TEXTS + 1);
  }
}

/** Writes text and returns where it ends. */
function put(bytes: Buffer, start: number, text: string): number {
  const { length } = text;
  if (length > SHORT) return start + bytes.write(text, start);
  for (let at = 0; at < length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= ASCII_END) return start + bytes.write(text, start);
    bytes[start + at] = code;
  }
  return start + length;
}

/** Writes text as JSON has it, an empty one as nothing, and returns where it ends. */
function putJson(bytes: Buffer, start: number, text: string): number {
  const { length } = text;
  if (length === 0) return start;
  bytes[start] = QUOTE;
  for (let at = 0; at < length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < SPACE || code > TILDE || code === QUOTE || code === BACKSLASH)
      return start + bytes.write(JSON.stringify(text), start);
    bytes[start + 1 + at] = code;
  }
  bytes[start + 1 + length] = QUOTE;
  return start + length + QUOTES;
}

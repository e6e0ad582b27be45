import type { BulkRoom } from './bulk-room.ts';

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
const [ACCOUNT, OPENED, IP, AGENT, LAST, EXPIRES, MARKS] = [
  bytesOf('"account":'),
  bytesOf(',"opened":{"at":'),
  bytesOf(',"ip":'),
  bytesOf(',"userAgent":'),
  bytesOf('},"last":{"at":'),
  bytesOf('},"expiresAt":'),
  bytesOf(',"marks":'),
];
const NULL = bytesOf('null');
/** From the time on, where neither address nor browser is known: most stores keep one sighting of the two. */
const NOTHING = bytesOf(',"ip":null,"userAgent":null');
const NO_AGENT = bytesOf(',"userAgent":null');
const ZERO = 48;
/** Times are written in two halves of whole numbers that the processor divides fast. */
const HALF = 10_000_000;
/** Longer pieces are copied by the runtime. */
const SHORT = 64;
/** The names above, three times, and five pieces that are null. */
const MOST_BESIDE_TEXT = 200;

/** Bytes that the record of this session of a room needs at most. */
export const roomForRecord = (room: BulkRoom, session: number): number =>
  room.endOf(session, 6) - room.endOf(session, 0) + MOST_BESIDE_TEXT;

/**
 * Writes the wire record of a session of a room as JSON, less the brace and the handle it begins with: byte for byte
 * what `JSON.stringify` makes of it. A listing makes a million of them.
 * @returns where it ends
 */
export function writeRecord(room: BulkRoom, session: number, into: Buffer, start: number): number {
  let at = put(into, start, ACCOUNT);
  at = piece(room, session, 1, into, at);
  at = put(into, at, OPENED);
  at = time(into, at, room.timeOf(session, 0));
  at = seenFrom(room, session, 2, into, at);
  at = put(into, at, LAST);
  at = time(into, at, room.timeOf(session, 1));
  at = seenFrom(room, session, 4, into, at);
  at = put(into, at, EXPIRES);
  at = time(into, at, room.timeOf(session, 2));
  at = put(into, at, MARKS);
  return piece(room, session, 6, into, at);
}

/** Address and browser of a sighting, which are this piece and the next. */
function seenFrom(room: BulkRoom, session: number, which: number, into: Buffer, start: number): number {
  const before = room.endOf(session, which - 1);
  const ip = room.endOf(session, which);
  const agent = room.endOf(session, which + 1);
  if (agent === before) return put(into, start, NOTHING);
  const at = piece(room, session, which, into, put(into, start, IP));
  return agent === ip ? put(into, at, NO_AGENT) : piece(room, session, which + 1, into, put(into, at, AGENT));
}

function put(into: Buffer, start: number, bytes: Uint8Array): number {
  const { length } = bytes;
  for (let at = 0; at < length; at += 1) into[start + at] = bytes[at] ?? 0;
  return start + length;
}

function piece(room: BulkRoom, session: number, which: number, into: Buffer, start: number): number {
  const from = room.endOf(session, which - 1);
  const length = room.endOf(session, which) - from;
  if (length === 0) return put(into, start, NULL);
  const { text } = room;
  if (length > SHORT) return start + text.copy(into, start, from, from + length);
  for (let at = 0; at < length; at += 1) into[start + at] = text[from + at] ?? 0;
  return start + length;
}

/** A whole number that is not negative, or null. */
function time(into: Buffer, start: number, value: number): number {
  if (Number.isNaN(value)) return put(into, start, NULL);
  const high = Math.floor(value / HALF);
  if (high >= HALF) return start + into.write(String(value), start, 'latin1');
  const low = value - high * HALF;
  if (high === 0) return digits(into, start, low, lengthOf(low));
  return digits(into, digits(into, start, high, lengthOf(high)), low, 7);
}

function digits(into: Buffer, start: number, value: number, count: number): number {
  let left = value | 0;
  for (let at = start + count - 1; at >= start; at -= 1) {
    const rest = (left / 10) | 0;
    into[at] = ZERO + left - rest * 10;
    left = rest;
  }
  return start + count;
}

/** Digits of a whole number below ten million. */
function lengthOf(value: number): number {
  let count = 1;
  for (let left = value; left >= 10; left = Math.floor(left / 10)) count += 1;
  return count;
}

import type { AccountId } from '#shared/domain/ids.ts';
import { epochMs, type EpochMs } from '#shared/domain/units.ts';
import { jsonText, member, parseJson, pointer, type Json } from '../parse/json.ts';
import { ParseError } from '../parse/parse-error.ts';
import { address } from '../sql/columns.ts';
import { storeKey, type StoredSession } from '../store-adapter.ts';
import type { ExpressConfig, Mapping } from './config.ts';

/** Longest value that is taken for what a pointer names; longer ones are something else. */
const LONGEST = 512;
const MOST_ROLES = 64;
/** Above this a number is milliseconds since the epoch, below it seconds (both hold until the year 5138). */
const MILLISECONDS_FROM = 100_000_000_000;

/** A session as the store has it. */
export interface RawSession {
  readonly sid: string;
  /** The JSON; null when it is too large to be read. */
  readonly json: string | null;
  /** When the store forgets it, ms; null when never. */
  readonly expiresAt: number | null;
}

/** A session of somebody who is signed in, with what it says about the account. */
export interface ExpressSession {
  readonly session: StoredSession;
  readonly roles: readonly string[];
  readonly email: string | null;
}

/** First of the places that holds something. */
function find<T>(json: Json, places: readonly string[], read: (value: Json) => T | null): T | null {
  for (const place of places) {
    const found = read(pointer(json, place));
    if (found !== null) return found;
  }
  return null;
}

const short = (value: Json): string | null => {
  const text = jsonText(value);
  return text === null || typeof value === 'boolean' || text.length > LONGEST ? null : text;
};

/**
 * Reads what the mapping names, and nothing else. Null for guests and for what express-session would refuse.
 * A session that is too large or too deep to be looked at is reported without an account: it may be anybody's.
 */
export function readSession(raw: RawSession, config: ExpressConfig): ExpressSession | null {
  const { mapping } = config;
  const read = contents(raw.json);
  if (read === 'broken') return null;
  if (read === 'unread') return { session: unknownSession(raw), roles: [], email: null };
  const { json } = read;
  const cookie = member(json, 'cookie');
  if (typeof cookie !== 'object' || cookie === null) return null;
  const user = find(json, mapping.user, short);
  if (user === null) return null;
  const maxAge = member(cookie, 'originalMaxAge');
  const lastAt =
    config.touch && typeof maxAge === 'number' && maxAge > 0 && raw.expiresAt !== null
      ? instant(raw.expiresAt - maxAge)
      : null;
  const at = (ip: readonly string[], agent: readonly string[]) => ({
    ip: find(json, ip, (value) => address(short(value))),
    userAgent: find(json, agent, short),
  });
  return {
    session: {
      key: storeKey(raw.sid),
      account: { id: user as AccountId, name: find(json, mapping.name, short) ?? user },
      opened: { at: find(json, mapping.openedAt, time), ...at(mapping.address, mapping.userAgent) },
      last: { at: lastAt, ...at(mapping.lastAddress, mapping.lastUserAgent) },
      expiresAt: raw.expiresAt === null ? null : instant(raw.expiresAt),
      marks: [],
    },
    roles: rolesIn(json, mapping),
    email: find(json, mapping.email, short),
  };
}

function contents(text: string | null): { readonly json: Json } | 'unread' | 'broken' {
  if (text === null) return 'unread';
  try {
    const json = parseJson(text);
    return typeof json === 'object' && json !== null ? { json } : 'broken';
  } catch (error) {
    if (error instanceof ParseError) return error.reason === 'not JSON' ? 'broken' : 'unread';
    throw error;
  }
}

const unknownSession = ({ sid, expiresAt }: RawSession): StoredSession => ({
  key: storeKey(sid),
  account: null,
  opened: { at: null, ip: null, userAgent: null },
  last: { at: null, ip: null, userAgent: null },
  expiresAt: expiresAt === null ? null : instant(expiresAt),
  marks: [],
});

/** Times are kept to the second: lifetimes are, and a rounding must not look like a visit. */
function instant(ms: number): EpochMs | null {
  const whole = Math.floor(ms / 1_000) * 1_000;
  return Number.isSafeInteger(whole) && whole > 0 && whole < 253_402_300_800_000 ? epochMs(whole) : null;
}

function time(value: Json): EpochMs | null {
  if (typeof value === 'number') return instant(value < MILLISECONDS_FROM ? value * 1_000 : value);
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT/.test(value)) return null;
  return instant(Date.parse(value));
}

/** A text, or a list of texts or of objects with a `name`. */
function rolesIn(json: Json, mapping: Mapping): readonly string[] {
  const read = (value: Json): readonly string[] | null => {
    if (value === null) return null;
    const items = Array.isArray(value) ? (value as readonly Json[]) : [value];
    const roles = items
      .slice(0, MOST_ROLES)
      .map((item) => short(item) ?? short(member(item, 'name')))
      .filter((role) => role !== null);
    return [...new Set(roles)].sort();
  };
  return find(json, mapping.roles, read) ?? [];
}

import { DAY, SECOND, epochMs, type EpochMs } from '#shared/domain/units.ts';
import { parsePhp } from '../parse/php.ts';
import { dereference, phpGet, phpInt, phpKeyText, phpText, type PhpEntry } from '../parse/php-value.ts';
import { encodePhp, withoutReferences } from '../parse/php-writer.ts';
import { ParseError } from '../parse/parse-error.ts';
import { address } from '../sql/columns.ts';

/** One signed-in browser, as `session_tokens` keeps it. */
export interface SessionToken {
  /** SHA-256 of the token in the cookie, hexadecimal: not replayable. */
  readonly verifier: string;
  readonly expiresAt: EpochMs;
  readonly loginAt: EpochMs | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** WordPress's own duration with "remember me". */
  readonly remembered: boolean;
}

/** WordPress writes four; plugins add some. */
const MOST_MEMBERS = 64;
const REMEMBERED_MS = 14 * DAY;
const ROUNDING_MS = 5 * SECOND;

/**
 * Reads `session_tokens`. A value can also be a bare time of expiry (before WordPress 4.0); plugins add members.
 * @throws ParseError when it is not an array of tokens
 */
export function readTokens(value: Buffer): readonly SessionToken[] {
  return entriesOf(value).flatMap(({ key, value: held }) => {
    const token = dereference(held);
    // By references every entry can be the whole array again: what has that many members is no token.
    if (token?.type === 'array' && token.entries.length > MOST_MEMBERS) return [];
    const bare = phpInt(token);
    const expiration = bare ?? phpInt(phpGet(token, 'expiration'));
    if (expiration === null || expiration <= 0) return [];
    const login = phpInt(phpGet(token, 'login'));
    const loginAt = login === null || login <= 0 ? null : epochMs(login * SECOND);
    const expiresAt = epochMs(Math.min(expiration, 253_402_300_799) * SECOND);
    return [
      {
        verifier: phpKeyText(key),
        expiresAt,
        loginAt,
        ip: address(phpText(phpGet(token, 'ip'))),
        userAgent: phpText(phpGet(token, 'ua')),
        remembered: loginAt !== null && Math.abs(expiresAt - loginAt - REMEMBERED_MS) <= ROUNDING_MS,
      },
    ];
  });
}

/**
 * The value without these tokens, all others byte for byte as they were; null when none is left.
 * @throws ParseError when it cannot be read, or holds references that cannot be written out
 */
export function withoutTokens(
  value: Buffer,
  verifiers: ReadonlySet<string>,
): { readonly value: Buffer | null; readonly removed: ReadonlySet<string> } {
  const removed = new Set<string>();
  const kept = entriesOf(value).filter(({ key }) => {
    const verifier = phpKeyText(key);
    if (!verifiers.has(verifier)) return true;
    removed.add(verifier);
    return false;
  });
  if (removed.size === 0) return { value, removed };
  if (kept.length === 0) return { value: null, removed };
  return { value: encodePhp(withoutReferences({ type: 'array', entries: kept })), removed };
}

function entriesOf(value: Buffer): readonly PhpEntry[] {
  const array = dereference(parsePhp(value));
  if (array?.type !== 'array') throw new ParseError('not an array', 0);
  return array.entries;
}

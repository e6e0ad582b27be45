import type { Mark } from '#shared/protocol/records.ts';
import type { EpochMs } from '#shared/domain/units.ts';
import { ParseError } from '../parse/parse-error.ts';
import { parsePhpSession, startsAt, wanted, type WantedVariable } from '../parse/php.ts';
import { dereference, phpGet, phpInt } from '../parse/php-value.ts';
import { seconds } from '../sql/columns.ts';
import { openedOf } from './quick-bags.ts';

/** What a session's own data says. Its seed, reset keys and everything else in it stay unread. */
export interface SessionBags {
  readonly openedAt: EpochMs | null;
  readonly marks: readonly Mark[];
  /** Account of the person behind a masquerade. */
  readonly masquerading: string | null;
}

const RESET = Buffer.from('pass_reset_');
const CREATED = Buffer.from('c');
const MASQUERADING = Buffer.from('masquerading');
/** A listing reads a million of these: only what is needed is made into values. */
const WANTED: readonly WantedVariable[] = [
  wanted('_sf2_attributes', (bytes, start, end) => startsAt(bytes, start, end, RESET)),
  wanted(
    '_sf2_meta',
    (bytes, start, end) =>
      (end - start === 1 && bytes[start] === CREATED[0]) || startsAt(bytes, start, end, MASQUERADING),
  ),
];
const NO_MARKS: readonly Mark[] = [];
const UNKNOWN: SessionBags = { openedAt: null, marks: [], masquerading: null };

/** Reads Symfony's bags; what cannot be read is unknown. */
export function readBags(bytes: Buffer | null): SessionBags {
  if (bytes === null) return UNKNOWN;
  const opened = openedOf(bytes);
  if (opened !== undefined) return { openedAt: seconds(opened), marks: NO_MARKS, masquerading: null };
  return readAnyBags(bytes);
}

/** The same by the parser proper, whatever the data looks like. */
export function readAnyBags(bytes: Buffer): SessionBags {
  try {
    const bags = parsePhpSession(bytes, WANTED);
    const meta = bags.get('_sf2_meta');
    const attributes = dereference(bags.get('_sf2_attributes'));
    const marks: Mark[] = [];
    // Looked at again: a reference can lead to what was kept of another bag.
    const reset =
      attributes?.type === 'array' &&
      attributes.entries.some(
        ({ key }) => key.type === 'string' && startsAt(key.bytes, 0, key.bytes.length, RESET),
      );
    if (reset) marks.push('one-time-login');
    const masquerading = phpInt(phpGet(meta, 'masquerading'));
    if (masquerading !== null && masquerading > 0) marks.push('masquerade');
    return {
      openedAt: seconds(phpInt(phpGet(meta, 'c'))),
      marks,
      masquerading: masquerading !== null && masquerading > 0 ? String(masquerading) : null,
    };
  } catch (error) {
    if (error instanceof ParseError) return UNKNOWN;
    throw error;
  }
}

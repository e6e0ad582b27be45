import type { Mark } from '#shared/protocol/records.ts';
import type { EpochMs } from '#shared/domain/units.ts';
import { ParseError } from '../parse/parse-error.ts';
import { parsePhpSession } from '../parse/php.ts';
import { dereference, phpGet, phpInt, phpKeyText } from '../parse/php-value.ts';
import { seconds } from '../sql/columns.ts';

/** What a session's own data says. Its seed, reset keys and everything else in it stay unread. */
export interface SessionBags {
  readonly openedAt: EpochMs | null;
  readonly marks: readonly Mark[];
  /** Account of the person behind a masquerade. */
  readonly masquerading: string | null;
}

const WANTED: ReadonlySet<string> = new Set(['_sf2_attributes', '_sf2_meta']);
const UNKNOWN: SessionBags = { openedAt: null, marks: [], masquerading: null };

/** Reads Symfony's bags; what cannot be read is unknown. */
export function readBags(bytes: Buffer | null): SessionBags {
  if (bytes === null) return UNKNOWN;
  try {
    const bags = parsePhpSession(bytes, WANTED);
    const meta = bags.get('_sf2_meta');
    const attributes = dereference(bags.get('_sf2_attributes'));
    const marks: Mark[] = [];
    const reset =
      attributes?.type === 'array' &&
      attributes.entries.some(
        ({ key }) => key.type === 'string' && phpKeyText(key).startsWith('pass_reset_'),
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

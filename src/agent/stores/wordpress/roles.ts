import { ParseError } from '../parse/parse-error.ts';
import { parsePhp } from '../parse/php.ts';
import { dereference, phpKeyText, phpText } from '../parse/php-value.ts';

/**
 * Roles out of `{prefix}capabilities` (`a:1:{s:6:"editor";b:1;}`); those of the further sites of a network get the
 * site's number: `editor@2`. Capabilities given one by one look the same and are listed the same.
 */
export function rolesFrom(prefix: string, metaKey: string, value: Buffer): readonly string[] {
  const site = siteOf(prefix, metaKey);
  if (site === null) return [];
  return truthyKeys(value).map((role) => (site === '' ? role : `${role}@${site}`));
}

/** '' for the main site, the number of another one, null for a key that is none of this installation's. */
function siteOf(prefix: string, metaKey: string): string | null {
  if (!metaKey.startsWith(prefix)) return null;
  const match = /^(?:(\d+)_)?capabilities$/.exec(metaKey.slice(prefix.length));
  return match === null ? null : (match[1] ?? '');
}

function truthyKeys(value: Buffer): readonly string[] {
  try {
    const roles = dereference(parsePhp(value));
    if (roles?.type !== 'array') return [];
    return roles.entries
      .filter(({ value: held }) => {
        const on = dereference(held);
        return (on?.type === 'bool' && on.value) || (on?.type === 'int' && on.text !== '0');
      })
      .map(({ key }) => phpKeyText(key));
  } catch (error) {
    if (error instanceof ParseError) return [];
    throw error;
  }
}

/** Login names out of `site_admins`. */
export function superAdmins(value: Buffer | null): ReadonlySet<string> {
  if (value === null) return new Set();
  try {
    const names = dereference(parsePhp(value));
    if (names?.type !== 'array') return new Set();
    return new Set(names.entries.map(({ value: name }) => phpText(name)).filter((name) => name !== null));
  } catch (error) {
    if (error instanceof ParseError) return new Set();
    throw error;
  }
}

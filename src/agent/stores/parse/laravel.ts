import { jsonText, parseJson, pointer, type Json } from './json.ts';
import { DEFAULT_LIMITS, ParseError, type ParseLimits } from './parse-error.ts';
import { parsePhp } from './php.ts';
import { phpGet, phpKeyText, phpText, type PhpValue } from './php-value.ts';

/** A Laravel session's variables, however they were written; `opaque` when the application encrypts them. */
export type LaravelPayload =
  | { readonly format: 'php'; readonly value: PhpValue }
  | { readonly format: 'json'; readonly value: Json }
  | { readonly format: 'opaque' };

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * Reads `sessions.payload`: base64 of `serialize(array)`, of JSON (`session.serialization`) or of an encrypted
 * envelope (`session.encrypt`); JSON is also read when it was not put in base64.
 * @throws ParseError for anything else, and when a limit is passed
 */
export function parseLaravelPayload(text: string, limits: ParseLimits = DEFAULT_LIMITS): LaravelPayload {
  if (text.length > limits.bytes) throw new ParseError('too long', limits.bytes);
  if (text.startsWith('{')) return fromJson(text, limits);
  if (!BASE64.test(text)) throw new ParseError('not base64', 0);
  const bytes = Buffer.from(text, 'base64');
  if (bytes[0] === 0x7b || bytes[0] === 0x5b) return fromJson(bytes.toString('utf8'), limits);
  // What Laravel's encrypter gives is base64 of JSON that starts with `{"iv"`.
  if (bytes.subarray(0, 5).toString('latin1') === 'eyJpd') return { format: 'opaque' };
  return { format: 'php', value: parsePhp(bytes, limits) };
}

function fromJson(text: string, limits: ParseLimits): LaravelPayload {
  const value = parseJson(text, limits);
  return pointer(value, '/iv') !== null && pointer(value, '/mac') !== null
    ? { format: 'opaque' }
    : { format: 'json', value };
}

/** Text of a variable; dots lead into nested arrays where no variable has the whole name. */
export function laravelVariable(payload: LaravelPayload, name: string): string | null {
  if (payload.format === 'opaque') return null;
  const steps = [[name], name.split('.')];
  for (const path of steps) {
    const found =
      payload.format === 'php'
        ? phpText(path.reduce<PhpValue | null>((value, step) => phpGet(value, step), payload.value))
        : jsonText(
            pointer(
              payload.value,
              path.map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
            ),
          );
    if (found !== null) return found;
  }
  return null;
}

/** Names of the variables at the top. */
export function laravelNames(payload: LaravelPayload): readonly string[] {
  if (payload.format === 'opaque') return [];
  if (payload.format === 'php') {
    return payload.value.type === 'array' ? payload.value.entries.map((entry) => phpKeyText(entry.key)) : [];
  }
  const { value } = payload;
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
}

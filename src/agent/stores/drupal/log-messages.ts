import { ParseError } from '../parse/parse-error.ts';
import { parsePhp } from '../parse/php.ts';
import { dereference, phpKeyText, phpText } from '../parse/php-value.ts';

/** Placeholders of a log message; only texts and numbers. */
export function readVariables(bytes: Buffer | null): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  if (bytes === null || bytes.length === 0) return variables;
  try {
    const value = dereference(parsePhp(bytes));
    if (value?.type !== 'array') return variables;
    for (const { key, value: held } of value.entries) {
      const text = phpText(held);
      if (text !== null) variables.set(phpKeyText(key), text);
    }
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
  }
  return variables;
}

const LONGEST = 2_000;

/**
 * Takes out what can be used to sign in: one-time links, queries of addresses, and anything that looks like a token
 * (32 characters and more with letters and digits).
 */
export function withoutSecrets(text: string): string {
  return text
    .slice(0, LONGEST)
    .replaceAll(/\/user\/reset\/\S*/g, '/user/reset/[removed]')
    .replaceAll(/\?[^\s"<>]*/g, (query) => (query.length > 1 ? '?[removed]' : query))
    .replaceAll(/[\w+/=~.-]{32,}/g, (run) =>
      /\d/.test(run) && /[a-z]/i.test(run) && !run.includes('/') ? '[removed]' : run,
    )
    .replaceAll(/[A-Za-z0-9_-]{40,}/g, '[removed]');
}

/** A log message as a person reads it: placeholders filled in, markup and secrets taken out, addresses left out. */
export function fillIn(message: string, variables: ReadonlyMap<string, string>): string {
  const plain = message.slice(0, LONGEST).replaceAll(/<[^>]{0,200}>/g, '');
  return withoutSecrets(
    plain.replaceAll(/[@%!:][A-Za-z_][\w-]*/g, (placeholder) => {
      const value = variables.get(placeholder);
      if (value === undefined) return placeholder;
      return placeholder.startsWith(':') ? '' : value.replaceAll(/<[^>]{0,200}>/g, '');
    }),
  );
}

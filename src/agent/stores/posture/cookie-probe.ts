import type { PostureCheck } from '#shared/protocol/posture.ts';

const SOURCE = (url: string): string => `a request of this agent to ${url}`;
const PROBE_MS = 10_000;
/** Names that cookies of sessions have by default, in the frameworks that agents know. */
const SESSION_COOKIE = /^(?:S?SESS|wordpress_|PHPSESSID|sessionid|connect\.sid|.*session)/i;

interface Cookie {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
}

/**
 * Asks the configured page once and judges the session cookie it sets. The cookie's value is not kept.
 * @param ask fetch, or a test's
 */
export async function probeCookie(
  url: string,
  ask: typeof fetch,
  signal: AbortSignal,
): Promise<readonly PostureCheck[]> {
  try {
    const answer = await ask(url, {
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(PROBE_MS)]),
    });
    await answer.body?.cancel();
    const cookies = answer.headers.getSetCookie().map(readCookie);
    const cookie = cookies.find(({ name }) => SESSION_COOKIE.test(name));
    if (cookie === undefined)
      return [
        unknown(
          `the page answered ${String(answer.status)} and set no session cookie`,
          'Name a page that sets the session cookie, such as the one for signing in.',
          SOURCE(url),
        ),
      ];
    return cookieChecks(cookie, url);
  } catch {
    return [unknown('the page could not be asked', 'Correct posture.url.', SOURCE(url))];
  }
}

/** Without a page to ask there is nothing to judge. */
export const cookieUnprobed = (): PostureCheck =>
  unknown(
    'no page is configured',
    'Name a page that sets the session cookie: posture.url in the agent’s configuration.',
    'the agent’s configuration',
  );

const unknown = (observed: string, advice: string, source: string): PostureCheck => ({
  id: 'cookie',
  title: 'Flags of the session cookie',
  status: 'unknown',
  observed,
  advice,
  source,
});

function readCookie(header: string): Cookie {
  const [pair = '', ...rest] = header.split(';');
  const attributes = rest.map((part): [string, string] => {
    const [name = '', value = ''] = part.trim().split('=', 2);
    return [name.toLowerCase(), value];
  });
  return { name: pair.split('=', 1)[0]?.trim() ?? '', attributes: new Map(attributes) };
}

function cookieChecks({ attributes }: Cookie, url: string): readonly PostureCheck[] {
  const source = SOURCE(url);
  const flag = (id: string, title: string, name: string, advice: string): PostureCheck => ({
    id,
    title,
    status: attributes.has(name) ? 'pass' : 'fail',
    observed: `${name === 'secure' ? 'Secure' : 'HttpOnly'} is ${attributes.has(name) ? 'set' : 'not set'}`,
    advice,
    source,
  });
  const sameSite = attributes.get('samesite') ?? '';
  const domain = attributes.get('domain') ?? '';
  return [
    flag(
      'cookie.secure',
      'Cookie only over TLS',
      'secure',
      'Set Secure, so that the cookie never travels in the clear.',
    ),
    flag(
      'cookie.http-only',
      'Cookie hidden from scripts',
      'httponly',
      'Set HttpOnly, so that a script on the page cannot read it.',
    ),
    {
      id: 'cookie.same-site',
      title: 'Cookie not sent by other sites',
      status: /^(?:lax|strict)$/i.test(sameSite) ? 'pass' : 'warn',
      observed: sameSite === '' ? 'SameSite is not set: the browser decides' : `SameSite=${sameSite}`,
      advice: 'Set SameSite to Lax or Strict.',
      source,
    },
    {
      id: 'cookie.scope',
      title: 'Cookie for one host',
      status: domain === '' ? 'pass' : 'warn',
      observed: `${domain === '' ? 'no domain' : `domain ${domain}`}, path ${attributes.get('path') ?? 'of the page'}`,
      advice: 'Leave Domain out, so that neighbouring hosts do not receive the cookie.',
      source,
    },
  ];
}

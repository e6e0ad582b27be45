/** How an agent is reached: straight, by what the system says, or over a proxy that a person named. */
export type ProxyChoice =
  | { readonly is: 'none' }
  | { readonly is: 'system' }
  /** Without name and password; those are secrets. */
  | { readonly is: 'manual'; readonly url: string };

export type ProxyUrl =
  { readonly ok: true; readonly url: string } | { readonly ok: false; readonly message: string };

const SCHEMES = new Set(['http:', 'https:', 'socks:', 'socks4:', 'socks4a:', 'socks5:', 'socks5h:']);
const WRITE_IT = 'Write it like http://proxy.example.org:3128 or socks5h://127.0.0.1:1080.';

/** Checks the address of a proxy; returns it normalised, or a sentence that says what is wrong and what to do. */
export function checkProxyUrl(text: string): ProxyUrl {
  const trimmed = text.trim();
  if (!URL.canParse(trimmed)) {
    return { ok: false, message: `“${trimmed}” is not the address of a proxy. ${WRITE_IT}` };
  }
  const url = new URL(trimmed);
  if (!SCHEMES.has(url.protocol)) {
    return {
      ok: false,
      message: `A proxy is an http, https, socks4 or socks5 one, not ${url.protocol.slice(0, -1)}. ${WRITE_IT}`,
    };
  }
  if (url.hostname === '') {
    return { ok: false, message: `“${trimmed}” names no host. ${WRITE_IT}` };
  }
  if (url.username !== '' || url.password !== '') {
    return {
      ok: false,
      message: 'The address of the proxy must not contain a name or password; they go into their own fields.',
    };
  }
  if ((url.pathname !== '/' && url.pathname !== '') || url.search !== '' || url.hash !== '') {
    return {
      ok: false,
      message: `The address of the proxy ends after the port; remove “${url.pathname}${url.search}${url.hash}”.`,
    };
  }
  return { ok: true, url: trimmed.replace(/\/$/, '').toLowerCase() };
}

const RULE_SCHEMES: Readonly<Record<string, string>> = {
  PROXY: 'http',
  HTTPS: 'https',
  SOCKS: 'socks4',
  SOCKS4: 'socks4',
  SOCKS5: 'socks5h',
};

/**
 * The proxy of a rule as browsers write it: `PROXY host:3128; DIRECT`. The first one counts.
 * @returns the proxy's address; empty: none
 * @throws when the rule names a kind of proxy that is not known
 */
export function proxyOfRule(rule: string): string {
  const [first = ''] = rule.split(';');
  const [kind = '', host = ''] = first.trim().split(/\s+/);
  if (kind === '' || kind.toUpperCase() === 'DIRECT') return '';
  const scheme = RULE_SCHEMES[kind.toUpperCase()];
  if (scheme === undefined || host === '') {
    throw new Error(`the system names a proxy that is not supported: “${first.trim()}”`);
  }
  return `${scheme}://${host}`;
}

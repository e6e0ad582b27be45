import { expect, test } from 'vitest';
import { checkProxyUrl, proxyOfRule } from '#shared/domain/proxy.ts';

test.each([
  ['DIRECT', ''],
  ['', ''],
  ['PROXY proxy.example.org:3128', 'http://proxy.example.org:3128'],
  ['HTTPS secure.example.org:443; DIRECT', 'https://secure.example.org:443'],
  ['SOCKS5 127.0.0.1:1080;PROXY other:1', 'socks5h://127.0.0.1:1080'],
  ['SOCKS old.example.org:1080', 'socks4://old.example.org:1080'],
])('the system’s rule %j leads over %j', (rule, url) => {
  expect(proxyOfRule(rule)).toBe(url);
});
test('a kind of proxy that is not known is named', () => {
  expect(() => proxyOfRule('QUIC proxy:443')).toThrow(/QUIC proxy:443/);
});
test.each(['http://Proxy.example.org:3128/', 'socks5h://127.0.0.1:1080', 'https://[::1]:8443'])(
  'the proxy %s is one',
  (text) => {
    expect(checkProxyUrl(text)).toEqual({ ok: true, url: text.toLowerCase().replace(/\/$/, '') });
  },
);

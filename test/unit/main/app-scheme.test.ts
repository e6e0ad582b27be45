import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { APP_ORIGIN, fileFor, serveApp } from '#main/app-scheme.ts';
import { contentSecurityPolicy } from '#main/content-security.ts';

type Handler = (request: Request) => Promise<Response>;

describe('files of the app scheme', () => {
  const root = join(sep, 'srv', 'renderer');

  test('the page itself and its assets', () => {
    expect(fileFor(root, `${APP_ORIGIN}/`)).toBe(join(root, 'index.html'));
    expect(fileFor(root, `${APP_ORIGIN}/assets/a.js?x=1`)).toBe(join(root, 'assets', 'a.js'));
  });

  test('nothing outside the folder, no other host, no unknown type', () => {
    for (const path of [
      '/..%2f..%2fetc%2fpasswd.json',
      '/%2e%2e/%2e%2e/x.json',
      '/a.sh',
      '/%00.js',
      '/%zz.js',
    ]) {
      const file = fileFor(root, `${APP_ORIGIN}${path}`);
      expect(file === null || file.startsWith(root + sep), path).toBe(true);
    }
    expect(fileFor(root, 'app://elsewhere/index.html')).toBeNull();
    expect(fileFor(root, `${APP_ORIGIN}/a.sh`)).toBeNull();
  });

  test('any path stays inside the folder', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (path) => {
        const address = `${APP_ORIGIN}/${path}`;
        if (!URL.canParse(address)) return;
        const file = fileFor(root, address);
        expect(file === null || file.startsWith(root + sep)).toBe(true);
      }),
    );
  });
});

describe('answers of the app scheme', () => {
  let handler: Handler | undefined;
  beforeAll(() => {
    const folder = mkdtempSync(join(tmpdir(), 'watchfloor-scheme-'));
    writeFileSync(join(folder, 'index.html'), '<meta property="csp-nonce" content="__CSP_NONCE__">');
    const protocol = {
      handle: (_scheme: string, given: Handler) => {
        handler = given;
      },
    };
    serveApp(protocol as unknown as Parameters<typeof serveApp>[0], folder);
  });
  const get = async (path: string, method = 'GET') => {
    if (handler === undefined) throw new Error('no handler');
    return handler(new Request(`http://placeholder${path}`, { method }));
  };

  test('a request that is not the app’s own is not found, and has the policy all the same', async () => {
    const answer = await get('/index.html');
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  test('each page gets a fresh nonce, the same in header and page', async () => {
    if (handler === undefined) throw new Error('no handler');
    const page = async () => {
      const answer = await handler?.({ method: 'GET', url: `${APP_ORIGIN}/index.html` } as Request);
      if (answer === undefined) throw new Error('no answer');
      const nonce = /content="([^"]+)"/.exec(await answer.text())?.[1] ?? '';
      expect(answer.headers.get('content-security-policy')).toBe(contentSecurityPolicy(nonce));
      return nonce;
    };
    const [first, second] = [await page(), await page()];
    expect(first).not.toBe(second);
    expect(first.length).toBeGreaterThanOrEqual(22);
  });

  test('the policy allows no inline script, no eval and no network', () => {
    const policy = contentSecurityPolicy('N');
    expect(policy).not.toMatch(/unsafe|http|\*/);
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("connect-src 'none'");
  });
});

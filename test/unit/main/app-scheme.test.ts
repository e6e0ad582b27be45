import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { APP_ORIGIN, fileFor, serveApp, type Answer, type BufferProtocol } from '#main/app-scheme.ts';
import { contentSecurityPolicy } from '#main/content-security.ts';

type Handler = Parameters<BufferProtocol['registerBufferProtocol']>[1];

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
    serveApp(
      {
        registerBufferProtocol: (_scheme, given) => {
          handler = given;
          return true;
        },
      },
      folder,
    );
  });
  const get = (url: string, method = 'GET') =>
    new Promise<Answer>((resolve) => {
      if (handler === undefined) throw new Error('no handler');
      handler({ url, method }, resolve);
    });

  test('a request that is not the app’s own, not for reading, or for what is not there, is not found, and has the policy all the same', async () => {
    for (const answer of [
      await get('http://placeholder/index.html'),
      await get(`${APP_ORIGIN}/index.html`, 'POST'),
      await get(`${APP_ORIGIN}/gone.js`),
    ]) {
      expect(answer.statusCode).toBe(404);
      expect(answer.headers['Content-Security-Policy']).toContain("default-src 'none'");
      expect(answer.data.toString()).not.toContain('csp-nonce');
    }
  });

  test('each page gets a fresh nonce, the same in header and page', async () => {
    const page = async () => {
      const answer = await get(`${APP_ORIGIN}/index.html`);
      expect(answer.statusCode).toBe(200);
      const nonce = /content="([^"]+)"/.exec(answer.data.toString())?.[1] ?? '';
      expect(answer.headers['Content-Security-Policy']).toBe(contentSecurityPolicy(nonce));
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

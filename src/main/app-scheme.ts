import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs';
import { extname, join, normalize, sep } from 'node:path';
import type { Protocol } from 'electron';
import { NONCE_PLACEHOLDER, securityHeaders } from './content-security.ts';

const APP_SCHEME = 'app';
export const APP_ORIGIN = 'app://watchfloor';
export const APP_ENTRY = `${APP_ORIGIN}/index.html`;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
};

/** Must run before the app is ready, or the scheme has no origin of its own. */
export function registerAppScheme(protocol: Protocol): void {
  protocol.registerSchemesAsPrivileged([
    // With a code cache, so that the window's program is compiled once and not at every start.
    {
      scheme: APP_SCHEME,
      privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
    },
  ]);
}

/** The file a request names inside `root`, or null when it names anything else. */
export function fileFor(root: string, address: string): string | null {
  const url = new URL(address);
  if (url.origin !== APP_ORIGIN && `${url.protocol}//${url.host}` !== APP_ORIGIN) return null;
  let path: string;
  try {
    path = decodeURIComponent(url.pathname);
  } catch {
    return null;
  }
  if (path.includes('\0')) return null;
  const file = normalize(join(root, path === '/' ? '/index.html' : path));
  return file.startsWith(root + sep) && TYPES[extname(file)] !== undefined ? file : null;
}

/** A request and an answer of Electron's `registerBufferProtocol`, as far as they are used. */
interface Asked {
  readonly url: string;
  readonly method: string;
}
export interface Answer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly data: Buffer;
}
/**
 * The part of Electron's `protocol` that is used. Its newer `handle` takes an answer of the Fetch standard, for which Node
 * loads a whole HTTP client into main: a tenth of a start, and memory for good.
 */
export interface BufferProtocol {
  registerBufferProtocol(
    scheme: string,
    handler: (request: Asked, callback: (answer: Answer) => void) => void,
  ): boolean;
}

/** Serves the window's files from `root` with the content security policy; anything else is 404. */
export function serveApp(protocol: BufferProtocol, root: string): void {
  protocol.registerBufferProtocol(APP_SCHEME, (request, answer) => {
    const nonce = randomBytes(16).toString('base64');
    const headers = securityHeaders(nonce);
    const notFound = () => {
      answer({
        statusCode: 404,
        headers: { ...headers, 'Content-Type': 'text/plain' },
        data: Buffer.from('Not found'),
      });
    };
    const file = request.method === 'GET' ? fileFor(root, request.url) : null;
    if (file === null) {
      notFound();
      return;
    }
    readFile(file, (error, content) => {
      if (error !== null) {
        notFound();
        return;
      }
      const type = TYPES[extname(file)] ?? 'application/octet-stream';
      const data = file.endsWith('.html')
        ? Buffer.from(content.toString('utf8').replaceAll(NONCE_PLACEHOLDER, nonce))
        : content;
      answer({ statusCode: 200, headers: { ...headers, 'Content-Type': type }, data });
    });
  });
}

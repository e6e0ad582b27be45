import { readFileSync, watchFile, unwatchFile } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import type { Server as HttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createSecureContext } from 'node:tls';
import ipaddr from 'ipaddr.js';
import type { Log } from '#shared/domain/log.ts';
import { SECOND } from '#shared/domain/units.ts';
import { LIMITS } from '#shared/protocol/limits.ts';

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** Paths of PEM files; `reload` watches them. */
  readonly tls: { readonly cert: string; readonly key: string; readonly reload: boolean } | null;
  /** Sockets that may be open at all, before any handshake. */
  readonly maxSockets: number;
  /** Somebody else answers below /v1/. */
  readonly push: boolean;
}
export interface Listening {
  readonly http: HttpServer | HttpsServer;
  readonly url: string;
  close(): Promise<void>;
}

/** The agent cannot listen; the message says what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

const RELOAD_MS = 5 * SECOND;

export function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  return ipaddr.isValid(bare) && ipaddr.process(bare).range() === 'loopback';
}

/** Opens the port. Without TLS only on loopback: a token must not cross a network in the clear. */
export async function listen(options: ListenOptions, log: Log): Promise<Listening> {
  const { host, port, tls } = options;
  if (tls === null && !isLoopback(host)) {
    throw new ListenError(
      `listen.host ${host} is reachable from other machines, and listen.tls is missing: tokens would cross the network in the clear. Add listen.tls with cert and key, or listen on 127.0.0.1.`,
    );
  }
  const http =
    tls === null
      ? createHttpServer(limits)
      : createHttpsServer({ ...limits, ...readPair(tls), handshakeTimeout: LIMITS.handshakeMs });
  http.maxConnections = options.maxSockets;
  http.on('request', (request, response) => {
    if (request.url?.startsWith('/socket.io/') === true) return;
    if (options.push && request.url?.startsWith('/v1/') === true) return;
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' });
    response.end('This is a Watchfloor agent. Add its address in the console.\n');
  });
  await new Promise<void>((resolve, reject) => {
    http.once('error', (error) => reject(explain(error, host, port)));
    http.listen(port, host.replace(/^\[(.*)\]$/, '$1'), resolve);
  });
  const stopReloading = tls?.reload === true ? reloadPair(http as HttpsServer, tls, log) : () => undefined;
  const { port: actual } = http.address() as AddressInfo;
  const shown = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return {
    http,
    url: `${tls === null ? 'http' : 'https'}://${shown}:${String(actual)}`,
    close() {
      stopReloading();
      http.closeAllConnections();
      return new Promise((resolve) => {
        // Closing the socket server above has closed this one already where it could.
        http.close(() => resolve());
      });
    },
  };
}

const limits = {
  headersTimeout: LIMITS.handshakeMs,
  requestTimeout: LIMITS.handshakeMs,
  connectionsCheckingInterval: SECOND,
  maxHeaderSize: 16 * 1024,
};

function readPair({ cert, key }: { cert: string; key: string }) {
  try {
    const pair = { cert: readFileSync(cert), key: readFileSync(key), minVersion: 'TLSv1.2' as const };
    createSecureContext(pair);
    return pair;
  } catch (error) {
    throw new ListenError(
      `listen.tls: ${cert} and ${key} cannot be used (${error instanceof Error ? error.message : String(error)}). Both must be PEM files that belong together.`,
      { cause: error },
    );
  }
}

/** Takes a renewed certificate over without a restart; a broken one is reported and the old one kept. */
function reloadPair(http: HttpsServer, tls: { cert: string; key: string }, log: Log): () => void {
  const reload = () => {
    try {
      http.setSecureContext(readPair(tls));
      log.info('the certificate was read again');
    } catch (error) {
      log.error('the new certificate cannot be used; the old one stays', { error: String(error) });
    }
  };
  const watched = [tls.cert, tls.key];
  for (const path of watched) watchFile(path, { interval: RELOAD_MS, persistent: false }, reload);
  return () => {
    for (const path of watched) unwatchFile(path, reload);
  };
}

function explain(error: Error, host: string, port: number): ListenError {
  const code = (error as NodeJS.ErrnoException).code;
  const where = `${host}:${String(port)}`;
  const advice: Record<string, string> = {
    EADDRINUSE: 'Another program uses this port; stop it or choose another with --port.',
    EACCES: 'Ports below 1024 need privileges; choose a higher one with --port.',
    EADDRNOTAVAIL: 'This machine has no such address; check listen.host.',
  };
  return new ListenError(
    `The agent cannot listen on ${where} (${code ?? error.message}). ${advice[code ?? ''] ?? ''}`.trim(),
    {
      cause: error,
    },
  );
}

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { StoreError } from '../store-adapter.ts';
import type { Tls } from './database-config.ts';

export interface TlsOptions {
  readonly rejectUnauthorized: true;
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

/** Options for a verified TLS connection; undefined when none is wanted. Verification cannot be switched off. */
export function tlsOptions(tls: Tls, baseDir: string): TlsOptions | undefined {
  if (tls === false) return undefined;
  const own = tls === true ? {} : tls;
  const file = (path: string): Buffer => {
    try {
      return readFileSync(resolve(baseDir, path));
    } catch {
      throw new StoreError('misconfigured', `cannot read ${path} named under store.database.tls`);
    }
  };
  return {
    rejectUnauthorized: true,
    ...(own.ca === undefined ? {} : { ca: file(own.ca) }),
    ...(own.cert === undefined ? {} : { cert: file(own.cert) }),
    ...(own.key === undefined ? {} : { key: file(own.key) }),
  };
}

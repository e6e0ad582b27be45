import { execFileSync } from 'node:child_process';
import { chownSync } from 'node:fs';
import { join } from 'node:path';
import { privateFolder, requireBinary, type PrivateFolder } from './private-folder.ts';
import { freePort } from './server-process.ts';

/** TCP on the loopback interface with a certificate of its own, for `localhost` only. */
export interface TcpWithTls {
  readonly port: number;
  readonly cert: string;
  readonly key: string;
}

/** Makes a key and a certificate that signs itself; the folder is removed by the caller. */
export async function tlsFiles(): Promise<TcpWithTls & { readonly folder: PrivateFolder }> {
  const openssl = requireBinary(['/usr/bin/openssl'], 'openssl');
  const folder = privateFolder('tls');
  const [cert, key] = [join(folder.path, 'cert.pem'), join(folder.path, 'key.pem')];
  execFileSync(
    openssl,
    [
      ...[
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
      ],
      ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert],
    ],
    { stdio: 'pipe' },
  );
  if (folder.account !== null)
    for (const file of [cert, key]) chownSync(file, folder.account.uid, folder.account.gid);
  return { port: await freePort(), cert, key, folder };
}

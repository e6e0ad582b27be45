import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A certificate authority and a certificate for 127.0.0.1 that it signed, made by openssl in a folder. */
export function testCertificates(folder: string): {
  readonly tls: { readonly key: string; readonly cert: string };
  readonly ca: string;
} {
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  const openssl = (...args: readonly string[]) =>
    execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  const key = ['-newkey', 'rsa:2048', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...key,
    '-days',
    '2',
    '-subj',
    '/CN=Test CA',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
  );
  const name = ['-subj', '/CN=agent', '-addext', 'subjectAltName=IP:127.0.0.1'];
  openssl('req', ...key, ...name, '-keyout', 'key.pem', '-out', 'csr.pem');
  const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-days', '2', '-copy_extensions', 'copy'];
  openssl('x509', '-req', '-in', 'csr.pem', ...signed, '-out', 'cert.pem');
  return { tls: { key: read('key.pem'), cert: read('cert.pem') }, ca: read('ca.pem') };
}

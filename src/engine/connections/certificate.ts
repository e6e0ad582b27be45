import { createHash, X509Certificate } from 'node:crypto';
import tls, { type PeerCertificate } from 'node:tls';
import type { CertificateView } from '#shared/ipc/desk-views.ts';

/** An agent's key is not the one that was pinned. */
export class PinnedKeyError extends Error {
  readonly code = 'PINNED_KEY';
}

/** What a person reads of a certificate. The pin names its public key: SHA-256 of the SPKI, in base64 (RFC 7469). */
function certificateView(der: Buffer): CertificateView {
  const certificate = new X509Certificate(der);
  const key = certificate.publicKey.export({ type: 'spki', format: 'der' });
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    validFrom: Date.parse(certificate.validFrom),
    validTo: Date.parse(certificate.validTo),
    pin: createHash('sha256').update(key).digest('base64'),
  };
}
const oneLine = (name: string): string => name.replaceAll(/\s*\n\s*/g, ', ').slice(0, 512);

/**
 * Looks at the certificate of an agent whose chain is trusted: its name as always, then its key where one is pinned.
 * @param address the agent's: over a proxy, Node does not know whose certificate it looks at
 * @param seen told what was shown, also when it is refused
 */
export const certificateCheck =
  (address: string, pin: string | null, seen: (certificate: CertificateView) => void) =>
  (_host: string, peer: PeerCertificate): Error | undefined => {
    const wrongName = tls.checkServerIdentity(hostOf(address), peer);
    if (wrongName !== undefined) return wrongName;
    const view = certificateView(peer.raw);
    seen(view);
    if (pin === null || pin === view.pin) return undefined;
    return new PinnedKeyError(`the key is ${view.pin}`);
  };

const hostOf = (address: string): string => new URL(address).hostname.replaceAll(/^\[|\]$/g, '');

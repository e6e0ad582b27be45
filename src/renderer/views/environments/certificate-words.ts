import { DAY } from '#shared/domain/lengths.ts';
import type { CertificateView } from '#shared/ipc/desk-views.ts';
import { counted } from '../../format/words.ts';
import { shortDate, type Zone } from '../../format/time.ts';

/** From here on the end of a certificate is worth saying loudly: renewing one takes days in many houses. */
const SOON_MS = 21 * DAY;

const year = (at: number): string => String(new Date(at).getUTCFullYear());

/** Until when it holds. */
export const certificateEnd = ({ validTo }: Pick<CertificateView, 'validTo'>, zone: Zone): string =>
  `valid until ${shortDate(validTo, zone)} ${year(validTo)}`;

/** Who vouches for whom, and until when. */
export const certificateText = (
  certificate: Pick<CertificateView, 'subject' | 'issuer' | 'validTo'>,
  zone: Zone,
): string => `${certificate.subject}, by ${certificate.issuer}, ${certificateEnd(certificate, zone)}`;

/** What is to be done about a certificate; null: nothing. */
export function certificateWarning({ validFrom, validTo }: CertificateView, now: number): string | null {
  if (now >= validTo) return 'It has run out: the agent cannot be reached again once the connection ends.';
  if (now < validFrom) return 'It is not valid yet: the clock of this machine or of the agent’s is wrong.';
  if (validTo - now > SOON_MS) return null;
  return `It runs out in ${counted(Math.floor((validTo - now) / DAY), 'day')}: ask who runs the agent to renew it.`;
}

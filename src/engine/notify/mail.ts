import { createTransport } from 'nodemailer';
import type { ChannelTarget } from '#shared/ipc/notify-contract.ts';
import type { Message } from './finding.ts';
import { SendError } from './send-error.ts';
import { bodyText, subject } from './words.ts';

const TIMEOUT_MS = 20_000;

/**
 * Sends a message as plain text by SMTP. With `starttls` a server that offers none gets neither password nor mail.
 * Returns a note when some recipients were refused: sending again would tell the others twice.
 */
export async function sendMail(
  target: Extract<ChannelTarget, { kind: 'mail' }>,
  secret: string | undefined,
  message: Message,
  signal: AbortSignal,
): Promise<string | null> {
  if (target.user !== null && secret === undefined) {
    throw new SendError(`the password of ${target.user} at ${target.host} is not known; enter it again`);
  }
  const transport = createTransport({
    host: target.host,
    port: target.port,
    secure: target.security === 'tls',
    requireTLS: target.security === 'starttls',
    ignoreTLS: target.security === 'none',
    ...(target.user === null ? {} : { auth: { user: target.user, pass: secret ?? '' } }),
    ...(target.ca === null ? {} : { tls: { ca: target.ca } }),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const close = (): void => {
    transport.close();
  };
  signal.addEventListener('abort', close, { once: true });
  try {
    const sent = await transport.sendMail({
      from: target.from,
      to: [...target.to],
      subject: subject(message),
      text: bodyText(message),
      date: new Date(message.createdAt),
      messageId: `<${message.id}@watchfloor.invalid>`,
      headers: { 'Auto-Submitted': 'auto-generated', 'X-Watchfloor-Delivery': message.id },
    });
    const refused = sent.rejected.map(String);
    return refused.length > 0 ? `${target.host} does not take mail for ${refused.join(', ')}` : null;
  } catch (error) {
    throw new SendError(`${target.host}: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    signal.removeEventListener('abort', close);
    transport.close();
  }
}

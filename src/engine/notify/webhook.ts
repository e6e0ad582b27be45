import { createHmac } from 'node:crypto';
import { request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import type { ChannelTarget } from '#shared/ipc/notify-contract.ts';
import type { Message } from './finding.ts';
import { SendError } from './send-error.ts';
import { subject, worst } from './words.ts';

const TIMEOUT_MS = 10_000;
/** Of an answer only this much is read, to say why it was refused. */
const MOST_ANSWER = 4_096;

/** The JSON that is posted (docs/notifications.md). */
const webhookBody = (message: Message): string =>
  JSON.stringify({
    watchfloor: 1,
    id: message.id,
    type: message.shape === 'test' ? 'test' : message.shape === 'digest' ? 'digest' : 'detection',
    createdAt: new Date(message.createdAt).toISOString(),
    summary: subject(message),
    severity: worst(message),
    total: message.total,
    detections: message.items.map(({ what, finding }) => ({
      change: what,
      environment: finding.environment,
      connection: finding.connection,
      names: finding.names ?? {},
      ...finding.record,
      raisedAt: new Date(finding.record.raisedAt).toISOString(),
      lastAt: new Date(finding.record.lastAt).toISOString(),
    })),
  });

/** `t=<seconds>,v1=<hex of HMAC-SHA-256 over "<seconds>.<body>">`, as receivers check it. */
const signature = (secret: string, seconds: number, body: string): string =>
  `t=${String(seconds)},v1=${createHmac('sha256', secret)
    .update(`${String(seconds)}.${body}`)
    .digest('hex')}`;

/** Posts a message. Anything but a 2xx answer is a failure; redirects are not followed, so that nothing goes elsewhere. */
export function sendWebhook(
  target: Extract<ChannelTarget, { kind: 'webhook' }>,
  secret: string | undefined,
  message: Message,
  now: number,
  signal: AbortSignal,
): Promise<void> {
  const body = webhookBody(message);
  const url = new URL(target.url);
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    'user-agent': 'Watchfloor',
    'watchfloor-delivery': message.id,
    ...(secret === undefined
      ? {}
      : { 'watchfloor-signature': signature(secret, Math.floor(now / 1_000), body) }),
  };
  return new Promise((resolve, reject) => {
    const options = {
      method: 'POST',
      headers,
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      agent: false as const,
    };
    const sent =
      url.protocol === 'https:'
        ? requestTls(url, { ...options, ...(target.ca === null ? {} : { ca: target.ca }) })
        : requestPlain(url, options);
    sent.on('error', (error) => {
      reject(
        error.name === 'TimeoutError' || error.name === 'AbortError'
          ? new SendError(`no answer from ${url.host} within ${String(TIMEOUT_MS / 1_000)} seconds`)
          : new SendError(`${url.host} cannot be reached: ${error.message}`),
      );
    });
    sent.on('response', (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        if (text.length < MOST_ANSWER) text += chunk;
        else answer.destroy();
      });
      const done = (): void => {
        const status = answer.statusCode ?? 0;
        if (status >= 200 && status < 300) resolve();
        else reject(refused(url.host, status, answer.headers['retry-after'], text));
      };
      answer.on('end', done);
      answer.on('close', done);
      answer.on('error', done);
    });
    sent.end(body);
  });
}

function refused(host: string, status: number, retryAfter: string | undefined, text: string): SendError {
  const words =
    status >= 300 && status < 400
      ? 'redirects elsewhere, which is not followed; enter the final address'
      : `answered ${String(status)}${text === '' ? '' : `: ${text.slice(0, 200)}`}`;
  const seconds = retryAfter !== undefined && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : null;
  return new SendError(`${host} ${words}`, seconds === null ? null : seconds * 1_000);
}

import { createHmac } from 'node:crypto';
import type { RuleNews } from './context.ts';

export interface WebhookConfig {
  readonly url: string;
  /** Signs what is posted, so that the receiver can tell who sent it. */
  readonly secret?: string | undefined;
}
const TIMEOUT_MS = 10_000;

/**
 * Posts news as JSON. The signature is `t=<seconds>,v1=<hex of HMAC-SHA-256 over "<seconds>.<body>">`. Redirects are
 * not followed, so that nothing goes elsewhere. Rejects with an Error that says why.
 */
export async function postWebhook(
  { url, secret }: WebhookConfig,
  message: {
    readonly id: string;
    readonly environment: { readonly id: string; readonly name: string };
    readonly news: readonly RuleNews[];
  },
  now: number,
  signal: AbortSignal,
): Promise<void> {
  const { host } = new URL(url);
  const body = JSON.stringify({ watchfloor: 1, type: 'rules', ...message });
  const seconds = String(Math.floor(now / 1_000));
  const hmac = secret === undefined ? null : createHmac('sha256', secret).update(`${seconds}.${body}`);
  const answer = await fetch(url, {
    method: 'POST',
    redirect: 'manual',
    body,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'watchfloor-agent',
      ...(hmac === null ? {} : { 'watchfloor-signature': `t=${seconds},v1=${hmac.digest('hex')}` }),
    },
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  }).catch((error: unknown) => {
    const cause =
      error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new Error(`${host} cannot be reached: ${cause}`);
  });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`${host} answered ${String(answer.status)}`);
}

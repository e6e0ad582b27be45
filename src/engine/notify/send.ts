import { assertNever } from '#shared/domain/assert-never.ts';
import type { ChannelTarget } from '#shared/ipc/notify-contract.ts';
import type { Message } from './finding.ts';

/** Hands one message over. Resolves with a note, or null; rejects with a SendError that says why not. */
export type Send = (
  target: ChannelTarget,
  secret: string | undefined,
  message: Message,
  now: number,
  signal: AbortSignal,
) => Promise<string | null>;

export const send: Send = async (target, secret, message, now, signal) => {
  // What is not used by everybody is read when it is used: the engine starts sooner and needs less memory.
  switch (target.kind) {
    case 'webhook':
      await (await import('./webhook.ts')).sendWebhook(target, secret, message, now, signal);
      return null;
    case 'syslog':
      await (await import('./syslog.ts')).sendSyslog(target, message, signal);
      return null;
    case 'mail':
      return (await import('./mail.ts')).sendMail(target, secret, message, signal);
    default:
      return assertNever(target);
  }
};

/** Where a message goes, as text: a kept secret is used for this place and for no other. */
export function destination(target: ChannelTarget): string {
  switch (target.kind) {
    case 'webhook':
      return `webhook ${new URL(target.url).origin}`;
    case 'syslog':
      return `syslog ${target.transport} ${target.host}:${String(target.port)}`;
    case 'mail':
      return `mail ${target.security} ${target.host}:${String(target.port)} ${target.user ?? ''}`;
    default:
      return assertNever(target);
  }
}

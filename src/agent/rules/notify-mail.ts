import { createTransport } from 'nodemailer';
import type { RuleNews } from './context.ts';

export interface MailConfig {
  readonly host: string;
  readonly port: number;
  readonly security: 'tls' | 'starttls' | 'none';
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly from: string;
  /** Administrators. */
  readonly to: readonly string[];
  /** Also tell people, at the address of their account, why they were signed out. */
  readonly people: boolean;
}
export interface Mail {
  /** Null: the administrators. */
  readonly to: string | null;
  readonly subject: string;
  readonly text: string;
}
type Environment = { readonly name: string };
const TIMEOUT_MS = 20_000;
const LINES = 100;
const when = (at: number) => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
// Names come from the store: nothing in them may begin a line of its own.
const plain = (text: string) => text.replaceAll(/\p{Cc}/gu, ' ').slice(0, 300);

function line(news: RuleNews): string {
  if (news.is === 'stopped')
    return `${when(news.at)}  STOPPED “${plain(news.name)}”: it would have ended ${String(news.wanted)} sessions within a minute and may end ${String(news.allowed)}. Decide in the console.`;
  const did = news.observed ? 'would have ended' : 'ended';
  return `${when(news.at)}  “${plain(news.name)}” ${did} a session of ${plain(news.account.name)}: ${plain(news.reason)}`;
}

/** What administrators are told. */
export function mailText({ name }: Environment, news: readonly RuleNews[]): Mail {
  const stopped = news.filter(({ is }) => is === 'stopped').length;
  const ended = news.filter((one) => one.is === 'applied' && !one.observed).length;
  const observed = news.length - stopped - ended;
  const parts = [
    ...(stopped > 0 ? [`${String(stopped)} stopped by the brake`] : []),
    ...(ended > 0 ? [`${String(ended)} ended`] : []),
    ...(observed > 0 ? [`${String(observed)} observed`] : []),
  ];
  const more = news.length > LINES ? [`and ${String(news.length - LINES)} more; the audit has them all`] : [];
  const first = [...news].sort((a, b) => Number(b.is === 'stopped') - Number(a.is === 'stopped'));
  return {
    to: null,
    subject: `[Watchfloor] ${plain(name)}: rules, ${parts.join(', ')}`,
    text: [...first.slice(0, LINES).map(line), ...more].join('\n'),
  };
}

/** What people are told of the ends of their own sessions: one mail each. */
export function mailPeople({ name }: Environment, news: readonly RuleNews[]): readonly Mail[] {
  const byAddress = new Map<string, string[]>();
  for (const one of news) {
    if (one.is !== 'applied' || one.observed || one.account.email === null) continue;
    const lines = byAddress.get(one.account.email) ?? [];
    lines.push(`${when(one.at)}: ${plain(one.reason)} (rule “${plain(one.name)}”)`);
    byAddress.set(one.account.email, lines);
  }
  return [...byAddress].map(([to, lines]) => ({
    to,
    subject: `You were signed out of ${plain(name)}`,
    text: `You were signed out of ${plain(name)}, because of a rule of your administrators:\n\n${lines.slice(0, 20).join('\n')}\n\nIf that was not you, change your password and tell your administrators.`,
  }));
}

/** Sends by SMTP. With `starttls` a server that offers none gets neither password nor mail. */
export async function sendMail(config: MailConfig, { to, subject, text }: Mail): Promise<void> {
  const { host, port, security, user, password, from } = config;
  const transport = createTransport({
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    connectionTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
  });
  try {
    await transport.sendMail({ from, to: to === null ? [...config.to] : [to], subject, text });
  } finally {
    transport.close();
  }
}

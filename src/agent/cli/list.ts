import type { Clock } from '#shared/domain/units.ts';
import type { Session } from '#shared/protocol/records.ts';
import type { AgentConfig } from '../config/config.ts';
import { toSession } from '../poll/to-wire.ts';
import type { StoredSession } from '../stores/store-adapter.ts';
import { withStore } from './store-session.ts';
import { UsageError } from './usage-error.ts';

type Print = (line: string) => void;

const stamp = (at: number | null) =>
  at === null ? 'unknown' : new Date(at).toISOString().slice(0, 19).replace('T', ' ');
// Names come from the store: nothing in them may steer a terminal.
const plain = (text: string) => text.replaceAll(/\p{Cc}/gu, '?');

function line(session: Session): string {
  const who = session.account === null ? '(anonymous)' : `${session.account.name} [${session.account.id}]`;
  const as = session.via === undefined ? '' : ` run by ${session.via.account.name}`;
  const ip = session.last.ip ?? session.opened.ip ?? 'unknown address';
  const marks = session.marks.length === 0 ? '' : `  ${session.marks.join(',')}`;
  return plain(
    `${session.id}  ${who}${as}  ${ip}  opened ${stamp(session.opened.at)}  seen ${stamp(session.last.at)}${marks}`,
  );
}

/** Prints live sessions as consoles would see them; reads the store and nothing else. */
export async function listSessions(
  config: AgentConfig,
  limit: number,
  json: boolean,
  clock: Clock,
  print: Print,
): Promise<void> {
  await withStore(config, clock, async ({ adapter, keys, flags }, signal) => {
    let count = 0;
    await adapter.sessions(
      null,
      (page) => {
        for (const stored of page) {
          count += 1;
          if (count > limit) continue;
          const session = toSession(stored, keys, flags);
          print(json ? JSON.stringify(session) : line(session));
        }
        return Promise.resolve();
      },
      signal,
    );
    if (!json)
      print(
        `${counted(count, 'live session')}${count > limit ? `, the first ${String(limit)} shown (--limit)` : ''}.`,
      );
  });
}

export interface RevokeSelection {
  readonly accounts: readonly string[];
  readonly sessions: readonly string[];
  readonly all: boolean;
}

/** Prints whom ending these would reach. Ends nothing: that is a console's, so that it is in the audit with a name. */
export async function dryRunRevoke(
  config: AgentConfig,
  selection: RevokeSelection,
  clock: Clock,
  print: Print,
): Promise<void> {
  const { accounts, sessions, all } = selection;
  if ([accounts.length > 0, sessions.length > 0, all].filter(Boolean).length !== 1) {
    throw new UsageError('Say exactly one of --account, --session, --all.');
  }
  await withStore(config, clock, async ({ adapter, keys, flags, description }, signal) => {
    let count = 0;
    const reached = new Set<string>();
    const matches = (stored: StoredSession, session: Session) => {
      if (all) return true;
      if (sessions.length > 0) return sessions.includes(session.id);
      const { account, via } = stored;
      const names = (who: { id: string; name: string } | null | undefined) =>
        who !== null && who !== undefined && (accounts.includes(who.id) || accounts.includes(who.name));
      return via === undefined ? names(account) : names(via.account);
    };
    await adapter.sessions(
      null,
      (page) => {
        for (const stored of page) {
          const session = toSession(stored, keys, flags);
          if (!matches(stored, session)) continue;
          count += 1;
          if (session.account !== null) reached.add(session.account.id);
          print(line(session));
        }
        return Promise.resolve();
      },
      signal,
    );
    const cannot = description.capabilities.includes('sessions.clientSide')
      ? ' They live in the client: this agent cannot end them.'
      : '';
    print(
      `Would end ${counted(count, 'session')} of ${counted(reached.size, 'account')}. Nothing was done.${cannot}`,
    );
  });
}

const counted = (count: number, what: string): string => `${String(count)} ${what}${count === 1 ? '' : 's'}`;

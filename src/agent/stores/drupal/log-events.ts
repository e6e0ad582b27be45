import type { AccountId } from '#shared/domain/ids.ts';
import type { EpochMs } from '#shared/domain/units.ts';
import type { StoredEvent } from '../store-adapter.ts';
import { fillIn, readVariables, withoutSecrets } from './log-messages.ts';

/** A row of `watchdog`. `location` and `referer` are never read. */
export interface LogRow {
  readonly wid: number;
  readonly uid: string;
  /** Name of the account `uid`, where there is one. */
  readonly name: string | null;
  readonly type: string;
  readonly message: string;
  readonly variables: Buffer | null;
  readonly link: string | null;
  readonly ip: string | null;
  readonly at: EpochMs;
}

/** Written by the site for itself, not about what a person did. */
const NOT_ACTIVITY: ReadonlySet<string> = new Set(['php', 'cron', 'page not found', 'system update']);

/** What a log row tells; null for rows that tell nothing about a person. */
export function eventOf(row: LogRow): StoredEvent | null {
  const variables = readVariables(row.variables);
  const actor = row.uid === '0' ? null : { id: row.uid as AccountId, name: row.name ?? row.uid };
  const base = {
    id: `watchdog:${String(row.wid)}`,
    at: row.at,
    outcome: 'success' as const,
    ...(row.ip === null ? {} : { ip: row.ip }),
  };
  const named = (key: string) => ({ name: variables.get(key) ?? '' });
  const message = fillIn(row.message, variables);
  switch (row.message) {
    case 'Session opened for %name.':
      return { ...base, action: 'login', account: actor ?? named('%name') };
    case 'Session closed for %name.':
      return { ...base, action: 'logout', account: actor ?? named('%name') };
    case 'Login attempt failed for %user.':
      return {
        ...base,
        action: 'login',
        outcome: 'failure',
        reason: 'bad-password',
        account: named('%user'),
      };
    case 'Login attempt failed from %ip.':
      return { ...base, action: 'login', outcome: 'failure', reason: 'unknown-account', account: null };
    case 'Flood control blocked login attempt for uid %uid from %ip':
    case 'Flood control blocked login attempt for uid %uid from %ip.': {
      const uid = variables.get('%uid') ?? '';
      const account = /^[1-9]\d*$/.test(uid) ? { id: uid as AccountId, name: uid } : null;
      return { ...base, action: 'login', outcome: 'failure', reason: 'locked-out', account };
    }
    case 'Flood control blocked login attempt from %ip':
    case 'Flood control blocked login attempt from %ip.':
      return { ...base, action: 'login', outcome: 'failure', reason: 'locked-out', account: null };
    case 'User %name used one-time login link at time %timestamp.':
      return {
        ...base,
        action: 'other',
        account: actor ?? named('%name'),
        message,
        attributes: { verb: 'one-time-login' },
      };
    case 'Password reset instructions mailed to %name at %email.':
    case 'Password reset instructions mailed to %email.':
      return {
        ...base,
        action: 'other',
        account: variables.has('%name') ? named('%name') : actor,
        attributes: { verb: 'password-reset-requested' },
      };
    case 'User %username masqueraded as %target_username.':
    case 'User %username stopped masquerading as %target_username.': {
      const verb = row.message.includes('stopped') ? 'masquerade-stopped' : 'masquerade-started';
      const behind = named('%username');
      return {
        ...base,
        action: 'other',
        account: named('%target_username'),
        actor: behind,
        message,
        attributes: { verb },
      };
    }
    case 'New user: %name %email.':
      return {
        ...base,
        action: 'account-created',
        account: named('%name'),
        ...(actor === null ? {} : { actor }),
      };
    case 'Deleted user: %name %email.':
      return {
        ...base,
        action: 'account-deleted',
        account: named('%name'),
        ...(actor === null ? {} : { actor }),
      };
    case 'Blocked user: %name %email.':
      return {
        ...base,
        action: 'account-blocked',
        account: named('%name'),
        ...(actor === null ? {} : { actor }),
      };
    default:
      break;
  }
  if (actor === null || NOT_ACTIVITY.has(row.type)) return null;
  const subject = ['%title', '%name', '%term', '%label', '%subject', '%info'].find((key) =>
    variables.has(key),
  );
  const id = /\/(?:node|comment|user|taxonomy\/term|media)\/(\d{1,19})\b/.exec(row.link ?? '')?.[1];
  const verb =
    /\b(added|created|updated|edited|deleted|removed|saved|published|unpublished|approved|installed|uninstalled|enabled|disabled|imported|exported)\b/i.exec(
      row.message,
    )?.[1];
  return {
    ...base,
    action: 'activity',
    account: actor,
    object: {
      kind: variables.get('@type') ?? row.type,
      ...(id === undefined ? {} : { id }),
      ...(subject === undefined ? {} : { name: withoutSecrets(variables.get(subject) ?? '') }),
    },
    message,
    attributes: { log: row.type, ...(verb === undefined ? {} : { verb: verb.toLowerCase() }) },
  };
}

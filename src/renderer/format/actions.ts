import type { CloseReason } from '#shared/protocol/records.ts';
import type { AuditRow } from '#shared/ipc/views.ts';

const NAMES: Readonly<Record<string, string>> = {
  login: 'Signed in',
  logout: 'Signed out',
  'password-changed': 'Password changed',
  'password-reset': 'Password reset asked for',
  'role-changed': 'Role changed',
  'account-created': 'Account created',
  'account-blocked': 'Account blocked',
  'account-deleted': 'Account deleted',
  mfa: 'Second factor',
  activity: 'Activity',
  'session-revoked': 'Session ended by an operator',
  'rule-changed': 'Rule changed',
  'rule-applied': 'Session ended by a rule',
  hold: 'Hold',
  other: 'Other event',
};

const REASONS: Readonly<Record<string, string>> = {
  'bad-password': 'wrong password',
  'unknown-account': 'no such account',
  blocked: 'account is blocked',
  'locked-out': 'locked out',
  'expired-password': 'password has expired',
  'mfa-failed': 'second factor failed',
  rule: 'a rule',
};

/** What happened, as a person says it; an action this version does not know keeps its own name. */
export function actionTitle(row: Pick<AuditRow, 'action' | 'outcome'>): string {
  if (row.action === 'login' && row.outcome === 'failure') return 'Failed sign-in';
  const name = NAMES[row.action] ?? row.action;
  return row.outcome === 'failure' ? `${name}: failed` : name;
}

/** A kind of event, whatever came of it. */
export const kindOfAction = (action: string): string =>
  action === 'login' ? 'Sign-in' : (NAMES[action] ?? action);

export const reasonText = (reason: string): string => REASONS[reason] ?? reason;

const CAUSES: Readonly<Record<string, string>> = {
  logout: 'signed out',
  expired: 'expired',
  collected: 'cleaned up by the store',
  revoked: 'by an operator',
  rule: 'by a rule',
  'credential-change': 'password changed',
  replaced: 'replaced',
  unknown: 'cause not known',
};
export const causeText = (cause: CloseReason): string => CAUSES[cause] ?? cause;

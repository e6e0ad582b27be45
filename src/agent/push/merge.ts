import type { AuditEvent } from '#shared/protocol/records.ts';
import { SECOND } from '#shared/domain/units.ts';

/** The application and its store tell of the same thing within this time: clocks of one machine or of neighbours. */
export const SAME_MS = 10 * SECOND;

/** Kinds of event that a store's own log may tell as well. */
const TOLD_BY_STORES: ReadonlySet<string> = new Set([
  'login',
  'logout',
  'password-changed',
  'password-reset',
  'role-changed',
  'account-created',
  'account-blocked',
  'account-deleted',
]);
export const toldByStores = (event: AuditEvent): boolean => TOLD_BY_STORES.has(event.action);

const agrees = <T>(a: T | undefined, b: T | undefined): boolean =>
  a === undefined || b === undefined || a === b;

/** Whether both tell of the same thing: what both say is equal, and it is about the same person or address. */
export function isSame(stored: AuditEvent, pushed: AuditEvent): boolean {
  if (stored.action !== pushed.action || stored.outcome !== pushed.outcome) return false;
  if (Math.abs(stored.at - pushed.at) > SAME_MS) return false;
  if (!agrees(stored.ip, pushed.ip) || !agrees(stored.sessionId, pushed.sessionId)) return false;
  const [a, b] = [stored.account, pushed.account];
  if (a === null || b === null) return a === b && stored.ip !== undefined && stored.ip === pushed.ip;
  if (a.id !== undefined && b.id !== undefined) return a.id === b.id;
  return a.name.toLowerCase() === b.name.toLowerCase();
}

/** One event with what either knows; where both know something, the store's word stands. */
export function merge(stored: AuditEvent, pushed: AuditEvent): AuditEvent {
  const { account, attributes } = stored;
  const id = account?.id ?? pushed.account?.id;
  return {
    ...pushed,
    ...stored,
    account: account === null ? pushed.account : { ...account, ...(id === undefined ? {} : { id }) },
    attributes: { ...pushed.attributes, ...attributes, source: 'store and push' },
  };
}

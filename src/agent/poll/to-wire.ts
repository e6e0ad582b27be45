import type { EpochMs } from '#shared/domain/units.ts';
import { LIMITS } from '#shared/protocol/limits.ts';
import type { Account, AccountRef, AuditEvent, Mark, Session, Sighting } from '#shared/protocol/records.ts';
import type { HandleKeys } from '../keys/handle-keys.ts';
import type { StoredAccount, StoredEvent, StoredSession } from '../stores/store-adapter.ts';
import { cut, cutAttributes, cutName, cutOrNull } from './cut.ts';
import type { Flags } from './flags.ts';

/** A time as the wire has it, or null: what is not a time is not known. */
export const timeOf = (value: number | null): EpochMs | null =>
  value !== null && Number.isSafeInteger(Math.trunc(value)) && value >= 0
    ? (Math.trunc(value) as EpochMs)
    : null;

const sighting = (value: Sighting): Sighting => ({
  at: timeOf(value.at),
  ip: cutOrNull(value.ip, LIMITS.id),
  userAgent: cutOrNull(value.userAgent, LIMITS.userAgent),
});

const accountRef = (keys: HandleKeys, account: { id: string; name: string }): AccountRef => ({
  id: keys.accountId(account.id),
  name: cutName(account.name),
});

/** A store's session as consoles see it: its key replaced by the handle, its texts within the limits. */
export const toSession = (stored: StoredSession, keys: HandleKeys, flags: Flags): Session => ({
  id: keys.session(stored.key),
  ...toFacts(stored, keys, flags),
});

/** The same without the handle. */
export function toFacts(stored: StoredSession, keys: HandleKeys, flags: Flags): Omit<Session, 'id'> {
  const account = stored.account === null ? null : accountRef(keys, stored.account);
  const marks = new Set<Mark>(stored.marks);
  if (account !== null) {
    const flag = flags.of(account.id);
    if (flag.privileged) marks.add('privileged');
    if (flag.service) marks.add('service');
  }
  return {
    account,
    opened: sighting(stored.opened),
    last: sighting(stored.last),
    expiresAt: timeOf(stored.expiresAt),
    marks: [...marks].slice(0, 64).map((mark) => cut(mark, LIMITS.id)),
    ...(stored.via === undefined ? {} : { via: { account: accountRef(keys, stored.via.account) } }),
    ...(stored.replaces === undefined ? {} : { replaces: keys.session(stored.replaces) }),
    ...(stored.attributes === undefined ? {} : { attributes: cutAttributes(stored.attributes) }),
  };
}

export function toAccount(stored: StoredAccount, keys: HandleKeys, flags: Flags): Account {
  const id = keys.accountId(stored.id);
  const roles = stored.roles.slice(0, 256).map((role) => cutName(role));
  const createdAt = timeOf(stored.createdAt ?? null);
  const lastLoginAt = timeOf(stored.lastLoginAt ?? null);
  return {
    id,
    name: cutName(stored.name),
    roles,
    status: stored.status,
    ...flags.judge({ id, name: stored.name, roles }),
    ...(stored.email === undefined ? {} : { email: cutName(stored.email) }),
    ...(createdAt === null ? {} : { createdAt }),
    ...(lastLoginAt === null ? {} : { lastLoginAt }),
  };
}

/** `generation` tells apart the ids of a store's log before and after it was emptied. */
export function toEvent(
  stored: StoredEvent,
  keys: HandleKeys,
  generation: number,
  recordedAt: EpochMs,
): AuditEvent {
  const { account, actor, object } = stored;
  return {
    id: keys.eventId(stored.id, generation),
    at: timeOf(stored.at) ?? recordedAt,
    recordedAt,
    action: cut(stored.action, LIMITS.id),
    outcome: stored.outcome,
    ...(stored.reason === undefined || stored.reason === '' ? {} : { reason: cut(stored.reason, LIMITS.id) }),
    account:
      account === null
        ? null
        : {
            ...(account.id === undefined ? {} : { id: keys.accountId(account.id) }),
            name: cutName(account.name),
          },
    ...(stored.ip === undefined || stored.ip === '' ? {} : { ip: cut(stored.ip, LIMITS.id) }),
    ...(stored.userAgent === undefined ? {} : { userAgent: cut(stored.userAgent, LIMITS.userAgent) }),
    ...(stored.sessionKey === undefined ? {} : { sessionId: keys.session(stored.sessionKey) }),
    ...(actor === undefined
      ? {}
      : {
          actor: {
            ...(actor.id === undefined ? {} : { id: keys.accountId(actor.id) }),
            name: cutName(actor.name),
          },
        }),
    ...(object === undefined
      ? {}
      : {
          object: {
            kind: cutName(object.kind),
            ...(object.id === undefined ? {} : { id: cutName(object.id) }),
            ...(object.name === undefined ? {} : { name: cutName(object.name) }),
          },
        }),
    ...(stored.message === undefined ? {} : { message: cut(stored.message, LIMITS.message) }),
    ...(stored.attributes === undefined ? {} : { attributes: cutAttributes(stored.attributes) }),
  };
}

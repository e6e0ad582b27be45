import { LIMITS } from './limits.ts';
import type { Account, AuditEvent, Session } from './records.ts';

// The schemas of records.ts written out by hand for what nearly every record looks like: ten times as fast as going
// through the schema. True means that the schema takes the record exactly as it is; false means nothing, ask the
// schema. A record with a field that the schema would drop or change is never taken here. A test holds both together.

type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown, most: number): boolean => typeof value === 'string' && value.length <= most;
export const isId = (value: unknown): boolean =>
  typeof value === 'string' && value.length > 0 && value.length <= LIMITS.id;
/** A time, or a position in a log. */
export const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isTime = (value: unknown): boolean => value === null || isCount(value);

/** True when an object has no other fields than the ones that were looked at. */
export function hasOnly(fields: Fields, looked: number): boolean {
  let count = 0;
  for (const name in fields) {
    // As a name it may not arrive as a field of its own.
    if (name === '__proto__') return false;
    count += 1;
  }
  return count === looked;
}

function isAttributes(value: unknown): boolean {
  if (!isFields(value)) return false;
  let count = 0;
  for (const name in value) {
    if (name === '__proto__' || name.length > LIMITS.attributeKey) return false;
    if (!isText(value[name], LIMITS.attributeValue)) return false;
    count += 1;
  }
  return count <= LIMITS.attributes;
}

function isSighting(value: unknown): boolean {
  if (!isFields(value)) return false;
  const { at, ip, userAgent } = value;
  return (
    isTime(at) &&
    (ip === null || isId(ip)) &&
    (userAgent === null || isText(userAgent, LIMITS.userAgent)) &&
    hasOnly(value, 3)
  );
}

const isAccountRef = (value: unknown): boolean =>
  isFields(value) && isId(value['id']) && isText(value['name'], LIMITS.id) && hasOnly(value, 2);

/** Something with a name and perhaps an id. */
function isNamed(value: unknown): boolean {
  if (!isFields(value) || !isText(value['name'], LIMITS.id)) return false;
  if (value['id'] === undefined) return hasOnly(value, 1);
  return isText(value['id'], LIMITS.id) && hasOnly(value, 2);
}

function isObject(value: unknown): boolean {
  if (!isFields(value) || !isText(value['kind'], LIMITS.id)) return false;
  let looked = 1;
  for (const text of [value['id'], value['name']]) {
    if (text === undefined) continue;
    if (!isText(text, LIMITS.id)) return false;
    looked += 1;
  }
  return hasOnly(value, looked);
}

export function isQuickSession(value: unknown): value is Session {
  if (!isFields(value)) return false;
  const { account, marks, via, replaces, attributes } = value;
  if (!isId(value['id']) || !(account === null || isAccountRef(account))) return false;
  if (!isSighting(value['opened']) || !isSighting(value['last']) || !isTime(value['expiresAt'])) return false;
  if (!Array.isArray(marks) || marks.length > 64 || !marks.every(isId)) return false;
  let looked = 6;
  if (via !== undefined) {
    if (!isFields(via) || !isAccountRef(via['account']) || !hasOnly(via, 1)) return false;
    looked += 1;
  }
  if (replaces !== undefined) {
    if (!isId(replaces)) return false;
    looked += 1;
  }
  if (attributes !== undefined) {
    if (!isAttributes(attributes)) return false;
    looked += 1;
  }
  return hasOnly(value, looked);
}

export function isQuickAccount(value: unknown): value is Account {
  if (!isFields(value)) return false;
  const { roles, status, email, createdAt, lastLoginAt } = value;
  if (!isId(value['id']) || !isText(value['name'], LIMITS.id)) return false;
  if (!Array.isArray(roles) || roles.length > 256 || !roles.every((role) => isText(role, LIMITS.id)))
    return false;
  if (status !== 'active' && status !== 'blocked' && status !== 'unknown') return false;
  if (typeof value['privileged'] !== 'boolean' || typeof value['service'] !== 'boolean') return false;
  let looked = 6;
  if (email !== undefined) {
    if (!isText(email, LIMITS.id)) return false;
    looked += 1;
  }
  for (const time of [createdAt, lastLoginAt]) {
    if (time === undefined) continue;
    if (!isCount(time)) return false;
    looked += 1;
  }
  return hasOnly(value, looked);
}

export function isQuickEvent(value: unknown): value is AuditEvent {
  if (!isFields(value)) return false;
  const { account, outcome, reason, ip, userAgent, sessionId, actor, object, message, attributes } = value;
  if (!isId(value['id']) || !isCount(value['at']) || !isCount(value['recordedAt'])) return false;
  if (!isId(value['action'])) return false;
  if (outcome !== 'success' && outcome !== 'failure' && outcome !== 'unknown') return false;
  let looked = 6;
  if (account !== null) {
    if (!isFields(account) || !isText(account['name'], LIMITS.id)) return false;
    if (account['id'] === undefined ? !hasOnly(account, 1) : !isId(account['id']) || !hasOnly(account, 2))
      return false;
  }
  for (const id of [reason, ip, sessionId]) {
    if (id === undefined) continue;
    if (!isId(id)) return false;
    looked += 1;
  }
  if (userAgent !== undefined) {
    if (!isText(userAgent, LIMITS.userAgent)) return false;
    looked += 1;
  }
  if (actor !== undefined) {
    if (!isNamed(actor)) return false;
    looked += 1;
  }
  if (object !== undefined) {
    if (!isObject(object)) return false;
    looked += 1;
  }
  if (message !== undefined) {
    if (!isText(message, LIMITS.message)) return false;
    looked += 1;
  }
  if (attributes !== undefined) {
    if (!isAttributes(attributes)) return false;
    looked += 1;
  }
  return hasOnly(value, looked);
}

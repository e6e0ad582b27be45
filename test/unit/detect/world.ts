import fc from 'fast-check';
import type { DetectEvent } from '#engine/detect/event.ts';
import { event, LINUX_CHROME, MINUTE, PLACES, WINDOWS_FIREFOX } from './support.ts';

export const places = Object.values(PLACES);
export const clients = [WINDOWS_FIREFOX, LINUX_CHROME, {}];
const networks = ['residential', 'tor', 'hosting', 'mobile', null] as const;
const types = [
  'login',
  'login',
  'login-failed',
  'login-failed',
  'session-opened',
  'session-updated',
  'session-closed',
  'logout',
  'role-changed',
  'password-changed',
] as const;

/** A small world where everything meets: three people, four addresses, four sessions, inside one day. */
export const anEvent = fc
  .record({
    minute: fc.integer({ min: 0, max: 23 * 60 }),
    type: fc.constantFrom(...types),
    user: fc.constantFrom('alice', 'bob', 'carol', null),
    place: fc.integer({ min: 0, max: 3 }),
    client: fc.integer({ min: 0, max: 2 }),
    network: fc.constantFrom(...networks),
    session: fc.constantFrom('s1', 's2', 's3', 's4', 's5', undefined),
    reason: fc.constantFrom('revoked', 'bad password', null),
    actor: fc.constantFrom('carol', 'alice', null),
  })
  .map((one): DetectEvent =>
    event(one.minute * MINUTE, {
      type: one.type,
      user: one.session === undefined ? (one.user ?? 'alice') : `owner-of-${one.session}`,
      ip: `192.0.2.${one.place + 1}`,
      ...(one.session === undefined ? {} : { session: one.session }),
      // Half of what a session does comes without a name, as stores report it.
      ...(one.session !== undefined && one.user === null ? { user: null } : {}),
      reason: one.reason,
      actor: one.actor,
      enrich: { ...places[one.place], ...clients[one.client], network: one.network },
    }),
  );
export const world = fc.array(anEvent, { minLength: 2, maxLength: 90 });
/** Settings with which little is enough for every detection. */
export const eager = {
  learning: null,
  bruteForce: { failures: 3 },
  passwordSpray: { minUsers: 2, minAttempts: 4, bandPct: 30 },
  passwordSpraySlow: { minUsers: 2 },
  credentialStuffing: { minUsers: 2, minAttempts: 3, maxPerUser: 3 },
  passwordSprayDistributed: { minIps: 2, minUsers: 2, minAttempts: 4 },
  concurrentSessions: { limit: 1 },
  offHours: { timeZone: 'America/New_York' },
  geofence: { deny: ['JP'] },
  userRisk: { threshold: 'low' as const },
};

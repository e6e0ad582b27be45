import { DAY, HOUR, MINUTE } from '#shared/domain/units.ts';
import type { AddressState } from './address-state.ts';
import type { PersonRisk } from './person-risk.ts';
import type { PreparedEvent } from './prepare.ts';
import { attackEnds } from './risk/attack-prior.ts';
import type { RiskValue } from './risk/risk-state.ts';
import type { SessionState } from './session-state.ts';
import type { DetectSettings } from './settings.ts';
import { lastHeld, type Timeline } from './timeline.ts';
import type { UserState } from './user-state.ts';

/** When (event time) nothing can come of a memory any more; null: it is kept. */
export type Expiry = (kind: string, value: unknown, watermark: number) => number | null;

/** How long an address where people sign in, an exact address or client, or an account without sign-ins is known (ours). */
const KNOWN_MS = 180 * DAY;
/** How long a session that never ended, or was revoked, is told apart from a new one of the same id (ours). */
const SESSION_MS = 90 * DAY;
/** On top of the windows, so that nothing that is still compared leaves. */
const MARGIN_MS = 2 * DAY;

/** The longest window that looks back, ms. */
const longestWindow = (settings: DetectSettings): number =>
  Math.max(
    (settings.bruteForce?.windowMin ?? 0) * MINUTE,
    (settings.bruteForceSuccess?.windowMin ?? 0) * MINUTE,
    (settings.passwordSpray?.windowMin ?? 0) * MINUTE,
    (settings.passwordSpraySlow?.windowH ?? 0) * HOUR,
    (settings.passwordSprayDistributed?.windowMin ?? 0) * MINUTE,
    (settings.credentialStuffing?.windowMin ?? 0) * MINUTE,
    (settings.successAfterAttack?.windowMin ?? 0) * MINUTE,
    (settings.failsElsewhereAfterSuccess?.windowMin ?? 0) * MINUTE,
    (settings.concurrentCountries?.windowMin ?? 0) * MINUTE,
    (settings.privilegedRoleAfterRiskyLogin?.windowMin ?? 0) * MINUTE,
  );

const lastOf = (timeline: Timeline<unknown>): number =>
  lastHeld(timeline)?.ts ?? timeline.floor?.ts ?? -Infinity;

/**
 * Until when each kind of memory matters, by the settings. Whoever signed in once is remembered for good (an account
 * that wakes up after years is what dormant_account is for); what strangers leave behind is not.
 */
export const expiryOf = (settings: DetectSettings): Expiry => {
  const horizon = settings.reorderHorizonH * HOUR;
  const short = horizon + longestWindow(settings) + MARGIN_MS;
  const decay = 2 * (settings.userRisk?.decayDays ?? 45) * DAY;
  const session = Math.max(
    SESSION_MS,
    (settings.idleSession?.hours ?? 0) * HOUR + short,
    (settings.overlongSession?.hours ?? 0) * HOUR + short,
  );
  return (kind, value, watermark) => {
    switch (kind) {
      case 'users': {
        const timeline = value as Timeline<UserState>;
        const { profile, place } = timeline.state;
        if (profile.logins > 0) return null;
        return lastOf(timeline) + (place === null ? short : KNOWN_MS);
      }
      case 'addresses': {
        const timeline = value as Timeline<AddressState>;
        return lastOf(timeline) + (timeline.state.established.size > 0 ? KNOWN_MS + short : short);
      }
      case 'sessions': {
        const timeline = value as Timeline<SessionState>;
        const { ended } = timeline.state;
        return lastOf(timeline) + (ended !== null && !ended.revoked ? short : session);
      }
      case 'owners':
        return watermark + session;
      case 'orphans':
        return Math.max(...(value as readonly PreparedEvent[]).map(({ ts }) => ts)) + short;
      case 'actors':
        return watermark + short;
      case 'people': {
        const { alerts, changes } = value as PersonRisk;
        return Math.max(
          ...[...alerts.values()].map(({ lastAt }) => lastAt + decay + short),
          ...changes.map(({ ts }) => ts + short),
        );
      }
      case 'records': {
        const ends = [...(value as ReadonlyMap<string, { readonly lastAt: number }>).values()];
        return Math.max(...ends.map(({ lastAt }) => lastAt)) + short;
      }
      case 'risk-values': {
        const { within, last } = value as RiskValue;
        return within === null ? null : last + KNOWN_MS;
      }
      case 'risk-attacks':
        return attackEnds(value as number) + short;
      default:
        return null;
    }
  };
};

import type { PostureCheck } from '#shared/protocol/posture.ts';
import { LIMITS } from '#shared/protocol/limits.ts';
import { cut } from './poll/cut.ts';
import type { OneAtATime } from './poll/one-at-a-time.ts';
import { requireScope } from './server/caller.ts';
import { Refused } from './server/refusal.ts';
import type { PostureService } from './server/services.ts';
import { cookieUnprobed, probeCookie } from './stores/posture/cookie-probe.ts';
import type { StoreAdapter } from './stores/store-adapter.ts';
import { StoreError } from './stores/store-adapter.ts';

/**
 * Answers `posture.get` from the adapter, where it has checks.
 * @param url a page that sets the session cookie; null: none is asked
 */
export function createPosture(
  adapter: StoreAdapter,
  gate: OneAtATime,
  url: string | null,
  signal: AbortSignal,
): PostureService {
  return {
    async get(caller) {
      // Own-sessions tokens learn nothing about the whole store.
      if (caller.viewer.own !== null)
        throw new Refused('FORBIDDEN', 'This token is for its own sessions only.');
      requireScope(caller, 'sessions:read', 'rules:read', 'rules:write');
      const { posture } = adapter;
      if (posture === undefined) throw new Refused('UNSUPPORTED', 'This store has no posture checks.');
      try {
        const checks = await gate.run(() => posture.call(adapter, signal));
        // The demo application knows its own cookie.
        const told = checks.some(({ id }) => id.startsWith('cookie'));
        const cookie = told ? [] : url === null ? [cookieUnprobed()] : await probeCookie(url, fetch, signal);
        return { ok: true, checks: [...cookie, ...checks].map(withinLimits) };
      } catch (error) {
        if (error instanceof StoreError) throw new Refused('STORE_UNAVAILABLE', error.message);
        throw error;
      }
    },
  };
}

function withinLimits(check: PostureCheck): PostureCheck {
  const text = (value: string) => cut(value, LIMITS.message);
  return {
    id: cut(check.id, LIMITS.id),
    title: text(check.title),
    status: check.status,
    observed: text(check.observed),
    advice: text(check.advice),
    source: text(check.source),
  };
}

import { MINUTE } from '#shared/domain/units.ts';
import { addHit, extendRun, hitsOf, startRun, type Hit } from './attack-run.ts';
import {
  addAttempt,
  cloneLog,
  cloneSpan,
  createLog,
  createSpan,
  type AttemptLog,
  type Span,
} from './attempts.ts';
import { cloneState } from './codec.ts';
import type { DetectContext } from './context.ts';
import {
  exemptionOf,
  isHit,
  passwordSpraySuccess,
  raiseHits,
  successAfterAttack,
} from './detections/attack-success.ts';
import {
  matchesDistributed,
  outageFilter,
  reportDistributed,
  type DistributedRun,
} from './detections/password-spray-distributed.ts';
import type { PreparedEvent } from './prepare.ts';
import { isRetry } from './retries.ts';

/** State of one environment between events. Bounded. */
export interface EnvironmentState {
  log: AttemptLog;
  span: Span;
  retries: Map<string, number>;
  /** Successes of the last window, for looking back when the pattern completes. */
  successes: Hit[];
  run: DistributedRun | null;
}

export const createEnvironmentState = (): EnvironmentState => ({
  log: createLog(),
  span: createSpan(),
  retries: new Map(),
  successes: [],
  run: null,
});
/** A copy that shares what is never changed in place: of successes there are thousands. */
export const cloneEnvironmentState = (state: EnvironmentState): EnvironmentState => ({
  log: cloneLog(state.log),
  span: cloneSpan(state.span),
  retries: new Map(state.retries),
  successes: state.successes.slice(),
  run: cloneState(state.run),
});
const MAX_SUCCESSES = 2_000;

/** Whether a person was known at an address before the attack. */
const wasThere = (context: DetectContext, hit: Hit, run: DistributedRun): boolean => {
  const since = context.people.addressSince(hit.user, hit.ipKey);
  return since !== null && since < run.firstAt;
};
const familiar = (context: DetectContext, event: PreparedEvent): boolean => {
  if (event.user === null) return false;
  const device = event.deviceKey === null ? null : context.people.deviceSince(event.user, event.deviceKey);
  if (device !== null && device < event.ts) return true;
  const address = event.ipKey === null ? null : context.people.addressSince(event.user, event.ipKey);
  return address !== null && address < event.ts;
};

const report = (
  state: EnvironmentState,
  run: DistributedRun,
  event: PreparedEvent,
  context: DetectContext,
): void => {
  reportDistributed(
    run,
    run.hits.filter((hit) => isHit(hit, wasThere(context, hit, run))),
    event,
    context,
  );
};
/** The successes of one person in a run and after it. */
const reportHits = (run: DistributedRun, user: string, context: DetectContext): void => {
  for (const [descriptor, all] of [
    [passwordSpraySuccess, run.hits],
    [successAfterAttack, run.after],
  ] as const) {
    const hits = hitsOf(all, user);
    const [first] = hits;
    if (first === undefined) continue;
    const known = wasThere(context, first, run);
    raiseHits(context, descriptor, 'password_spray_distributed', run, hits, known, [outageFilter(run)]);
  }
};
/** Everybody's: when a run is found, and when it turns out to be an outage or no longer looks like one. */
const reportAllHits = (run: DistributedRun, context: DetectContext): void => {
  for (const user of new Set([...run.hits, ...run.after].map((hit) => hit.user)))
    reportHits(run, user, context);
};

const onFailure = (state: EnvironmentState, event: PreparedEvent, context: DetectContext): void => {
  const own = context.settings.passwordSprayDistributed;
  if (own === null) return;
  if (event.user === null || event.ipKey === null) {
    context.notEvaluable('password_spray_distributed', event.user === null ? 'no account' : 'no address');
    return;
  }
  if (event.benignFailure || event.ignoredUser || event.ignoredIp || event.ignoredAsn) return;
  context.evaluated('password_spray_distributed');
  if (isRetry(state.retries, event, context.settings.dedupWindowS)) return;
  const windowMs = own.windowMin * MINUTE;
  const isFamiliar = familiar(context, event);
  addAttempt(state.log, [{ span: state.span, windowMs }], {
    ts: event.ts,
    id: event.id,
    user: event.user,
    source: event.ipKey,
    familiar: isFamiliar,
  });
  let { run } = state;
  if (run && event.ts - run.lastAt <= windowMs) {
    extendRun(run, event);
    run.familiar += isFamiliar ? 1 : 0;
    report(state, run, event, context);
    const outage = outageFilter(run).applied;
    if (outage !== (run.crowd ?? false)) reportAllHits(run, context);
    run.crowd = outage;
    return;
  }
  if (!matchesDistributed(state.log, state.span, context.settings)) return;
  const started = startRun(state.log, state.span, event);
  run = { ...started, familiar: state.span.familiar };
  state.run = run;
  for (const hit of state.successes)
    if (hit.ts >= run.firstAt && run.sources.has(hit.ipKey)) addHit(run.hits, hit);
  run.crowd = outageFilter(run).applied;
  report(state, run, event, context);
  reportAllHits(run, context);
};

const onSuccess = (state: EnvironmentState, event: PreparedEvent, context: DetectContext): void => {
  const own = context.settings.passwordSprayDistributed;
  if (own === null || event.user === null || event.ipKey === null) return;
  const windowMs = own.windowMin * MINUTE;
  const hit: Hit = {
    user: event.user,
    event: event.id,
    ts: event.ts,
    session: event.session,
    ip: event.ip ?? event.ipKey,
    ipKey: event.ipKey,
    silent: event.silent,
    exempt: exemptionOf(context, event),
  };
  const { run } = state;
  if (run?.sources.has(event.ipKey) === true) {
    const since = event.ts - run.lastAt;
    const inside = since <= windowMs && addHit(run.hits, hit);
    const afterMin = context.settings.successAfterAttack?.windowMin ?? null;
    const after = afterMin !== null && since <= afterMin * MINUTE;
    if (after) addHit(run.after, hit);
    if (inside || after) reportHits(run, hit.user, context);
    if (inside) report(state, run, event, context);
  }
  state.successes.push(hit);
  if (state.successes.length > MAX_SUCCESSES || event.ts - (state.successes[0]?.ts ?? 0) > 2 * windowMs)
    state.successes = state.successes
      .filter((known) => event.ts - known.ts <= windowMs)
      .slice(-MAX_SUCCESSES);
};

/** One sign-in attempt in one environment. */
export const stepEnvironment = (
  state: EnvironmentState,
  event: PreparedEvent,
  context: DetectContext,
): void => {
  if (event.type === 'login-failed') onFailure(state, event, context);
  else if (event.type === 'login') onSuccess(state, event, context);
};

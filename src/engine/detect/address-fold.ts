import { DAY, HOUR, MINUTE } from '#shared/domain/units.ts';
import { counted, lengthText } from '#shared/domain/said.ts';
import {
  ADDRESS_ATTACKS,
  createAddressFailures,
  type AddressAttack,
  type AddressState,
} from './address-state.ts';
import { attackFilters, isEstablished } from './attack-filters.ts';
import { addHit, extendRun, firstOf, hitsOf, startRun, type AttackRun, type Hit } from './attack-run.ts';
import { addAttempt } from './attempts.ts';
import type { DetectContext } from './context.ts';
import type { AddressPattern } from './detections/address-attacks.ts';
import {
  credentialStuffingSuccess,
  exemptionOf,
  isHit,
  passwordSpraySuccess,
  raiseHits,
  successAfterAttack,
} from './detections/attack-success.ts';
import { credentialStuffing } from './detections/credential-stuffing.ts';
import { evaluateNetworkKind } from './detections/network-kind.ts';
import { passwordSpraySlow } from './detections/password-spray-slow.ts';
import { passwordSpray } from './detections/password-spray.ts';
import { dropEnded } from './episode.ts';
import type { PreparedEvent } from './prepare.ts';
import { isRetry } from './retries.ts';

const PATTERNS: Readonly<Record<AddressAttack, AddressPattern>> = {
  password_spray: passwordSpray,
  password_spray_slow: passwordSpraySlow,
  credential_stuffing: credentialStuffing,
};
const MAX_SUCCESSES = 2_000;
const MAX_ESTABLISHED = 2_000;

const successesSince = (state: AddressState, from: number): number => {
  let count = 0;
  for (let i = state.successes.length - 1; i >= 0 && (state.successes[i]?.ts ?? 0) >= from; i -= 1)
    count += 1;
  return count;
};

const reportRun = (
  name: AddressAttack,
  run: AttackRun,
  state: AddressState,
  event: PreparedEvent,
  context: DetectContext,
): void => {
  const { descriptor } = PATTERNS[name];
  const hits = run.hits.filter((hit) => isHit(hit, isEstablished(state.established, hit.user, run.firstAt)));
  const verdict = attackFilters(
    context,
    name,
    run,
    event,
    state.established,
    successesSince(state, run.firstAt),
  );
  context.raise(descriptor, {
    key: run.at,
    at: run.at,
    raisedAt: run.raisedAt,
    lastAt: run.lastAt,
    events: run.events.slice(),
    entity: { kind: 'ip', id: event.ipKey ?? '' },
    users: [],
    severity: hits.length > 0 ? 'high' : 'medium',
    verdict,
    retrospective: run.silent,
    summary: `${counted(run.attempts, 'failed sign-in')} on ${counted(run.users.size, 'account')} from ${event.ipKey ?? ''} in ${lengthText(run.lastAt - run.firstAt)}${hits.length > 0 ? `; ${counted(new Set(hits.map(({ user }) => user)).size, 'account')} got in` : ''}`,
    figures: {
      ip: event.ip,
      asn: event.asn,
      country: event.country,
      attempts: run.attempts,
      accounts: run.users.size,
      minutes: Math.round(((run.lastAt - run.firstAt) / MINUTE) * 100) / 100,
      attemptsPerUser: firstOf(run.users, 100).map(([user, attempts]) => ({ user, attempts })),
      unknownUsers: run.unknownUsers,
      hits: hits.slice(0, 50).map(({ user, event: id, ts, session }) => ({ user, event: id, ts, session })),
      settings: context.settings[descriptor.setting],
    },
  });
};

/** Longest time after a run's last failure that a success is inside it; later it is "after the attack". */
const insideMs = (windowMs: number): number => Math.min(windowMs, HOUR);

const reportHit = (
  name: AddressAttack,
  run: AttackRun,
  hit: Hit,
  state: AddressState,
  context: DetectContext,
): void => {
  const descriptor = name === 'credential_stuffing' ? credentialStuffingSuccess : passwordSpraySuccess;
  raiseHits(
    context,
    descriptor,
    name,
    run,
    hitsOf(run.hits, hit.user),
    isEstablished(state.established, hit.user, run.firstAt),
  );
};

const isUnknownUser = (event: PreparedEvent): boolean =>
  event.reason !== null &&
  /(unknown|no[\s_-]*such|not[\s_-]*found|invalid|nonexistent)[\s_-]*(user|account|name)|(user|account)[\s_-]*(unknown|not[\s_-]*found)|50034/i.test(
    event.reason,
  );

const onFailure = (state: AddressState, event: PreparedEvent, context: DetectContext): void => {
  const { settings } = context;
  const on = ADDRESS_ATTACKS.filter((name) => settings[PATTERNS[name].descriptor.setting] !== null);
  if (event.user === null) {
    for (const name of on) context.notEvaluable(name, 'no account');
    return;
  }
  if (event.benignFailure || event.ignoredUser) return;
  for (const name of on) context.evaluated(name);
  const failures = (state.failures ??= createAddressFailures());
  if (isRetry(failures.retries, event, settings.dedupWindowS)) return;
  const spans = on.map((name) => ({
    span: failures.spans[name],
    windowMs: PATTERNS[name].windowMs(settings) ?? 0,
  }));
  const attempt = { ts: event.ts, id: event.id, user: event.user, source: '', familiar: false };
  addAttempt(failures.log, spans, attempt);
  for (const name of on) {
    const windowMs = PATTERNS[name].windowMs(settings) ?? 0;
    const open = failures.runs[name];
    if (open && event.ts - open.lastAt <= windowMs) {
      extendRun(open, event);
      if (isUnknownUser(event)) open.unknownUsers += 1;
      reportRun(name, open, state, event, context);
      continue;
    }
    if (!PATTERNS[name].matches(failures, state.successes, event, settings)) continue;
    const run = startRun(failures.log, failures.spans[name], event);
    if (event.ipKey !== null) run.sources = new Map([[event.ipKey, run.attempts]]);
    if (isUnknownUser(event)) run.unknownUsers += 1;
    failures.runs[name] = run;
    const inside = state.successes.filter((hit) => hit.ts >= run.firstAt);
    for (const hit of inside) addHit(run.hits, hit);
    reportRun(name, run, state, event, context);
    for (const hit of inside) reportHit(name, run, hit, state, context);
  }
};

const onSuccess = (state: AddressState, event: PreparedEvent, context: DetectContext): void => {
  if (event.user === null || event.ipKey === null) return;
  const { settings } = context;
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
  if (settings.successAfterAttack !== null) context.evaluated('success_after_attack');
  let reportedAfter = false;
  for (const name of state.failures === null ? [] : ADDRESS_ATTACKS) {
    const run = state.failures?.runs[name] ?? null;
    const windowMs = PATTERNS[name].windowMs(settings);
    if (run === null || windowMs === null) continue;
    const since = event.ts - run.lastAt;
    context.evaluated(
      name === 'credential_stuffing' ? 'credential_stuffing_success' : 'password_spray_success',
    );
    if (since <= insideMs(windowMs) && addHit(run.hits, hit)) {
      reportHit(name, run, hit, state, context);
      reportRun(name, run, state, event, context);
    }
    if (settings.successAfterAttack === null || reportedAfter) continue;
    if (since > settings.successAfterAttack.windowMin * MINUTE) continue;
    reportedAfter = true;
    const established = isEstablished(state.established, hit.user, run.firstAt);
    addHit(run.after, hit);
    raiseHits(context, successAfterAttack, name, run, hitsOf(run.after, hit.user), established);
  }
  state.successes.push(hit);
  if (!state.established.has(event.user) && state.established.size < MAX_ESTABLISHED)
    state.established.set(event.user, event.ts);
  let drop = 0;
  while (drop < state.successes.length && event.ts - (state.successes[drop]?.ts ?? 0) > DAY) drop += 1;
  drop = Math.max(drop, state.successes.length - MAX_SUCCESSES);
  if (drop > 0) state.successes.splice(0, drop);
};

/** One sign-in attempt from one address. */
export const stepAddress = (state: AddressState, event: PreparedEvent, context: DetectContext): void => {
  if (event.type === 'login-failed') onFailure(state, event, context);
  else if (event.type === 'login') {
    if (state.episodes.size > 0) {
      dropEnded(state.episodes, event.ts);
      for (const key of state.visitors.keys()) if (!state.episodes.has(key)) state.visitors.delete(key);
    }
    evaluateNetworkKind(state, event, context);
    onSuccess(state, event, context);
  }
};

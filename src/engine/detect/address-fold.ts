import { DAY, HOUR, MINUTE } from '#shared/domain/units.ts';
import type { FilterConsidered } from '#shared/domain/detection.ts';
import { counted, lengthText } from '#shared/domain/said.ts';
import {
  ADDRESS_ATTACKS,
  createAddressFailures,
  type AddressAttack,
  type AddressState,
} from './address-state.ts';
import { attackFilters, crowdFilters, isEstablished } from './attack-filters.ts';
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

/** Longest time after a run's last failure that a success is inside it; later it is "after the attack". */
const insideMs = (windowMs: number): number => Math.min(windowMs, HOUR);

/** What says of a run that it is the people who share the address, with everything that is known now. */
const crowdOf = (
  name: AddressAttack,
  run: AttackRun,
  state: AddressState,
  { settings }: DetectContext,
): readonly FilterConsidered[] => {
  const until = run.lastAt + insideMs(PATTERNS[name].windowMs(settings) ?? 0);
  return crowdFilters(name, run, state.established, state.successes, until);
};
const isCrowd = (crowd: readonly FilterConsidered[]): boolean => crowd.some(({ applied }) => applied);

/** A run that an event can still belong to, and what says that it is a crowd. */
interface LiveRun {
  readonly name: AddressAttack;
  readonly run: AttackRun;
  readonly crowd: readonly FilterConsidered[];
}

const reportRun = (
  { name, run, crowd }: LiveRun,
  state: AddressState,
  event: PreparedEvent,
  context: DetectContext,
): void => {
  const { descriptor } = PATTERNS[name];
  const hits = run.hits.filter((hit) => isHit(hit, isEstablished(state.established, hit.user, run.firstAt)));
  const verdict = attackFilters(context, name, event, crowd);
  context.raise(descriptor, {
    key: run.at,
    at: run.at,
    raisedAt: run.raisedAt,
    lastAt: run.lastAt,
    events: run.events.slice(),
    entity: { kind: 'ip', id: event.ipKey ?? '' },
    users: [],
    // Of the slow form a hit is told by itself (password_spray_success), and the spray stays what it is.
    severity: hits.length > 0 && name !== 'password_spray_slow' ? 'high' : 'medium',
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

const liveRuns = (state: AddressState, event: PreparedEvent, context: DetectContext): LiveRun[] => {
  const live: LiveRun[] = [];
  const afterMs = (context.settings.successAfterAttack?.windowMin ?? 0) * MINUTE;
  for (const name of ADDRESS_ATTACKS) {
    const run = state.failures?.runs[name] ?? null;
    const windowMs = PATTERNS[name].windowMs(context.settings);
    if (run === null || windowMs === null || event.ts - run.lastAt > Math.max(windowMs, afterMs)) continue;
    live.push({ name, run, crowd: crowdOf(name, run, state, context) });
  }
  // Of two forms that explain a success the one that is an attack is told last, and stands.
  return live.sort((a, b) => Number(isCrowd(b.crowd)) - Number(isCrowd(a.crowd)));
};

/** The successes of one person in a run and after it. */
const reportHits = (
  { name, run, crowd }: LiveRun,
  user: string,
  state: AddressState,
  context: DetectContext,
): void => {
  const inside = name === 'credential_stuffing' ? credentialStuffingSuccess : passwordSpraySuccess;
  const established = isEstablished(state.established, user, run.firstAt);
  raiseHits(context, inside, name, run, hitsOf(run.hits, user), established, crowd);
  raiseHits(context, successAfterAttack, name, run, hitsOf(run.after, user), established, crowd);
};

const peopleOf = (live: readonly LiveRun[]): Set<string> =>
  new Set(live.flatMap(({ run }) => [...run.hits, ...run.after].map(({ user }) => user)));

/**
 * Tells what an event changed: the runs it belongs to and the successes of `user`, or everybody's (null). Everybody's
 * too when a run turns out to be a crowd, or no longer looks like one: a success in it is a finding or none with it.
 */
const tell = (
  state: AddressState,
  event: PreparedEvent,
  context: DetectContext,
  names: readonly AddressAttack[],
  user: string | null | undefined,
): void => {
  const live = liveRuns(state, event, context);
  let everybody = user === null;
  for (const entry of live) {
    const now = isCrowd(entry.crowd);
    if (now !== (entry.run.crowd ?? false)) everybody = true;
    entry.run.crowd = now;
    if (names.includes(entry.name)) reportRun(entry, state, event, context);
  }
  const users = everybody ? peopleOf(live) : user === undefined || user === null ? [] : [user];
  for (const one of users) for (const entry of live) reportHits(entry, one, state, context);
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
  const extended: AddressAttack[] = [];
  let lookBack = false;
  for (const name of on) {
    const windowMs = PATTERNS[name].windowMs(settings) ?? 0;
    const open = failures.runs[name];
    if (open && event.ts - open.lastAt <= windowMs) {
      extendRun(open, event);
      if (isUnknownUser(event)) open.unknownUsers += 1;
      extended.push(name);
      continue;
    }
    if (!PATTERNS[name].matches(failures, state.successes, event, settings)) continue;
    const run = startRun(failures.log, failures.spans[name], event);
    if (event.ipKey !== null) run.sources = new Map([[event.ipKey, run.attempts]]);
    if (isUnknownUser(event)) run.unknownUsers += 1;
    failures.runs[name] = run;
    for (const hit of state.successes)
      if (hit.ts >= run.firstAt) lookBack = addHit(run.hits, hit) || lookBack;
    extended.push(name);
  }
  if (extended.length > 0) tell(state, event, context, extended, lookBack ? null : undefined);
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
  const inside: AddressAttack[] = [];
  let after = false;
  for (const name of state.failures === null ? [] : ADDRESS_ATTACKS) {
    const run = state.failures?.runs[name] ?? null;
    const windowMs = PATTERNS[name].windowMs(settings);
    if (run === null || windowMs === null) continue;
    const since = event.ts - run.lastAt;
    context.evaluated(
      name === 'credential_stuffing' ? 'credential_stuffing_success' : 'password_spray_success',
    );
    if (since <= insideMs(windowMs) && addHit(run.hits, hit)) inside.push(name);
    if (settings.successAfterAttack === null || after) continue;
    if (since > settings.successAfterAttack.windowMin * MINUTE) continue;
    after = true;
    addHit(run.after, hit);
  }
  state.successes.push(hit);
  if (!state.established.has(event.user) && state.established.size < MAX_ESTABLISHED)
    state.established.set(event.user, event.ts);
  if (inside.length > 0 || after) tell(state, event, context, inside, event.user);
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

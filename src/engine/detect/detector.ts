import type { DetectionDelta, DetectionRecord } from '#shared/domain/detection.ts';
import { HOUR } from '#shared/domain/units.ts';
import { cloneAddressState, createAddressState, type AddressState } from './address-state.ts';
import { stepAddress } from './address-fold.ts';
import { cloneState } from './codec.ts';
import type { DetectContext } from './context.ts';
import { createSkewState, skewOf, stepSkew, type SkewState } from './detections/clock-skew.ts';
import { deviceSince } from './device.ts';
import {
  cloneEnvironmentState,
  createEnvironmentState,
  stepEnvironment,
  type EnvironmentState,
} from './environment-fold.ts';
import { msOf } from './event.ts';
import type { Detector, DetectorCounters, DetectorOptions, Outcome } from './detector-types.ts';
import { countRecord, createFigures } from './figures.ts';
import { createAllowList } from './filters.ts';
import { createLocalClock } from '#shared/domain/local-time.ts';
import { createPersonRisk, derive, forget, noteAlert, noteChange, type PersonRisk } from './person-risk.ts';
import { copyEvent, createPreparer, type PreparedEvent } from './prepare.ts';
import { toRecord } from './record.ts';
import { cloneSessionState, createSessionState, type SessionState } from './session-state.ts';
import { stepSession } from './session-fold.ts';
import { SETTLED_MOST, settledMs, shown } from './held-findings.ts';
import { EVERYTHING, LEARNED_ELSEWHERE, needed } from './needed-memories.ts';
import { parseSettings } from './settings.ts';
import { firstSeen } from './sights.ts';
import { createState, readSnapshot, writeSnapshot, type DetectorState } from './snapshot.ts';
import type { Table } from './table.ts';
import {
  createTimeline,
  insert,
  lastHeld,
  replace,
  type Changes,
  type Fold,
  type Timeline,
} from './timeline.ts';
import type { UserContext } from './user-detection.ts';
import { adoptLearned, stepUser, USER_DETECTIONS } from './user-fold.ts';
import { cloneUserState, createUserState, type UserState } from './user-state.ts';

const PRUNE_EVERY = 20_000;
/** Sessions without a known owner, waiting for an event that names one. */
const MAX_ORPHANS = 10_000;

/** The whole catalogue over one stream of events: events in, findings out. No clock, no database, no network. */
export const createDetector = (options: DetectorOptions = {}): Detector => {
  const settings = parseSettings(options.settings);
  const prepare = createPreparer(settings, options.environment ?? 'default');
  const horizonMs = settings.reorderHorizonH * HOUR;
  const keepMs = Math.max(settings.reorderHorizonH, options.keepH ?? 0) * HOUR;
  const straight = options.straight === true;
  const wants = straight ? needed(settings) : EVERYTHING;
  const state: DetectorState =
    options.snapshot !== undefined ? readSnapshot(options.snapshot) : createState(options.load ?? null);
  if (straight) state.seen = null;
  const learned = options.learnedBy?.state().users ?? null;
  const parts = learned === null ? wants.profile : LEARNED_ELSEWHERE;
  state.watermark = options.resume?.watermark ?? state.watermark;
  const counters: DetectorCounters = {
    ingested: 0,
    repeated: 0,
    beyondHorizon: 0,
    skewed: 0,
    figures: options.snapshot === undefined ? createFigures() : options.snapshot.figures,
    ...options.resume?.counters,
  };
  // A memory that was written before a detection existed has no figures of it.
  counters.figures = { ...createFigures(), ...counters.figures };
  const { figures } = counters;

  let target: Map<string, DetectionRecord> = new Map();
  const straightRecords = new Map<string, DetectionRecord>();
  let counting = true;
  let outcome: Outcome = 'evaluated';
  let newest: PreparedEvent | null = null;
  /** Events whose network is thought of differently since a late event of their person. */
  let rejudged: PreparedEvent[] = [];
  const context: UserContext = {
    settings,
    habitChanged: (event) => {
      if (event.type === 'login') rejudged.push(event);
    },
    allows: createAllowList(settings),
    localTime: settings.offHours === null ? null : createLocalClock(settings.offHours.timeZone),
    people: {
      firstLogin: (user) => state.users.get(user)?.state.profile.first ?? null,
      deviceSince: (user, key) => deviceSince(state.users.get(user)?.state.profile.devices, key),
      addressSince: (user, key) => {
        const addresses = state.users.get(user)?.state.profile.addresses;
        return addresses === undefined ? null : firstSeen(addresses, key);
      },
    },
    evaluated: (name) => {
      if (counting) figures[name].evaluated += 1;
    },
    notEvaluable: (name, reason) => {
      if (!counting) return;
      const own = figures[name].notEvaluable;
      own[reason] = (own[reason] ?? 0) + 1;
    },
    raise: (descriptor, finding) => {
      const record = toRecord(descriptor, finding);
      target.set(record.id, record);
    },
  };

  const fold = <S>(
    create: () => S,
    step: (state: S, event: PreparedEvent, context: DetectContext) => void,
    segmentSize: number,
    maxEvents: number,
    clone: (state: S) => S = cloneState,
    settledMs?: (record: DetectionRecord) => number,
    settledMostMs?: number,
  ): Fold<S> => ({
    create,
    clone,
    segmentSize,
    maxEvents,
    ...(settledMs === undefined ? {} : { settledMs }),
    ...(settledMostMs === undefined ? {} : { settledMostMs }),
    step: (own, event, records, first) => {
      target = records;
      counting = first && !event.silent;
      step(own, event, context);
      counting = true;
    },
  });
  const userDetections = straight
    ? USER_DETECTIONS.filter(({ descriptor }) => settings[descriptor.setting] !== null)
    : USER_DETECTIONS;
  const folds = {
    users: fold<UserState>(
      createUserState,
      (own, event) => {
        const other = learned === null || event.user === null ? undefined : learned.get(event.user);
        if (other !== undefined) adoptLearned(own, other.state);
        stepUser(userDetections, own, event, context, parts);
      },
      24,
      5_000,
      cloneUserState,
      settledMs,
      SETTLED_MOST,
    ),
    addresses: fold<AddressState>(createAddressState, stepAddress, 48, 20_000, cloneAddressState),
    environments: fold<EnvironmentState>(
      createEnvironmentState,
      stepEnvironment,
      256,
      200_000,
      cloneEnvironmentState,
    ),
    sessions: fold<SessionState>(createSessionState, stepSession, 24, 2_000, cloneSessionState),
    skews: fold<SkewState>(createSkewState, stepSkew, 64, 5_000),
  };

  const deltas = new Map<string, DetectionDelta>();
  const dirty = new Set<string>();

  /** Takes over what one producer now says; several may say the same thing, and the first by name is shown. */
  const apply = (producer: string, changes: Changes): void => {
    for (const [id, record] of changes) {
      const held = state.records.get(id) ?? new Map<string, DetectionRecord>();
      const before = shown(held);
      if (record === null) held.delete(producer);
      else held.set(producer, record);
      const after = shown(held);
      if (held.size === 0) state.records.delete(id);
      else state.records.set(id, held);
      if (before === after) continue;
      if (before) countRecord(figures, before, -1);
      if (after) countRecord(figures, after, 1);
      deltas.set(id, after ? { kind: 'upsert', record: after } : { kind: 'withdraw', id });
      if (!wants.secondLevel || producer.startsWith('risk:')) continue;
      const counted = (record: DetectionRecord | undefined): readonly string[] =>
        record === undefined || record.filtered !== undefined ? [] : record.users;
      for (const user of new Set([...counted(before), ...counted(after)])) {
        noteAlert(personOf(user), id, after?.users.includes(user) === true ? after : null);
        dirty.add(user);
      }
    }
  };
  const personOf = (user: string): PersonRisk => {
    const person = state.people.get(user) ?? createPersonRisk();
    state.people.set(user, person);
    return person;
  };

  const place = <S>(
    own: Fold<S>,
    timelines: Table<Timeline<S>>,
    kind: string,
    key: string,
    event: PreparedEvent,
    horizonStart: number,
  ): void => {
    let timeline = timelines.get(key);
    if (!timeline) timelines.set(key, (timeline = createTimeline(own)));
    else timelines.touch(key);
    if (straight) {
      timeline.frozen = null;
      own.step(timeline.state, event, straightRecords, true);
      if (straightRecords.size === 0) return;
      apply(`${kind}:${key}`, straightRecords);
      straightRecords.clear();
      return;
    }
    const changes = insert(own, timeline, event, horizonStart);
    if (changes === null) counters.beyondHorizon += 1;
    else if (changes.size > 0) apply(`${kind}:${key}`, changes);
  };

  const placeForUser = (event: PreparedEvent, horizonStart: number): void => {
    const { user } = event;
    if (user === null) return;
    if (wants.users) place(folds.users, state.users, 'user', user, event, horizonStart);
    if (!wants.secondLevel) return;
    if (event.type === 'login') for (const changed of state.actors.get(user) ?? []) dirty.add(changed);
    if (event.type !== 'role-changed' && event.type !== 'password-changed') return;
    noteChange(personOf(user), event);
    dirty.add(user);
    const { actor } = event;
    if (actor === null || actor === user) return;
    noteChange(personOf(actor), event);
    dirty.add(actor);
    const changed = state.actors.get(actor) ?? [];
    if (!changed.includes(user)) state.actors.set(actor, [...changed.slice(-99), user]);
  };

  /** An event that was placed without an account, now that it is known whose it is. */
  const adopt = (event: PreparedEvent, horizonStart: number): void => {
    const again = <S>(
      ownFold: Fold<S>,
      timelines: Table<Timeline<S>>,
      kind: string,
      key: string | null,
    ): void => {
      const timeline = key === null ? undefined : timelines.get(key);
      if (!timeline || key === null) return;
      timelines.touch(key);
      apply(`${kind}:${key}`, replace(ownFold, timeline, event));
    };
    placeForUser(event, horizonStart);
    again(folds.addresses, state.addresses, 'ip', event.ipKey);
    again(folds.environments, state.environments, 'environment', event.environment);
    again(folds.sessions, state.sessions, 'session', event.session);
  };

  /** Gives an event of a session the session's owner; what came before the owner was known is placed now. */
  const own = (event: PreparedEvent, horizonStart: number): PreparedEvent => {
    const { session, user } = event;
    if (session === null) return event;
    const owner = state.owners.get(session);
    if (user === null) {
      if (owner !== undefined) return copyEvent(event, owner);
      if (state.orphans.held.size < MAX_ORPHANS)
        state.orphans.set(session, [...(state.orphans.get(session) ?? []), event]);
      return event;
    }
    if (owner === undefined && event.type !== 'login-failed') {
      state.owners.set(session, user);
      const orphans = state.orphans.get(session) ?? [];
      state.orphans.delete(session);
      for (const orphan of orphans) adopt(copyEvent(orphan, user), horizonStart);
    }
    return event;
  };

  const deriveAll = (): void => {
    for (const user of dirty) {
      const risk = personOf(user);
      target = new Map();
      const found = derive(user, risk, context, () => {
        const collected = target;
        target = new Map();
        return collected;
      });
      const changes = new Map<string, DetectionRecord | null>(found);
      for (const id of risk.derived) if (!found.has(id)) changes.set(id, null);
      for (const [id, record] of found) {
        const held = state.records.get(id)?.get(`risk:${user}`);
        if (held && JSON.stringify(held) === JSON.stringify(record)) changes.delete(id);
      }
      risk.derived = [...found.keys()];
      apply(`risk:${user}`, changes);
    }
    dirty.clear();
  };

  /** Findings and ids that nothing can change any more leave memory; whoever stores findings keeps them. */
  const prune = (horizonStart: number): void => {
    if (state.seen) for (const [id, ts] of state.seen) if (ts < horizonStart) state.seen.delete(id);
    for (const [id, held] of state.records.held) {
      const record = shown(held);
      if (record && record.lastAt < horizonStart - 2 * 24 * HOUR) state.records.delete(id);
    }
    for (const [user, risk] of state.people.held)
      if (forget(risk, horizonStart, settings.userRisk?.decayDays ?? 45)) state.people.touch(user);
    for (const [session, timeline] of state.sessions.held) {
      const { ended } = timeline.state;
      // Nearly all: whose end is still held is not looked through.
      if (ended === null || ended.revoked || ended.ts >= horizonStart) continue;
      if ((lastHeld(timeline)?.ts ?? horizonStart) >= horizonStart) continue;
      state.sessions.delete(session);
      state.owners.delete(session);
    }
    for (const [session, events] of state.orphans.held)
      if (events.every((event) => event.ts < horizonStart)) state.orphans.delete(session);
  };

  const finish = (): DetectionDelta[] => {
    if (deltas.size === 0 && dirty.size === 0) return [];
    deriveAll();
    const out = [...deltas.values()];
    deltas.clear();
    return out;
  };

  const take: Detector['take'] = (prepared, receivedAt, how = {}) => {
    const { silent } = prepared;
    newest = prepared;
    outcome = 'evaluated';
    if (state.seen?.has(prepared.id) === true) {
      outcome = 'repeated';
      counters.repeated += 1;
      return [];
    }
    counters.ingested += 1;
    const skewMs = silent ? null : skewOf(prepared, receivedAt, settings);
    // An event that does not say when it arrived is not late, wherever it stands.
    const arrival = receivedAt ?? prepared.ts;
    // History says nothing about how far the live stream has come.
    if (!silent) state.watermark = Math.max(state.watermark ?? arrival, arrival);
    const reached =
      how.ordered === true ? Math.max(state.watermark ?? prepared.ts, prepared.ts) : state.watermark;
    const horizonStart = reached === null ? -Infinity : reached - keepMs;
    state.seen?.set(prepared.id, Math.max(prepared.ts, arrival));
    state.sincePrune += 1;
    if (state.seen !== null && state.sincePrune >= PRUNE_EVERY) {
      state.sincePrune = 0;
      prune(horizonStart);
    }
    if (skewMs !== null) {
      outcome = 'skewed';
      counters.skewed += 1;
      const skewed = { ...prepared, skewMs };
      place(folds.skews, state.skews, 'skew', prepared.environment, skewed, horizonStart);
      return finish();
    }
    if (!silent) figures.clock_skew.evaluated += 1;
    if (!silent && arrival - prepared.ts > horizonMs) {
      outcome = 'beyond-horizon';
      counters.beyondHorizon += 1;
      return [];
    }
    const event = own(prepared, horizonStart);
    rejudged = [];
    placeForUser(event, horizonStart);
    for (const other of rejudged) {
      if (other.id === event.id || other.ipKey === null || !wants.addresses) continue;
      const timeline = state.addresses.get(other.ipKey);
      if (timeline === undefined) continue;
      state.addresses.touch(other.ipKey);
      apply(`ip:${other.ipKey}`, replace(folds.addresses, timeline, copyEvent(other)));
    }
    const attempt = event.type === 'login' || event.type === 'login-failed';
    if (attempt && wants.addresses && event.ipKey !== null)
      place(folds.addresses, state.addresses, 'ip', event.ipKey, event, horizonStart);
    if (attempt && wants.environments)
      place(folds.environments, state.environments, 'environment', event.environment, event, horizonStart);
    if (wants.sessions && event.session !== null && event.type !== 'login-failed')
      place(folds.sessions, state.sessions, 'session', event.session, event, horizonStart);
    return finish();
  };

  return {
    ingest: (raw, how = {}) =>
      take(
        prepare(raw, how.retrospective === true),
        raw.receivedAt === undefined || raw.receivedAt === null ? null : msOf(raw.receivedAt),
        how,
      ),
    take,
    records: () => [...state.records.held.values()].flatMap((held) => shown(held) ?? []),
    snapshot: () => writeSnapshot(state, figures),
    state: () => state,
    prune: () => {
      if (state.watermark !== null) prune(state.watermark - keepMs);
    },
    counters,
    outcome: () => outcome,
    prepared: () => newest,
  };
};

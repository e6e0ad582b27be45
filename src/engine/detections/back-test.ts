import { isDeepStrictEqual } from 'node:util';
import type { DetectionName, DetectionRecord } from '#shared/domain/detection.ts';
import { DAY, epochMs } from '#shared/domain/units.ts';
import type { ParsedOf } from '#shared/ipc/contract.ts';
import type { DETECTION_METHODS } from '#shared/ipc/detections-contract.ts';
import type { BackTestFinding, BackTestResult } from '#shared/ipc/detections-views.ts';
import { CATALOGUE } from '../detect/catalogue.ts';
import { createDetector } from '../detect/detector.ts';
import type { Detector } from '../detect/detector-types.ts';
import { needed } from '../detect/needed-memories.ts';
import { createRowPreparer } from '../detect/prepare-rows.ts';
import type { PreparedEvent } from '../detect/prepare.ts';
import type { DetectSettings, SettingName } from '../detect/settings.ts';
import type { ReadableDb } from '../mirror/database.ts';
import type { Question } from '../mirror/question.ts';
import { ACTIONS } from './mirror-events.ts';
import { createRowDecoder } from './decode-row.ts';
import { mirrorPages, type RowsWanted } from './mirror-rows.ts';
import { spoken } from './rows.ts';
import { checkSettings, environmentOf, mergedSettings, settingsOf } from './settings-store.ts';

const MOST_LISTED = 500;
const MOST_PEOPLE = 10;
/** What a detector calls an environment that is not named. */
const ENVIRONMENT = 'default';

/** Other detections that one cannot do without: what it is made of. */
const NEEDS: Partial<Record<SettingName, readonly SettingName[]>> = {
  bruteForceSuccess: ['bruteForce'],
  successAfterAttack: [
    'passwordSpray',
    'passwordSpraySlow',
    'passwordSprayDistributed',
    'credentialStuffing',
  ],
};
/** Made of the findings of all others. */
const SECOND_LEVEL: ReadonlySet<SettingName> = new Set(['userRisk', 'privilegedRoleAfterRiskyLogin']);
/** What is read off session activity, which the log of events does not hold; risk has a calibration of its own. */
const NOT_REPLAYED: ReadonlySet<DetectionName> = new Set([
  'risky_sign_in',
  'session_hijack',
  'session_came_back',
  'idle_session',
  'overlong_session',
]);
const SETTINGS: readonly SettingName[] = [...new Set(CATALOGUE.map(({ setting }) => setting))];

/** Detections whose findings a change of settings can touch; null: all of them. */
function affected(before: DetectSettings, after: DetectSettings): ReadonlySet<SettingName> | null {
  const common = ['learning', 'habits', 'dedupWindowS', 'filters', 'reorderHorizonH'] as const;
  if (common.some((name) => !isDeepStrictEqual(before[name], after[name]))) return null;
  const changed = new Set(SETTINGS.filter((name) => !isDeepStrictEqual(before[name], after[name])));
  if ([...changed].some((name) => SECOND_LEVEL.has(name))) return null;
  for (const [name, needs] of Object.entries(NEEDS))
    if (needs.some((need) => changed.has(need))) changed.add(name as SettingName);
  return changed;
}

/** Only what is affected, and what that is made of, is worked out. */
function only(settings: DetectSettings, names: ReadonlySet<SettingName> | null): DetectSettings {
  if (names === null) return settings;
  const on = new Set([...names].flatMap((name) => [name, ...(NEEDS[name] ?? [])]));
  const off = Object.fromEntries(SETTINGS.filter((name) => !on.has(name)).map((name) => [name, null]));
  return { ...settings, ...off };
}

/** Read off sign-ins alone. */
const OF_SIGN_INS: ReadonlySet<SettingName> = new Set([
  'impossibleTravel',
  'newCountry',
  'atypicalCountry',
  'newDevice',
  'anonymousIp',
  'hostingIp',
  'unfamiliarSignIn',
  'bruteForce',
  'bruteForceSuccess',
  'passwordSpray',
  'passwordSpraySlow',
  'passwordSprayDistributed',
  'credentialStuffing',
  'successAfterAttack',
  'failsElsewhereAfterSuccess',
  'dormantAccount',
  'offHours',
  'geofence',
]);
/** Of those, read off successes alone. */
const OF_SUCCESSES: ReadonlySet<SettingName> = new Set([
  'impossibleTravel',
  'newCountry',
  'atypicalCountry',
  'newDevice',
  'anonymousIp',
  'hostingIp',
  'unfamiliarSignIn',
  'dormantAccount',
  'offHours',
  'geofence',
]);

/** What has to be read of the mirror for the detections that are worked out. */
function rowsFor(names: ReadonlySet<SettingName> | null): Pick<RowsWanted, 'actions' | 'failures' | 'more'> {
  const all = names === null ? SETTINGS : [...names].flatMap((name) => [name, ...(NEEDS[name] ?? [])]);
  const signIns = all.every((name) => OF_SIGN_INS.has(name));
  return {
    actions: signIns ? ['login'] : ACTIONS,
    failures: all.length === 0 || !all.every((name) => OF_SUCCESSES.has(name)),
    more: !signIns,
  };
}

const onIn = (settings: DetectSettings): readonly SettingName[] =>
  SETTINGS.filter((name) => settings[name] !== null);

/**
 * Whether what is learned of people with some settings is what the others would learn: both are about people alone, and
 * whatever is on in the others is on here.
 */
function learnsFor(leader: DetectSettings, follower: DetectSettings): boolean {
  const { users, addresses, environments, sessions, secondLevel } = needed(leader);
  return (
    users &&
    !(addresses || environments || sessions || secondLevel) &&
    onIn(follower).every((name) => leader[name] !== null) &&
    (['filters', 'habits', 'offHours'] as const).every((name) =>
      isDeepStrictEqual(leader[name], follower[name]),
    )
  );
}

class Run {
  readonly #detector: Detector;
  readonly #found = new Map<string, DetectionRecord>();
  readonly #idle: boolean;

  /** @param learnedBy what is learned of people is taken from there; it takes each event after this one */
  constructor(settings: DetectSettings, learnedBy: Run | null = null) {
    this.#detector = createDetector({
      settings,
      straight: true,
      ...(learnedBy === null ? {} : { learnedBy: learnedBy.#detector }),
    });
    this.#idle = onIn(settings).length === 0;
  }
  take(event: PreparedEvent, receivedAt: number): void {
    if (this.#idle) return;
    for (const delta of this.#detector.take(event, receivedAt)) {
      if (delta.kind === 'upsert') this.#found.set(delta.record.id, delta.record);
      else this.#found.delete(delta.id);
    }
  }
  /** What would have been heard of the detections asked about. */
  heard(names: ReadonlySet<DetectionName>): ReadonlyMap<string, DetectionRecord> {
    return new Map(
      [...this.#found].filter(
        ([, record]) => record.filtered === undefined && !record.retrospective && names.has(record.detection),
      ),
    );
  }
}

/**
 * What fires more and less on the mirrored events when settings are changed: the same events with the settings that
 * apply and with the new ones. Events before `since` train silently.
 */
export function* backTest(
  db: ReadableDb,
  request: ParsedOf<(typeof DETECTION_METHODS)['detections.backTest']>,
): Question<BackTestResult> {
  const record = environmentOf(db, request.connection);
  const before = settingsOf(db, record.key).settings;
  const after = checkSettings(mergedSettings(db, request.settings));
  const names = affected(before, after);
  const watched = new Set(
    CATALOGUE.filter(({ setting, name }) => (names?.has(setting) ?? true) && !NOT_REPLAYED.has(name)).map(
      ({ name }) => name,
    ),
  );
  const began = performance.now();
  const [settingsBefore, settingsAfter] = [only(before, names), only(after, names)];
  const was = new Run(settingsBefore);
  const is = new Run(settingsAfter, learnsFor(settingsBefore, settingsAfter) ? was : null);
  const prepareBefore = createRowPreparer(before, ENVIRONMENT);
  // With the same filters an event is the same to both.
  const prepareAfter = isDeepStrictEqual(before.filters, after.filters)
    ? null
    : createRowPreparer(after, ENVIRONMENT);
  const wanted = { ...rowsFor(names), until: request.until };
  const decoder = createRowDecoder(db, record.key, request.since ?? Number.MIN_SAFE_INTEGER);
  let events = 0;
  for (const page of mirrorPages(db, record.key, wanted)) {
    decoder.prepare(page);
    for (const row of page) {
      const facts = decoder.facts(row);
      if (facts === null) continue;
      const origin = decoder.origin(row);
      const receivedAt = Math.max(row[0], row[3]);
      const event = prepareBefore(facts, origin);
      // First: it may look at what the other has learned from the events before this one.
      is.take(prepareAfter === null ? event : prepareAfter(facts, origin), receivedAt);
      // Each finds out by itself what is a habit.
      event.habit = null;
      was.take(event, receivedAt);
      events += 1;
    }
    yield;
  }
  return {
    ...compare(was.heard(watched), is.heard(watched), accountNames(db, record.key)),
    events,
    ms: Math.round(performance.now() - began),
    detections: [...watched],
    notCovered: [...NOT_REPLAYED].filter((name) =>
      CATALOGUE.some((one) => one.name === name && (names?.has(one.setting) ?? true)),
    ),
  };
}

type Side = 'before' | 'after' | 'more' | 'fewer';

function compare(
  was: ReadonlyMap<string, DetectionRecord>,
  is: ReadonlyMap<string, DetectionRecord>,
  nameOf: (account: string) => string,
): Pick<BackTestResult, 'before' | 'after' | 'days' | 'more' | 'fewer' | 'moreCount' | 'fewerCount'> {
  const missing = (
    from: ReadonlyMap<string, DetectionRecord>,
    other: ReadonlyMap<string, DetectionRecord>,
  ): readonly DetectionRecord[] =>
    [...from.values()].filter(({ id }) => !other.has(id)).sort((a, b) => b.raisedAt - a.raisedAt);
  const [more, fewer] = [missing(is, was), missing(was, is)];
  const days = new Map<number, Record<Side, number>>();
  const count = (records: Iterable<DetectionRecord>, side: Side): void => {
    for (const { raisedAt } of records) {
      const day = Math.floor(raisedAt / DAY) * DAY;
      const held = days.get(day) ?? { before: 0, after: 0, more: 0, fewer: 0 };
      held[side] += 1;
      days.set(day, held);
    }
  };
  count(was.values(), 'before');
  count(is.values(), 'after');
  count(more, 'more');
  count(fewer, 'fewer');
  const listed = findingView(nameOf);
  return {
    before: was.size,
    after: is.size,
    days: [...days].sort(([a], [b]) => a - b).map(([day, counts]) => ({ day: epochMs(day), ...counts })),
    more: more.slice(0, MOST_LISTED).map(listed),
    fewer: fewer.slice(0, MOST_LISTED).map(listed),
    moreCount: more.length,
    fewerCount: fewer.length,
  };
}

const findingView =
  (nameOf: (account: string) => string) =>
  (record: DetectionRecord): BackTestFinding => ({
    id: record.id,
    detection: record.detection,
    severity: record.severity,
    entity: record.entity,
    people: record.users.slice(0, MOST_PEOPLE).map((id) => ({ id, name: nameOf(id) })),
    raisedAt: epochMs(record.raisedAt),
    summary: record.evidence.summary,
  });

/** Names as the mirror knows them; an account that no store knows has the name that was typed. */
function accountNames(db: ReadableDb, connection: number): (account: string) => string {
  const names = db.prepare('SELECT name FROM account WHERE connection = ? AND id = ?').pluck();
  return (account) => {
    const name = names.get(connection, account);
    return typeof name === 'string' ? name : spoken(account);
  };
}

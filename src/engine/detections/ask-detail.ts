import { z } from 'zod';
import { DetectionRecord } from '#shared/domain/detection.ts';
import { AccountId } from '#shared/domain/ids.ts';
import { DAY, EpochMs, epochMs } from '#shared/domain/units.ts';
import type { ParsedOf } from '#shared/ipc/contract.ts';
import type { DETECTION_METHODS } from '#shared/ipc/detections-contract.ts';
import type { DetectionDetail, KnownValue, PersonHistory } from '#shared/ipc/detections-views.ts';
import type { AuditRow } from '#shared/ipc/views.ts';
import { descriptorOf } from '../detect/catalogue.ts';
import { auditRows } from '../mirror/audit-rows.ts';
import { auditSegments } from '../mirror/audit-segments.ts';
import { EventPosition } from '../mirror/newest-events.ts';
import type { ReadableDb } from '../mirror/database.ts';
import type { Question } from '../mirror/question.ts';
import { comparedValues, mapLine } from './compared.ts';
import { evidenceHours, evidenceTables } from './evidence-tables.ts';
import { evidenceFacts, type NameOf } from './facts.ts';
import { loginRisk } from './login-risk.ts';
import { originsOf } from './origins.ts';
import { detectionKey, detectionRows, spoken } from './rows.ts';
import { triageActions } from './triage.ts';

const Subject = z.object({
  connection: z.number(),
  account: z.number().nullable(),
  account_id: AccountId.nullable(),
  campaign: z.string().nullable(),
  raised_at: z.number(),
  last_at: z.number(),
  record: z.string(),
});
type Subject = z.infer<typeof Subject>;

const Found = EventPosition.extend({ raised: z.number() });

const MOST_EVENTS = 50;
const MOST_RELATED = 50;
/** Days of the history chart. */
const HISTORY_DAYS = 90;
const MOST_KNOWN = 12;
/** What a finding rests on lies this far before it at most (the windows of the catalogue). */
const REACH_MS = 2 * DAY;

/** Everything that a card shows of one detection. */
export function* detectionDetail(
  db: ReadableDb,
  request: ParsedOf<(typeof DETECTION_METHODS)['detections.get']>,
): Question<DetectionDetail | null> {
  const key = detectionKey(db, request.connection, request.id);
  const [row] = key === null ? [] : detectionRows(db, [key]);
  if (key === null || row === undefined) return null;
  const subject = Subject.parse(
    db
      .prepare(
        `SELECT d.connection, d.account, a.id AS account_id, d.campaign, d.raised_at, d.last_at, d.record
         FROM detection d LEFT JOIN account a ON a.key = d.account WHERE d.key = ?`,
      )
      .get(key),
  );
  const record = DetectionRecord.parse(JSON.parse(subject.record));
  const descriptor = descriptorOf(record.detection);
  const nameOf = accountNames(db, subject.connection);
  yield;
  const { events, raisedBy } = eventsOf(db, subject, record);
  const { origins, more } = originsOf(db, subject.account, record.evidence, events, raisedBy?.row ?? null);
  yield;
  const history = yield* historyOf(db, subject, record);
  const related =
    subject.campaign === null
      ? []
      : db
          .prepare(
            `SELECT key FROM detection WHERE connection = ? AND campaign = ? AND key <> ? AND withdrawn_at IS NULL
             ORDER BY raised_at, key LIMIT ${MOST_RELATED}`,
          )
          .pluck()
          .all(subject.connection, subject.campaign, key)
          .map(Number);
  return {
    row,
    evidence: record.evidence,
    techniques: descriptor.techniques,
    logic: descriptor.logic,
    nextStep: record.evidence.nextStep,
    filtersConsidered: record.evidence.filtersConsidered,
    compared: comparedValues(
      record.evidence,
      (ip) => origins.find((one) => one.ip === ip)?.network?.organisation ?? null,
    ),
    facts: evidenceFacts(record.evidence, nameOf),
    tables: evidenceTables(record.evidence, nameOf),
    hours: evidenceHours(record.evidence),
    line: mapLine(record.evidence),
    events,
    origins,
    moreOrigins: more,
    risk: raisedBy === null ? null : loginRisk(db, raisedBy.key, raisedBy.row),
    history,
    actions: triageActions(db, key),
    related: detectionRows(db, related),
  };
}

/** Accounts of a connection by their ids; one that no store knows is called what was typed. */
function accountNames(db: ReadableDb, connection: number): NameOf {
  const one = db.prepare('SELECT name FROM account WHERE connection = ? AND id = ?').pluck();
  return (id) => {
    const name = one.get(connection, id);
    return typeof name === 'string' ? spoken(name) : spoken(id);
  };
}

function eventsOf(
  db: ReadableDb,
  subject: Subject,
  record: DetectionRecord,
): {
  readonly events: readonly AuditRow[];
  /** The event that raised it, when it is mirrored. */
  readonly raisedBy: { readonly key: number; readonly row: AuditRow | null } | null;
} {
  const range = { since: subject.raised_at - REACH_MS, until: subject.last_at + 1 };
  const ids = JSON.stringify([...new Set([record.at, ...record.events])]);
  const found = auditSegments(db, { ...range, connections: [subject.connection] }).flatMap(({ table }) =>
    db
      .prepare(
        `SELECT e.at, e.key, e.id = @id AS raised FROM ${table} e
         WHERE e.at >= @since AND e.at < @until AND e.connection = @connection
           AND e.id IN (SELECT value FROM json_each(@ids)) ORDER BY e.at, e.key LIMIT ${MOST_EVENTS}`,
      )
      .all({ ...range, connection: subject.connection, ids, id: record.at })
      .map((row) => Found.parse(row)),
  );
  const keys = found.sort((one, other) => one.at - other.at || one.key - other.key).map(({ key }) => key);
  const key = found.find(({ raised }) => raised === 1)?.key ?? null;
  return {
    events: auditRows(db, keys.slice(0, MOST_EVENTS)),
    raisedBy: key === null ? null : { key, row: auditRows(db, [key])[0] ?? null },
  };
}

const DayCount = z.object({ day: z.number(), sign_ins: z.number(), failures: z.number() });
const Known = z.object({ value: z.string(), sign_ins: z.number(), first: EpochMs, last: EpochMs });
type Known = z.infer<typeof Known>;

const ADDRESS = 'JOIN address p ON p.key = e.address';
/** What a person is known by: the value, and the table that has it. */
const KNOWN_BY = {
  countries: ['p.country', ADDRESS],
  networks: [`coalesce(p.organisation, 'AS' || p.asn)`, ADDRESS],
  // As clientText and the kind of device say it.
  devices: [
    `nullif(concat_ws(', ', coalesce(d.browser || ' on ' || d.system, d.browser, d.system), d.class), '')`,
    'JOIN device d ON d.key = e.device',
  ],
} as const;

/** A segment at a time: where somebody signed in from, by day and by value, over the days before a finding. */
function* historyOf(
  db: ReadableDb,
  subject: Subject,
  { detection, evidence }: DetectionRecord,
): Question<PersonHistory | null> {
  if (subject.account === null || subject.account_id === null) return null;
  const begun = beginning(subject, evidence);
  const firstDay = Math.floor(begun / DAY) - HISTORY_DAYS + 1;
  // What raised it is no part of what was usual before it.
  const bound = { account: subject.account, from: firstDay * DAY, to: begun - 1 };
  const signIns = new Array<number>(HISTORY_DAYS).fill(0);
  const failures = new Array<number>(HISTORY_DAYS).fill(0);
  const known = {
    countries: new Map<string, Known>(),
    networks: new Map<string, Known>(),
    devices: new Map<string, Known>(),
  };
  const login = `e.account = @account AND e.at BETWEEN @from AND @to
    AND e.action = (SELECT key FROM word WHERE text = 'login')`;
  for (const { table } of auditSegments(db, {
    since: bound.from,
    until: bound.to + 1,
    connections: [subject.connection],
  })) {
    const days = db
      .prepare(
        `SELECT e.at / ${DAY} AS day, sum(e.outcome = 1) AS sign_ins, sum(e.outcome = 2) AS failures
         FROM ${table} e WHERE ${login} GROUP BY day`,
      )
      .all(bound);
    for (const raw of days) {
      const { day, sign_ins, failures: failed } = DayCount.parse(raw);
      signIns[day - firstDay] = (signIns[day - firstDay] ?? 0) + sign_ins;
      failures[day - firstDay] = (failures[day - firstDay] ?? 0) + failed;
    }
    for (const by of ['countries', 'networks', 'devices'] as const) {
      const [value, join] = KNOWN_BY[by];
      const rows = db
        .prepare(
          `SELECT ${value} AS value, count(*) AS sign_ins, min(e.at) AS first, max(e.at) AS last
           FROM ${table} e ${join} WHERE ${login} AND e.outcome = 1 AND ${value} IS NOT NULL GROUP BY 1`,
        )
        .all(bound);
      for (const raw of rows) addKnown(known[by], Known.parse(raw));
    }
    yield;
  }
  const most = (of: ReadonlyMap<string, Known>): readonly KnownValue[] =>
    [...of.values()]
      .sort((one, other) => other.sign_ins - one.sign_ins)
      .slice(0, MOST_KNOWN)
      .map(({ value, sign_ins, first, last }) => ({ value, signIns: sign_ins, first, last }));
  return {
    account: subject.account_id,
    days: { from: epochMs(firstDay * DAY), stepMs: DAY, signIns, failures },
    countries: most(known.countries),
    networks: most(known.networks),
    devices: most(known.devices),
    mostAtOnce:
      detection === 'concurrent_sessions'
        ? mostAtOnce(db, { account: subject.account, from: bound.from, until: begun - DAY })
        : null,
  };
}

/** When what it tells of began: of one that rests on other findings, the first of those. */
function beginning({ raised_at: raisedAt }: Subject, { chain, alerts }: DetectionRecord['evidence']): number {
  const earlier = z.array(z.looseObject({ raisedAt: z.number() })).safeParse(chain ?? alerts);
  return Math.min(raisedAt, ...(earlier.success ? earlier.data.map((one) => one.raisedAt) : []));
}

/** How many sessions an account had at once at most between two instants; null: none is known. */
const mostAtOnce = (db: ReadableDb, bound: { account: number; from: number; until: number }): number | null =>
  z
    .number()
    .nullable()
    .parse(
      db
        .prepare(
          `WITH own AS (SELECT opened_at, ended_at FROM session WHERE account = @account AND opened_at < @until
             AND (ended_at IS NULL OR ended_at > @from)),
           step AS (SELECT opened_at AS at, 1 AS by FROM own
             UNION ALL SELECT ended_at, -1 FROM own WHERE ended_at < @until)
           SELECT max(open) FROM (SELECT sum(by) OVER (ORDER BY at, by) AS open FROM step)`,
        )
        .pluck()
        .get(bound),
    );

function addKnown(of: Map<string, Known>, one: Known): void {
  const held = of.get(one.value);
  if (held === undefined) of.set(one.value, one);
  else {
    of.set(one.value, {
      value: one.value,
      sign_ins: held.sign_ins + one.sign_ins,
      first: held.first < one.first ? held.first : one.first,
      last: held.last > one.last ? held.last : one.last,
    });
  }
}

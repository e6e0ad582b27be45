import { z } from 'zod';
import type { ConnectionId } from '#shared/domain/ids.ts';
import { epochMs } from '#shared/domain/units.ts';
import type { Coverage } from '#shared/ipc/query-contract.ts';
import { auditSegments } from '../mirror/audit-segments.ts';
import type { ReadableDb } from '../mirror/database.ts';
import type { Question } from '../mirror/question.ts';
import { coverageOf } from '../mirror/search/coverage.ts';

/** What happened in a period, for somebody who was not there and does not have the product. */
export interface ComplianceReport {
  readonly from: number;
  readonly to: number;
  readonly madeAt: number;
  /** As of when it is true, and when nobody watched. */
  readonly coverage: readonly Coverage[];
  readonly environments: readonly EnvironmentFigures[];
  readonly privileged: readonly PrivilegedUse[];
  readonly failures: readonly {
    readonly environment: string;
    readonly reason: string;
    readonly count: number;
  }[];
  readonly failedAccounts: readonly {
    readonly environment: string;
    readonly account: string;
    readonly count: number;
    readonly last: number;
  }[];
  readonly ends: readonly {
    readonly environment: string;
    readonly cause: string;
    readonly sessions: number;
  }[];
  readonly operations: readonly Operation[];
  /** Revocations, rule changes, account and role changes, as the agents recorded them. */
  readonly changes: readonly Change[];
  readonly detections: readonly OpenDetection[];
  readonly journal: { readonly entries: number; readonly byAction: Readonly<Record<string, number>> };
  /** Lists that were longer than what is shown. */
  readonly cut: readonly string[];
}
export interface EnvironmentFigures {
  readonly environment: string;
  readonly tier: string;
  readonly accounts: number;
  readonly privilegedAccounts: number;
  readonly signIns: number;
  readonly failures: number;
  readonly people: number;
  readonly sessionsEnded: number;
}
export interface PrivilegedUse {
  readonly environment: string;
  readonly account: string;
  readonly roles: readonly string[];
  readonly signIns: number;
  readonly failures: number;
  readonly last: number | null;
}
interface Operation {
  readonly at: number;
  readonly by: string;
  readonly what: string;
  readonly reason: string;
  readonly environment: string;
  readonly state: string;
  readonly ended: number;
  readonly alreadyGone: number;
  readonly failed: number;
}
interface Change {
  readonly at: number;
  readonly environment: string;
  readonly action: string;
  readonly who: string;
  readonly account: string;
  readonly message: string;
  readonly reason: string;
}
interface OpenDetection {
  readonly raisedAt: number;
  readonly environment: string;
  readonly name: string;
  readonly severity: number;
  readonly summary: string;
  readonly assignee: string;
}

const MOST = 2_000;
const CHANGES = [
  'session-revoked',
  'rule-changed',
  'role-changed',
  'account-created',
  'account-blocked',
  'account-deleted',
  'hold',
];
const CAUSES = "coalesce((SELECT text FROM word WHERE key = s.cause), 'unknown')";

const Connection = z.object({ key: z.number(), name: z.string(), tier: z.string().nullable() });
const Login = z.object({
  connection: z.number(),
  account: z.number().nullable(),
  name: z.string().nullable(),
  outcome: z.number(),
  reason: z.string().nullable(),
  count: z.number(),
  last: z.number(),
});
interface Tally {
  signIns: number;
  failures: number;
  last: number;
  readonly name: string;
  readonly connection: number;
  readonly account: number | null;
}

/** Collects the report in steps, segment by segment. */
export function* complianceReport(
  db: ReadableDb,
  request: {
    readonly from: number;
    readonly to: number;
    readonly connections?: readonly ConnectionId[] | undefined;
  },
  now: number,
): Question<ComplianceReport> {
  const { from, to } = request;
  const cut: string[] = [];
  const connections = db
    .prepare(
      `SELECT key, name, hello ->> '$.environment.tier' AS tier FROM connection
       WHERE removed_at IS NULL AND (@ids IS NULL OR id IN (SELECT value FROM json_each(@ids))) ORDER BY name`,
    )
    .all({ ids: request.connections === undefined ? null : JSON.stringify(request.connections) })
    .map((row) => Connection.parse(row));
  const nameOf = new Map(connections.map(({ key, name }) => [key, name]));
  const keys = connections.map(({ key }) => key);
  const bound = { from, to, keys: JSON.stringify(keys) };
  const inKeys = 'IN (SELECT value FROM json_each(@keys))';

  const accounts = new Map<string, Tally>();
  const reasons = new Map<string, { connection: number; reason: string; count: number }>();
  const changes: Change[] = [];
  for (const { table } of auditSegments(db, { since: from, until: to, connections: keys })) {
    for (const raw of db
      .prepare(
        `SELECT e.connection, e.account, n.text AS name, e.outcome, r.text AS reason, count(*) AS count, max(e.at) AS last
         FROM ${table} e LEFT JOIN word n ON n.key = e.account_name LEFT JOIN word r ON r.key = e.reason
         WHERE e.at >= @from AND e.at < @to AND e.connection ${inKeys}
           AND e.action = (SELECT key FROM word WHERE text = 'login')
         GROUP BY e.connection, e.account, e.account_name, e.outcome, e.reason`,
      )
      .all(bound)) {
      addLogin(Login.parse(raw), accounts, reasons);
    }
    yield;
    changes.push(...changesIn(db, table, { ...bound, actions: JSON.stringify(CHANGES) }, nameOf));
    yield;
  }
  changes.sort((a, b) => a.at - b.at);
  if (changes.length > MOST) cut.push(`changes: the first ${String(MOST)} of ${String(changes.length)}`);

  const Ends = z.object({ connection: z.number(), cause: z.string(), sessions: z.number() });
  const ends = db
    .prepare(
      `SELECT s.connection, ${CAUSES} AS cause, count(*) AS sessions FROM session s
       WHERE s.ended_at >= @from AND s.ended_at < @to AND s.connection ${inKeys} GROUP BY 1, 2 ORDER BY 1, 3 DESC`,
    )
    .all(bound)
    .map((row) => Ends.parse(row));
  yield;
  const Account = z.object({
    key: z.number(),
    connection: z.number(),
    name: z.string(),
    roles: z.string(),
    privileged: z.number(),
  });
  const known = db
    .prepare(
      `SELECT key, connection, name, roles, privileged FROM account
       WHERE connection ${inKeys} AND removed_at IS NULL AND known = 1 ORDER BY connection, name`,
    )
    .all({ keys: bound.keys })
    .map((row) => Account.parse(row));
  yield;
  const byAccount = new Map<number, Tally>();
  for (const tally of accounts.values()) if (tally.account !== null) byAccount.set(tally.account, tally);
  const failed = [...accounts.values()].filter(({ failures }) => failures > 0);
  failed.sort((a, b) => b.failures - a.failures);
  if (failed.length > MOST)
    cut.push(`accounts with failed sign-ins: the first ${String(MOST)} of ${String(failed.length)}`);
  return {
    from,
    to,
    madeAt: now,
    coverage: coverageOf(db, request.connections, { from: epochMs(from), to: epochMs(to) }),
    environments: connections.map(({ key, name, tier }) => {
      const mine = [...accounts.values()].filter(({ connection }) => connection === key);
      const sum = (pick: (tally: Tally) => number) => mine.reduce((total, tally) => total + pick(tally), 0);
      const here = known.filter(({ connection }) => connection === key);
      return {
        environment: name,
        tier: tier ?? 'unknown',
        accounts: here.length,
        privilegedAccounts: here.filter(({ privileged }) => privileged === 1).length,
        signIns: sum(({ signIns }) => signIns),
        failures: sum(({ failures }) => failures),
        people: mine.filter(({ signIns }) => signIns > 0).length,
        sessionsEnded: ends
          .filter(({ connection }) => connection === key)
          .reduce((total, { sessions }) => total + sessions, 0),
      };
    }),
    privileged: known
      .filter(({ privileged }) => privileged === 1)
      .map(({ key, connection, name, roles }) => {
        const tally = byAccount.get(key);
        return {
          environment: nameOf.get(connection) ?? '',
          account: name,
          roles: z.array(z.string()).parse(JSON.parse(roles)),
          signIns: tally?.signIns ?? 0,
          failures: tally?.failures ?? 0,
          last: tally?.last ?? null,
        };
      }),
    failures: [...reasons.values()]
      .sort((a, b) => b.count - a.count)
      .map(({ connection, reason, count }) => ({ environment: nameOf.get(connection) ?? '', reason, count })),
    failedAccounts: failed.slice(0, MOST).map(({ connection, name, failures, last }) => ({
      environment: nameOf.get(connection) ?? '',
      account: name,
      count: failures,
      last,
    })),
    ends: ends.map(({ connection, cause, sessions }) => ({
      environment: nameOf.get(connection) ?? '',
      cause,
      sessions,
    })),
    operations: operationsIn(db, bound),
    changes: changes.slice(0, MOST),
    detections: openDetections(db, bound, cut),
    journal: journalIn(db, from, to),
    cut,
  };
}

function addLogin(
  { connection, account, name, outcome, reason, count, last }: z.infer<typeof Login>,
  accounts: Map<string, Tally>,
  reasons: Map<string, { connection: number; reason: string; count: number }>,
): void {
  const key = `${String(connection)} ${account === null ? `name ${name ?? ''}` : String(account)}`;
  const tally = accounts.get(key) ?? {
    signIns: 0,
    failures: 0,
    last: 0,
    name: name ?? 'nobody named',
    connection,
    account,
  };
  if (outcome === 1) tally.signIns += count;
  if (outcome === 2) {
    tally.failures += count;
    const words = reason ?? 'reason not known';
    const of = `${String(connection)} ${words}`;
    const known = reasons.get(of) ?? { connection, reason: words, count: 0 };
    known.count += count;
    reasons.set(of, known);
  }
  tally.last = Math.max(tally.last, last);
  accounts.set(key, tally);
}

function changesIn(
  db: ReadableDb,
  table: string,
  bound: Record<string, string | number>,
  nameOf: ReadonlyMap<number, string>,
): readonly Change[] {
  const Row = z.object({
    at: z.number(),
    connection: z.number(),
    action: z.string(),
    actor: z.string().nullable(),
    account: z.string().nullable(),
    message: z.string().nullable(),
    reason: z.string().nullable(),
  });
  return db
    .prepare(
      `SELECT e.at, e.connection, w.text AS action, coalesce(a.text, e.actor_id) AS actor, n.text AS account, e.message,
         e.attributes ->> '$.reason' AS reason
       FROM ${table} e JOIN word w ON w.key = e.action LEFT JOIN word a ON a.key = e.actor_name
       LEFT JOIN word n ON n.key = e.account_name
       WHERE e.at >= @from AND e.at < @to AND e.connection IN (SELECT value FROM json_each(@keys))
         AND w.text IN (SELECT value FROM json_each(@actions)) ORDER BY e.at LIMIT ${String(MOST + 1)}`,
    )
    .all(bound)
    .map((raw) => {
      const { at, connection, action, actor, account, message, reason } = Row.parse(raw);
      return {
        at,
        environment: nameOf.get(connection) ?? '',
        action,
        who: actor ?? '',
        account: account ?? '',
        message: message ?? '',
        reason: reason ?? '',
      };
    });
}

function operationsIn(db: ReadableDb, bound: Record<string, string | number>): readonly Operation[] {
  const Row = z.object({
    at: z.number(),
    by: z.string(),
    what: z.string(),
    reason: z.string(),
    environment: z.string(),
    state: z.string(),
    ended: z.number(),
    alreadyGone: z.number(),
    failed: z.number(),
  });
  return db
    .prepare(
      `SELECT o.executed_at AS at, o.operator AS "by", o.kind AS what, o.reason, c.name AS environment, m.state,
         coalesce(m.outcome ->> '$.ended', 0) AS ended, coalesce(m.outcome ->> '$.alreadyGone', 0) AS alreadyGone,
         coalesce(m.outcome ->> '$.failedCount', 0) AS failed
       FROM operation o JOIN command m ON m.operation = o.id JOIN connection c ON c.key = m.connection
       WHERE o.executed_at >= @from AND o.executed_at < @to AND c.key IN (SELECT value FROM json_each(@keys))
       ORDER BY o.executed_at, m.ordinal LIMIT ${String(MOST)}`,
    )
    .all(bound)
    .map((row) => Row.parse(row));
}

function openDetections(
  db: ReadableDb,
  bound: Record<string, string | number>,
  cut: string[],
): readonly OpenDetection[] {
  const Row = z.object({
    raisedAt: z.number(),
    environment: z.string(),
    name: z.string(),
    severity: z.number(),
    summary: z.string(),
    assignee: z.string().nullable(),
  });
  const rows = db
    .prepare(
      `SELECT d.raised_at AS raisedAt, c.name AS environment, d.name, d.severity, d.summary, d.assignee
       FROM detection d JOIN connection c ON c.key = d.connection
       WHERE d.state <> 'closed' AND d.filtered IS NULL AND d.suppression IS NULL AND d.retrospective = 0
         AND d.withdrawn_at IS NULL AND d.raised_at < @to AND d.connection IN (SELECT value FROM json_each(@keys))
       ORDER BY d.severity DESC, d.raised_at LIMIT ${String(MOST + 1)}`,
    )
    .all({ to: bound['to'], keys: bound['keys'] })
    .map((raw) => {
      const { assignee, ...row } = Row.parse(raw);
      return { ...row, assignee: assignee ?? '' };
    });
  if (rows.length > MOST) cut.push(`open detections: the first ${String(MOST)}`);
  return rows.slice(0, MOST);
}

function journalIn(db: ReadableDb, from: number, to: number): ComplianceReport['journal'] {
  const Row = z.object({ action: z.string(), count: z.number() });
  const rows = db
    .prepare(
      'SELECT action, count(*) AS count FROM journal WHERE at >= ? AND at < ? GROUP BY action ORDER BY action',
    )
    .all(from, to)
    .map((row) => Row.parse(row));
  return {
    entries: rows.reduce((sum, { count }) => sum + count, 0),
    byAction: Object.fromEntries(rows.map(({ action, count }) => [action, count])),
  };
}

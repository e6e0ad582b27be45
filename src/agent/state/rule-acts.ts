import type { AccountId, EventId, RuleId, SessionId } from '#shared/domain/ids.ts';
import type { Clock, EpochMs } from '#shared/domain/units.ts';
import { DAY, epochMs } from '#shared/domain/units.ts';
import type { Db } from './database.ts';

/**
 * `observed`: it would have been ended. `held`: the brake keeps it. `approved`: held before, may be ended now.
 * `ending`: decided, perhaps tried, by a run that may have crashed since. `ended`.
 */
export type ActState = 'observed' | 'held' | 'approved' | 'ending' | 'ended';

/** Decided and not done. */
export type OpenState = 'held' | 'approved' | 'ending';

/** What a rule decided about a session. */
export interface Act {
  readonly rule: RuleId;
  readonly session: SessionId;
  readonly account: AccountId;
  readonly version: number;
  readonly state: ActState;
  readonly reason: string;
  readonly trigger: EventId | null;
  readonly decidedAt: EpochMs;
  /** Somebody approved it after the brake. */
  readonly approved: boolean;
}

/** A rule that would have ended more than its share: it ends nothing until somebody decides. */
export interface Brake {
  readonly rule: RuleId;
  readonly approval: string;
  readonly state: 'waiting' | 'denied';
  readonly stoppedAt: EpochMs;
  readonly expiresAt: EpochMs;
  /** How many it might have ended in that minute, and how many it wanted to. */
  readonly allowed: number;
  readonly wanted: number;
}

export interface RuleActs {
  find(rule: RuleId, session: SessionId): Act | null;
  /** Has this rule decided anything since then? */
  anySince(rule: RuleId, since: EpochMs): boolean;
  put(act: Omit<Act, 'decidedAt' | 'approved'> & { readonly approved?: boolean }): Act;
  setState(rule: RuleId, session: SessionId, state: ActState): void;
  /** What the brake held of this rule may be ended now; how many that are. */
  approveHeld(rule: RuleId): number;
  /** What the brake held of this rule stays. */
  forgetHeld(rule: RuleId): void;
  forget(rule: RuleId, session: SessionId): void;
  /** Those after one in the order of rule and session; a braked rule may hold a whole application. */
  inState(state: OpenState, after: Pick<Act, 'rule' | 'session'> | null, limit: number): readonly Act[];
  /** What is open of one account. */
  openOf(account: string): readonly Act[];
  anyOpen(): boolean;
  heldCount(rule: RuleId): number;
  /** Sessions that a rule ended or is ending by itself since then. */
  endedSince(rule: RuleId, since: EpochMs): number;
  figures(rule: RuleId, since: EpochMs): { ended: number; observed: number; lastAt: EpochMs | null };
  settledUntil(rule: RuleId, account: AccountId): number;
  /** `account` null: for everybody. */
  settle(rule: RuleId, account: AccountId | null, until: EpochMs): void;
  brake(rule: RuleId): Brake | null;
  brakes(): readonly Brake[];
  stop(brake: Brake): void;
  setBrake(rule: RuleId, state: Brake['state']): void;
  release(rule: RuleId): void;
  /** Forgets what a rule, changed or gone, held and observed; what it ended stays. */
  reset(rule: RuleId): void;
  trim(): void;
}

interface ActRow {
  rule: string;
  session: string;
  account: string;
  version: number;
  state: string;
  reason: string;
  trigger: string | null;
  decided_at: number;
  approved: number;
}
interface BrakeRow {
  rule: string;
  approval: string;
  state: string;
  stopped_at: number;
  expires_at: number;
  allowed: number;
  wanted: number;
}

const toAct = (row: ActRow): Act => ({
  rule: row.rule as RuleId,
  session: row.session as SessionId,
  account: row.account as AccountId,
  version: row.version,
  state: row.state as ActState,
  reason: row.reason,
  trigger: row.trigger as EventId | null,
  decidedAt: epochMs(row.decided_at),
  approved: row.approved === 1,
});
const toBrake = (row: BrakeRow): Brake => ({
  rule: row.rule as RuleId,
  approval: row.approval,
  state: row.state as Brake['state'],
  stoppedAt: epochMs(row.stopped_at),
  expiresAt: epochMs(row.expires_at),
  allowed: row.allowed,
  wanted: row.wanted,
});
const KEPT_MS = 30 * DAY;

/** @param live whether a session is in the mirror */
export function createRuleActs(db: Db, clock: Clock, live: (session: string) => boolean): RuleActs {
  const one = db.prepare<[string, string], ActRow>('SELECT * FROM rule_acts WHERE rule = ? AND session = ?');
  const anySince = db.prepare<[string, number], { 1: number }>(
    'SELECT 1 FROM rule_acts WHERE rule = ? AND decided_at >= ? LIMIT 1',
  );
  const put = db.prepare(
    'INSERT OR REPLACE INTO rule_acts (rule, session, account, version, state, reason, trigger, decided_at, approved) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const setState = db.prepare('UPDATE rule_acts SET state = ? WHERE rule = ? AND session = ?');
  const forget = db.prepare('DELETE FROM rule_acts WHERE rule = ? AND session = ?');
  // The condition of the partial index stands in the text, so that it is used.
  const open = "rule_acts WHERE state IN ('ending', 'held', 'approved')";
  const inState = db.prepare<[string, string, string, number], ActRow>(
    `SELECT * FROM ${open} AND state = ? AND (rule, session) > (?, ?) ORDER BY rule, session LIMIT ?`,
  );
  const openOf = db.prepare<[string], ActRow>(`SELECT * FROM ${open} AND account = ?`);
  const anyOpen = db.prepare<[], { 1: number }>(`SELECT 1 FROM ${open} LIMIT 1`);
  const heldCount = db.prepare<[string], { count: number }>(
    `SELECT count(*) AS count FROM ${open} AND state = 'held' AND rule = ?`,
  );
  const ended = db.prepare<[string, number], { count: number }>(
    "SELECT count(*) AS count FROM rule_acts WHERE rule = ? AND decided_at > ? AND state IN ('ending', 'ended') AND approved = 0",
  );
  const figures = db.prepare<
    [string, number],
    { ended: number | null; observed: number | null; last: number | null }
  >(
    `SELECT sum(state = 'ended') AS ended, sum(state = 'observed') AS observed, max(decided_at) AS last
     FROM rule_acts WHERE rule = ? AND decided_at >= ?`,
  );
  const settled = db.prepare<[string, string], { until: number | null }>(
    "SELECT max(until) AS until FROM rule_settled WHERE rule = ? AND account IN (?, '')",
  );
  const settle = db.prepare(
    'INSERT INTO rule_settled (rule, account, until) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET until = max(until, excluded.until)',
  );
  const brake = db.prepare<[string], BrakeRow>('SELECT * FROM rule_brakes WHERE rule = ?');
  const brakes = db.prepare<[], BrakeRow>('SELECT * FROM rule_brakes ORDER BY stopped_at');
  return {
    find(rule, session) {
      const row = one.get(rule, session);
      return row === undefined ? null : toAct(row);
    },
    anySince: (rule, since) => anySince.get(rule, since) !== undefined,
    put(act) {
      const { rule, session, account, version, state, reason, trigger, approved = false } = act;
      const decidedAt = clock();
      put.run(rule, session, account, version, state, reason, trigger, decidedAt, approved ? 1 : 0);
      return { ...act, decidedAt, approved };
    },
    setState: (rule, session, state) => void setState.run(state, rule, session),
    approveHeld: (rule) =>
      db
        .prepare("UPDATE rule_acts SET state = 'approved', approved = 1 WHERE rule = ? AND state = 'held'")
        .run(rule).changes,
    forgetHeld: (rule) =>
      void db.prepare("DELETE FROM rule_acts WHERE rule = ? AND state = 'held'").run(rule),
    forget: (rule, session) => void forget.run(rule, session),
    inState: (state, after, limit) =>
      inState.all(state, after?.rule ?? '', after?.session ?? '', limit).map(toAct),
    openOf: (account) => openOf.all(account).map(toAct),
    anyOpen: () => anyOpen.get() !== undefined,
    heldCount: (rule) => heldCount.get(rule)?.count ?? 0,
    endedSince: (rule, since) => ended.get(rule, since)?.count ?? 0,
    figures(rule, since) {
      const row = figures.get(rule, since);
      const last = row?.last ?? null;
      return {
        ended: row?.ended ?? 0,
        observed: row?.observed ?? 0,
        lastAt: last === null ? null : epochMs(last),
      };
    },
    settledUntil: (rule, account) => settled.get(rule, account)?.until ?? 0,
    settle: (rule, account, until) => void settle.run(rule, account ?? '', until),
    brake(rule) {
      const row = brake.get(rule);
      return row === undefined ? null : toBrake(row);
    },
    brakes: () => brakes.all().map(toBrake),
    stop: ({ rule, approval, state, stoppedAt, expiresAt, allowed, wanted }) =>
      void db
        .prepare('INSERT OR REPLACE INTO rule_brakes VALUES (?, ?, ?, ?, ?, ?, ?)')
        .run(rule, approval, state, stoppedAt, expiresAt, allowed, wanted),
    setBrake: (rule, state) =>
      void db.prepare('UPDATE rule_brakes SET state = ? WHERE rule = ?').run(state, rule),
    release: (rule) => void db.prepare('DELETE FROM rule_brakes WHERE rule = ?').run(rule),
    reset(rule) {
      db.prepare('DELETE FROM rule_brakes WHERE rule = ?').run(rule);
      db.prepare("DELETE FROM rule_acts WHERE rule = ? AND state IN ('observed', 'held', 'approved')").run(
        rule,
      );
    },
    trim() {
      const before = clock() - KEPT_MS;
      const done = "decided_at < ? AND state IN ('observed', 'ended')";
      const old = db.prepare<[number], { session: string }>(
        `SELECT DISTINCT session FROM rule_acts WHERE ${done}`,
      );
      const forget = db.prepare(`DELETE FROM rule_acts WHERE ${done} AND session = ?`);
      for (const { session } of old.all(before)) if (!live(session)) forget.run(before, session);
      db.prepare("DELETE FROM rule_settled WHERE until < ? AND account <> ''").run(before);
    },
  };
}

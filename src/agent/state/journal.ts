import type { AccountId, OperatorId, SessionId } from '#shared/domain/ids.ts';
import type { Clock, EpochMs } from '#shared/domain/units.ts';
import type {
  Command,
  CommandFailure,
  CommandState,
  CommandTarget,
  Proof,
  Reach,
} from '#shared/protocol/commands.ts';
import type { Db } from './database.ts';
import type { CommandRow } from './journal-rows.ts';
import { createCommandReader, JournalRow } from './journal-rows.ts';

export type TargetStatus = 'pending' | 'ended' | 'gone' | 'failed';
export interface NewTarget {
  readonly session: SessionId;
  readonly account: string | null;
  /** Null for an id that was named and is not there. */
  readonly sealed: Buffer | null;
}
export interface Target extends NewTarget {
  readonly ordinal: number;
  readonly status: TargetStatus;
}
export interface NewCommand {
  readonly command: Command;
  readonly operator: { readonly id: OperatorId; readonly name: string };
  readonly tokenId: string;
  readonly content: string;
  readonly state: 'running' | 'pending-approval';
  readonly reach: Reach;
  /** Accounts concerned, for who may see and approve it. */
  readonly owners: readonly string[];
  readonly outside: { count: number; ids: SessionId[] } | null;
  readonly approvalExpiresAt: EpochMs | null;
}
export interface Counts {
  readonly pending: number;
  readonly ended: number;
  readonly gone: number;
  readonly failed: number;
}
export interface Decision {
  readonly decision: 'approve' | 'deny' | 'expired';
  readonly by: { readonly id: OperatorId; readonly name: string } | null;
  readonly note: string | null;
}

export interface Journal {
  find(id: string): CommandRow | null;
  /**
   * Writes the command and all its targets; call in a transaction, before acting.
   * @returns those that are pending; null when they are too many to be held
   */
  begin(command: NewCommand, targets: Iterable<NewTarget>): readonly Target[] | null;
  /** Takes a command back that did nothing at all, so that its id is not consumed. */
  withdraw(id: string): void;
  targets(id: string, status: readonly TargetStatus[], after: number, limit: number): readonly Target[];
  /** What is pending up to this place is about to be ended. */
  attempt(id: string, to: number): void;
  /** Up to where attempts were made, perhaps by a run that crashed before it could note the outcome; 0: nowhere. */
  attempted(id: string): number;
  /** @param ordinals rising */
  settle(id: string, status: 'ended' | 'gone', ordinals: readonly number[]): void;
  fail(id: string, ordinals: readonly number[], failure: { code: string; message: string }): void;
  counts(id: string): Counts;
  finish(id: string, state: CommandState): void;
  decide(id: string, decision: Decision): void;
  setState(id: string, state: CommandState): void;
  failures(id: string, after: number, limit: number): readonly (CommandFailure & { ordinal: number })[];
  /** What became of each session, in the order of the command. */
  outcomes(id: string, after: number, limit: number): readonly (CommandTarget & { ordinal: number })[];
  addProof(proof: Proof): void;
  proofs(id: string): readonly Proof[];
  /** No more looks will follow: the store's keys are forgotten. */
  proven(id: string): void;
  inState(state: CommandState): readonly CommandRow[];
  unproven(): readonly CommandRow[];
  /** Sessions this operator ended, or is ending, without approval since then. */
  unapproved(operator: OperatorId, since: EpochMs): number;
  trim(before: EpochMs): void;
}

interface TargetRow {
  ordinal: number;
  session: string;
  account: string | null;
  sealed: Buffer | null;
  status: string;
}

type OutcomeRow = Pick<TargetRow, 'ordinal' | 'session' | 'account' | 'status'> & {
  code: string | null;
  message: string | null;
};
const OUTCOMES: Readonly<Record<string, CommandTarget['outcome']>> = {
  pending: 'pending',
  ended: 'ended',
  gone: 'already-gone',
  failed: 'failed',
};

/** Targets that need not be read again to act on them. */
const MOST_RETURNED = 20_000;
/** Targets in one statement, and values of each. */
const [ROWS, COLUMNS] = [50, 6];

export function createJournal(db: Db, clock: Clock): Journal {
  const toCommand = createCommandReader();
  const one = db.prepare('SELECT * FROM commands WHERE id = ?');
  const insert = db.prepare(
    `INSERT INTO commands (id, operator, operator_name, token, kind, content, request, state, matched, outside, reach, owners,
       received_at, started_at, prepared, approval_expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?)`,
  );
  const insertOf = (rows: number): string =>
    `INSERT INTO command_targets (command, ordinal, session, account, sealed, status)
     VALUES ${Array<string>(rows).fill('(?, ?, ?, ?, ?, ?)').join(', ')}`;
  const insertTargets = db.prepare(insertOf(ROWS));
  const insertTarget = db.prepare(insertOf(1));
  const setMatched = db.prepare('UPDATE commands SET matched = ? WHERE id = ?');
  const targets = db.prepare<[string, string, number, number], TargetRow>(
    `SELECT ordinal, session, account, sealed, status FROM command_targets
     WHERE command = ? AND status IN (SELECT value FROM json_each(?)) AND ordinal > ? ORDER BY ordinal LIMIT ?`,
  );
  // Attempts go in order: a mark at the last place of each says it for all before, in one row.
  const attempt = db.prepare('UPDATE command_targets SET attempted_at = ? WHERE command = ? AND ordinal = ?');
  const attempted = db.prepare<[string], { ordinal: number | null }>(
    'SELECT max(ordinal) AS ordinal FROM command_targets WHERE command = ? AND attempted_at IS NOT NULL',
  );
  const settleRange = db.prepare(
    'UPDATE command_targets SET status = ? WHERE command = ? AND ordinal BETWEEN ? AND ?',
  );
  const settle = db.prepare(
    `UPDATE command_targets SET status = ?, code = ?, message = ?
     WHERE command = ? AND ordinal IN (SELECT value FROM json_each(?))`,
  );
  const counts = db.prepare<[string], { status: string; count: number }>(
    'SELECT status, count(*) AS count FROM command_targets WHERE command = ? GROUP BY status',
  );
  const failures = db.prepare<[string, number, number], CommandFailure & { ordinal: number }>(
    `SELECT session AS id, code, message, ordinal FROM command_targets
     WHERE command = ? AND status = 'failed' AND ordinal > ? ORDER BY ordinal LIMIT ?`,
  );
  const outcomes = db.prepare<[string, number, number], OutcomeRow>(
    `SELECT ordinal, session, account, status, code, message FROM command_targets
     WHERE command = ? AND ordinal > ? ORDER BY ordinal LIMIT ?`,
  );
  const finish = db.prepare('UPDATE commands SET state = ?, finished_at = ? WHERE id = ?');
  const setState = db.prepare('UPDATE commands SET state = ?, started_at = ? WHERE id = ?');
  const decide = db.prepare(
    'UPDATE commands SET decision = ?, decided_by = ?, decided_name = ?, decided_at = ?, note = ? WHERE id = ?',
  );
  const addProof = db.prepare('INSERT OR REPLACE INTO command_proofs (command, at, body) VALUES (?, ?, ?)');
  const proofs = db.prepare<[string], { body: string }>(
    'SELECT body FROM command_proofs WHERE command = ? ORDER BY at',
  );
  const byState = db.prepare('SELECT * FROM commands WHERE state = ? ORDER BY received_at');
  const unproven = db.prepare(
    "SELECT * FROM commands WHERE state IN ('completed', 'partial') AND proofs_done = 0 ORDER BY finished_at",
  );
  const unapproved = db.prepare<[string, number], { count: number }>(
    `SELECT count(*) AS count FROM commands JOIN command_targets ON command = id
     WHERE operator = ? AND received_at >= ? AND decision IS NULL AND state IN ('running', 'completed', 'partial')
       AND status IN ('ended', 'pending')`,
  );
  return {
    find: (id) => {
      const row = one.get(id);
      return row === undefined ? null : toCommand(JournalRow.parse(row));
    },
    begin(entry, list) {
      const { command, operator } = entry;
      const now = clock();
      insert.run(
        command.id,
        operator.id,
        operator.name,
        entry.tokenId,
        command.kind,
        entry.content,
        JSON.stringify(command),
        entry.state,
        0,
        entry.outside === null ? null : JSON.stringify(entry.outside),
        JSON.stringify(entry.reach),
        JSON.stringify(entry.owners),
        now,
        entry.state === 'running' ? now : null,
        entry.approvalExpiresAt,
      );
      let ordinal = 0;
      let held: unknown[] = [];
      const pending: Target[] = [];
      for (const { session, account, sealed } of list) {
        ordinal += 1;
        const status = sealed === null ? 'gone' : 'pending';
        held.push(command.id, ordinal, session, account, sealed, status);
        if (sealed !== null && pending.length <= MOST_RETURNED)
          pending.push({ ordinal, session, account, sealed, status });
        if (held.length < ROWS * COLUMNS) continue;
        insertTargets.run(held);
        held = [];
      }
      for (let at = 0; at < held.length; at += COLUMNS) insertTarget.run(held.slice(at, at + COLUMNS));
      setMatched.run(ordinal, command.id);
      return pending.length > MOST_RETURNED ? null : pending;
    },
    withdraw(id) {
      db.prepare('DELETE FROM command_targets WHERE command = ?').run(id);
      db.prepare('DELETE FROM commands WHERE id = ?').run(id);
    },
    targets: (id, status, after, limit) =>
      targets.all(id, JSON.stringify(status), after, limit).map((row) => ({
        ordinal: row.ordinal,
        session: row.session as SessionId,
        account: row.account,
        sealed: row.sealed,
        status: row.status as TargetStatus,
      })),
    attempt: (id, to) => void attempt.run(clock(), id, to),
    attempted: (id) => attempted.get(id)?.ordinal ?? 0,
    settle(id, status, ordinals) {
      const [first, last] = [ordinals[0], ordinals.at(-1)];
      if (first === undefined || last === undefined) return;
      // As a rule a whole chunk has one outcome, and its places follow each other.
      if (last - first + 1 === ordinals.length) settleRange.run(status, id, first, last);
      else settle.run(status, null, null, id, JSON.stringify(ordinals));
    },
    fail: (id, ordinals, { code, message }) =>
      void settle.run('failed', code.slice(0, 256), message.slice(0, 4_096), id, JSON.stringify(ordinals)),
    counts(id) {
      const found: Record<string, number> = {};
      for (const { status, count } of counts.all(id)) found[status] = count;
      return {
        pending: found['pending'] ?? 0,
        ended: found['ended'] ?? 0,
        gone: found['gone'] ?? 0,
        failed: found['failed'] ?? 0,
      };
    },
    finish: (id, state) => void finish.run(state, clock(), id),
    setState: (id, state) => void setState.run(state, clock(), id),
    decide: (id, { decision, by, note }) =>
      void decide.run(decision, by?.id ?? null, by?.name ?? null, clock(), note, id),
    failures: (id, after, limit) => failures.all(id, after, limit),
    outcomes: (id, after, limit) =>
      outcomes.all(id, after, limit).map(({ ordinal, session, account, status, code, message }) => ({
        ordinal,
        id: session as SessionId,
        account: account as AccountId | null,
        outcome: OUTCOMES[status] ?? 'pending',
        ...(code === null ? {} : { code }),
        ...(message === null ? {} : { message }),
      })),
    addProof: (proof) => void addProof.run(proof.id, proof.at, JSON.stringify(proof)),
    proofs: (id) => proofs.all(id).map(({ body }) => JSON.parse(body) as Proof),
    proven(id) {
      db.prepare('UPDATE commands SET proofs_done = 1 WHERE id = ?').run(id);
      db.prepare('UPDATE command_targets SET sealed = NULL WHERE command = ?').run(id);
    },
    inState: (state) => byState.all(state).map((row) => toCommand(JournalRow.parse(row))),
    unproven: () => unproven.all().map((row) => toCommand(JournalRow.parse(row))),
    unapproved: (operator, since) => unapproved.get(operator, since)?.count ?? 0,
    trim(before) {
      const old =
        "SELECT id FROM commands WHERE received_at < ? AND state NOT IN ('running', 'pending-approval')";
      db.prepare(`DELETE FROM command_targets WHERE command IN (${old})`).run(before);
      db.prepare(`DELETE FROM command_proofs WHERE command IN (${old})`).run(before);
      db.prepare(`DELETE FROM commands WHERE id IN (${old})`).run(before);
    },
  };
}

export type { CommandRow } from './journal-rows.ts';

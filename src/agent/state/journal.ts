import { hash } from 'node:crypto';
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
import type { Counts, NewTarget, Target, TargetStatus } from './command-lists.ts';
import { createCommandLists } from './command-lists.ts';
import type { Db } from './database.ts';
import type { CommandRow } from './journal-rows.ts';
import { createCommandReader, JournalRow } from './journal-rows.ts';

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

const OUTCOMES: Readonly<Record<TargetStatus, CommandTarget['outcome']>> = {
  pending: 'pending',
  ended: 'ended',
  gone: 'already-gone',
  failed: 'failed',
};

export function createJournal(db: Db, clock: Clock): Journal {
  const lists = createCommandLists(db);
  const request = db.prepare<[string], { request: string }>(
    'SELECT request FROM command_requests WHERE command = ?',
  );
  const reader = createCommandReader((id) => request.get(id)?.request ?? null);
  const toCommand = (row: JournalRow): CommandRow => reader.toCommand(row);
  const one = db.prepare('SELECT * FROM commands WHERE id = ?');
  const insert = db.prepare(
    `INSERT INTO commands (id, operator, operator_name, token, kind, content, state, matched, outside, reach, owners,
       received_at, started_at, prepared, approval_expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?)`,
  );
  const insertRequest = db.prepare('INSERT INTO command_requests (command, request) VALUES (?, ?)');
  const matched = db.prepare<[string], { matched: number }>('SELECT matched FROM commands WHERE id = ?');
  const attempt = db.prepare(
    `INSERT INTO command_attempts (command, last) VALUES (?, ?)
     ON CONFLICT (command) DO UPDATE SET last = max(last, excluded.last)`,
  );
  const attempted = db.prepare<[string], { last: number }>(
    'SELECT last FROM command_attempts WHERE command = ?',
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
  const unapproved = db.prepare<[string, number], { count: number | null }>(
    `SELECT sum(matched - coalesce((SELECT sum(last - first + 1) FROM command_outcomes
       WHERE command = id AND status IN ('gone', 'failed')), 0)) AS count
     FROM commands WHERE operator = ? AND received_at >= ? AND decision IS NULL
       AND state IN ('running', 'completed', 'partial')`,
  );
  const old = db
    .prepare<[number], string>(
      "SELECT id FROM commands WHERE received_at < ? AND state NOT IN ('running', 'pending-approval')",
    )
    .pluck();
  const removals = [
    'command_attempts WHERE command',
    'command_requests WHERE command',
    'command_proofs WHERE command',
    'commands WHERE id',
  ].map((what) => db.prepare(`DELETE FROM ${what} = ?`));
  const remove = (id: string): void => {
    lists.remove(id);
    for (const removal of removals) removal.run(id);
  };
  return {
    find: (id) => {
      const row = one.get(id);
      return row === undefined ? null : toCommand(JournalRow.parse(row));
    },
    begin(entry, list) {
      const { command, operator } = entry;
      const now = clock();
      const { count, pending } = lists.write(command.id, list);
      insert.run(
        command.id,
        operator.id,
        operator.name,
        entry.tokenId,
        command.kind,
        digestOf(entry.content),
        entry.state,
        count,
        entry.outside === null ? null : JSON.stringify(entry.outside),
        JSON.stringify(entry.reach),
        JSON.stringify(entry.owners),
        now,
        entry.state === 'running' ? now : null,
        entry.approvalExpiresAt,
      );
      insertRequest.run(command.id, JSON.stringify(command));
      reader.hold(command);
      return pending;
    },
    withdraw: remove,
    targets: (id, status, after, limit) =>
      first(limit, lists.read(id, after), (target) => status.includes(target.status)),
    attempt: (id, to) => void attempt.run(id, to),
    attempted: (id) => attempted.get(id)?.last ?? 0,
    settle: (id, status, ordinals) => lists.settle(id, status, ordinals),
    fail: (id, ordinals, { code, message }) =>
      lists.settle(id, 'failed', ordinals, { code: code.slice(0, 256), message: message.slice(0, 4_096) }),
    counts: (id) => lists.counts(id, matched.get(id)?.matched ?? 0),
    finish: (id, state) => void finish.run(state, clock(), id),
    setState: (id, state) => void setState.run(state, clock(), id),
    decide: (id, { decision, by, note }) =>
      void decide.run(decision, by?.id ?? null, by?.name ?? null, clock(), note, id),
    failures: (id, after, limit) =>
      first(limit, lists.failed(id, after)).map(({ session, code, message, ordinal }) => ({
        id: session,
        code: code ?? 'INTERNAL',
        message: message ?? '',
        ordinal,
      })),
    outcomes: (id, after, limit) =>
      first(limit, lists.read(id, after)).map(({ ordinal, session, account, status, code, message }) => ({
        ordinal,
        id: session,
        account: account as AccountId | null,
        outcome: OUTCOMES[status],
        ...(code === null ? {} : { code }),
        ...(message === null ? {} : { message }),
      })),
    addProof: (proof) => void addProof.run(proof.id, proof.at, JSON.stringify(proof)),
    proofs: (id) => proofs.all(id).map(({ body }) => JSON.parse(body) as Proof),
    proven(id) {
      db.prepare('UPDATE commands SET proofs_done = 1 WHERE id = ?').run(id);
      lists.forgetKeys(id);
    },
    inState: (state) => byState.all(state).map((row) => toCommand(JournalRow.parse(row))),
    unproven: () => unproven.all().map((row) => toCommand(JournalRow.parse(row))),
    unapproved: (operator, since) => unapproved.get(operator, since)?.count ?? 0,
    trim(before) {
      for (const id of old.all(before)) remove(id);
    },
  };
}

/** The first of a reading, which is not gone on with. */
function first<T>(
  limit: number,
  items: Iterable<T>,
  wanted: (item: T) => boolean = () => true,
): readonly T[] {
  const found: T[] = [];
  if (limit <= 0) return found;
  for (const item of items) {
    if (wanted(item)) found.push(item);
    if (found.length >= limit) break;
  }
  return found;
}

const DIGEST = 'sha256:';
/** What is kept of a command's content, to tell whether the same id comes with the same again. */
const digestOf = (content: string): string => DIGEST + hash('sha256', content);

/** Is it the content that was journalled? Earlier versions kept it whole. */
export const hasContent = (row: Pick<CommandRow, 'content'>, content: string): boolean =>
  row.content === (row.content.startsWith(DIGEST) ? digestOf(content) : content);

export type { Counts, NewTarget, Target, TargetStatus } from './command-lists.ts';
export type { CommandRow } from './journal-rows.ts';

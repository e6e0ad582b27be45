import type { SessionId } from '#shared/domain/ids.ts';
import type { Db } from './database.ts';

export type TargetStatus = 'pending' | 'ended' | 'gone' | 'failed';
export interface NewTarget {
  readonly session: SessionId;
  readonly account: string | null;
  /** Null for an id that was named and is not there. */
  readonly sealed: Buffer | null;
}
export interface Target extends NewTarget {
  /** Place in the command; they begin at 1. */
  readonly ordinal: number;
  readonly status: TargetStatus;
}
/** A target and, when it could not be ended, why. */
export interface TargetOutcome extends Target {
  readonly code: string | null;
  readonly message: string | null;
}
export interface Counts {
  readonly pending: number;
  readonly ended: number;
  readonly gone: number;
  readonly failed: number;
}

/** What commands are to end and what became of it: in lists, with runs of equal outcomes. */
export interface CommandLists {
  /**
   * Writes the targets of a command. Call in a transaction.
   * @returns how many they are, and those that are pending; null when these are too many to be held
   */
  write(
    command: string,
    targets: Iterable<NewTarget>,
  ): { readonly count: number; readonly pending: readonly Target[] | null };
  /** Those after a place, in order. */
  read(command: string, after: number): Generator<TargetOutcome>;
  /** The same of those that failed only. */
  failed(command: string, after: number): Generator<TargetOutcome>;
  /** @param ordinals rising, and pending so far */
  settle(command: string, status: TargetStatus, ordinals: readonly number[], why?: Why): void;
  /** @param matched how many there are in all */
  counts(command: string, matched: number): Counts;
  /** The store's keys are not needed any more. */
  forgetKeys(command: string): void;
  remove(command: string): void;
}
export interface Why {
  readonly code: string;
  readonly message: string;
}

/** Targets of one list; no run of outcomes goes beyond the list that it begins in. */
const LIST = 500;
/** Targets that need not be read again to act on them. */
const MOST_RETURNED = 20_000;

interface ListRow {
  first: number;
  count: number;
  targets: string;
  sealed: Buffer | null;
}
interface Run {
  first: number;
  last: number;
  status: TargetStatus;
  code: string | null;
  message: string | null;
}

export function createCommandLists(db: Db): CommandLists {
  const insertList = db.prepare(
    'INSERT INTO command_lists (command, first, count, targets, sealed) VALUES (?, ?, ?, ?, ?)',
  );
  const insertRun = db.prepare(
    'INSERT INTO command_outcomes (command, first, last, status, code, message) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const nextList = db.prepare<[string, number], ListRow>(
    `SELECT first, count, targets, sealed FROM command_lists
     WHERE command = ? AND first > ? ORDER BY first LIMIT 1`,
  );
  const listBefore = db.prepare<[string, number], { first: number }>(
    'SELECT first FROM command_lists WHERE command = ? AND first <= ? ORDER BY first DESC LIMIT 1',
  );
  const runs = db.prepare<[string, number, number], Run>(
    `SELECT first, last, status, code, message FROM command_outcomes
     WHERE command = ? AND first BETWEEN ? AND ? ORDER BY first`,
  );
  const failedRuns = db.prepare<[string, number], Run>(
    `SELECT first, last, status, code, message FROM command_outcomes
     WHERE command = ? AND status = 'failed' AND last > ? ORDER BY first`,
  );
  const sums = db.prepare<[string], { status: string; count: number }>(
    'SELECT status, sum(last - first + 1) AS count FROM command_outcomes WHERE command = ? GROUP BY status',
  );
  const forgetKeys = db.prepare(
    'UPDATE command_lists SET sealed = NULL WHERE command = ? AND sealed IS NOT NULL',
  );
  const removals = ['command_lists', 'command_outcomes'].map((table) =>
    db.prepare(`DELETE FROM ${table} WHERE command = ?`),
  );

  function settle(
    command: string,
    status: TargetStatus,
    ordinals: readonly number[],
    { code, message }: { readonly code: string | null; readonly message: string | null },
  ): void {
    for (let at = 0; at < ordinals.length;) {
      const first = ordinals[at] ?? 0;
      let last = first;
      for (at += 1; ordinals[at] === last + 1 && last % LIST !== 0; at += 1) last += 1;
      insertRun.run(command, first, last, status, code, message);
    }
  }

  function* read(command: string, after: number): Generator<TargetOutcome> {
    // The list that holds the place after, or the first one.
    let before = (listBefore.get(command, after + 1)?.first ?? 1) - 1;
    for (;;) {
      const list = nextList.get(command, before);
      if (list === undefined) return;
      const { first, count } = list;
      const found = runs.all(command, first, first + count - 1);
      let run = 0;
      for (const target of targetsOf(list)) {
        while ((found[run]?.last ?? Number.POSITIVE_INFINITY) < target.ordinal) run += 1;
        const outcome = found[run];
        if (target.ordinal <= after) continue;
        yield outcome === undefined || outcome.first > target.ordinal
          ? { ...target, status: 'pending', code: null, message: null }
          : { ...target, status: outcome.status, code: outcome.code, message: outcome.message };
      }
      before = first;
    }
  }

  return {
    write(command, targets) {
      let ordinal = 0;
      let first = 1;
      let facts: (string | number | null)[] = [];
      let sealedKeys: Buffer[] = [];
      const pending: Target[] = [];
      const gone: number[] = [];
      const flush = (): void => {
        if (ordinal < first) return;
        const keys = Buffer.concat(sealedKeys);
        insertList.run(command, first, ordinal - first + 1, JSON.stringify(facts), keys);
        first = ordinal + 1;
        facts = [];
        sealedKeys = [];
      };
      for (const { session, account, sealed } of targets) {
        ordinal += 1;
        facts.push(session, account, sealed?.length ?? 0);
        if (sealed === null) gone.push(ordinal);
        else {
          sealedKeys.push(sealed);
          if (pending.length <= MOST_RETURNED)
            pending.push({ ordinal, session, account, sealed, status: 'pending' });
        }
        if (ordinal - first + 1 === LIST) flush();
      }
      flush();
      settle(command, 'gone', gone, { code: null, message: null });
      return { count: ordinal, pending: pending.length > MOST_RETURNED ? null : pending };
    },
    read,
    *failed(command, after) {
      for (const { first, last } of failedRuns.all(command, after)) {
        for (const target of read(command, Math.max(first - 1, after))) {
          if (target.ordinal > last) break;
          yield target;
        }
      }
    },
    settle: (command, status, ordinals, why) =>
      settle(command, status, ordinals, why ?? { code: null, message: null }),
    counts(command, matched) {
      const found: Record<string, number> = {};
      for (const { status, count } of sums.all(command)) found[status] = count;
      const [ended, gone, failed] = [found['ended'] ?? 0, found['gone'] ?? 0, found['failed'] ?? 0];
      return { pending: matched - ended - gone - failed, ended, gone, failed };
    },
    forgetKeys: (command) => void forgetKeys.run(command),
    remove(command) {
      for (const removal of removals) removal.run(command);
    },
  };
}

function* targetsOf({ first, count, targets, sealed }: ListRow): Generator<Omit<Target, 'status'>> {
  const facts = JSON.parse(targets) as (string | number | null)[];
  let end = 0;
  for (let at = 0; at < count; at += 1) {
    const session = facts[3 * at] as SessionId;
    const account = facts[3 * at + 1] as string | null;
    const length = facts[3 * at + 2] as number;
    end += length;
    const key = sealed === null || length === 0 ? null : sealed.subarray(end - length, end);
    yield { ordinal: first + at, session, account, sealed: key };
  }
}

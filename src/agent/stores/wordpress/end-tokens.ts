import { ParseError } from '../parse/parse-error.ts';
import { bytesOrNull, whole } from '../sql/columns.ts';
import type { SqlAccess } from '../sql/sql-access.ts';
import type { EndResult, EndTarget } from '../store-adapter.ts';
import { deleteRow, replaceValue, rowOf, type Tables } from './queries.ts';
import { withoutTokens } from './session-tokens.ts';
import { splitKey } from './token-reader.ts';

/** Each attempt that fails means that another change went through; a person does not sign in and out this often. */
const ATTEMPTS = 50;

/**
 * Takes tokens out of their accounts' arrays, leaving all others as they are. WordPress itself reads, changes and
 * writes without a lock: each change is made only if the value is still the one that was read.
 * @param changed called with each account whose row was changed
 */
export async function endTokens(
  access: SqlAccess,
  t: Tables,
  targets: readonly EndTarget[],
  changed: (user: number) => Promise<void>,
  signal: AbortSignal,
): Promise<readonly EndResult[]> {
  const byUser = new Map<number, Set<string>>();
  for (const { key } of targets) {
    const parts = splitKey(key);
    if (parts !== null) byUser.set(parts.user, (byUser.get(parts.user) ?? new Set()).add(parts.verifier));
  }
  const removed = new Map<number, ReadonlySet<string>>();
  const failures = new Map<number, EndResult>();
  for (const [user, verifiers] of byUser) {
    const outcome = await endOfUser(access, t, user, verifiers, signal);
    if ('outcome' in outcome) failures.set(user, outcome);
    else {
      removed.set(user, outcome.removed);
      if (outcome.removed.size > 0) await changed(user);
    }
  }
  return targets.map(({ key }): EndResult => {
    const parts = splitKey(key);
    if (parts === null) return { outcome: 'already-gone' };
    const failure = failures.get(parts.user);
    if (failure !== undefined) return failure;
    return { outcome: removed.get(parts.user)?.has(parts.verifier) === true ? 'ended' : 'already-gone' };
  });
}

async function endOfUser(
  access: SqlAccess,
  t: Tables,
  user: number,
  verifiers: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<{ readonly removed: ReadonlySet<string> } | EndResult> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const [row] = await access.rows(rowOf(t, user), signal);
    const before = bytesOrNull(row?.[1], 'usermeta.meta_value');
    if (row === undefined || before === null) return { removed: new Set() };
    let next: ReturnType<typeof withoutTokens>;
    try {
      next = withoutTokens(before, verifiers);
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      return {
        outcome: 'failed',
        code: 'UNREADABLE',
        message: `session_tokens of account ${String(user)} cannot be read: ${error.reason}`,
      };
    }
    if (next.removed.size === 0) return next;
    const id = whole(row[0], 'usermeta.umeta_id');
    const statement =
      next.value === null ? deleteRow(t, id, before) : replaceValue(t, id, before, next.value);
    if ((await access.run(statement, signal)) > 0) return next;
  }
  return {
    outcome: 'failed',
    code: 'CONFLICT',
    message: `account ${String(user)} kept changing while its session was being ended`,
  };
}

import type { z } from 'zod';
import type { AccountId, ConnectionId, SessionId } from '#shared/domain/ids.ts';
import type { ResponseAct, ResponseSelection, ResponseTarget } from '#shared/ipc/respond-contract.ts';
import { LIMITS } from '#shared/protocol/limits.ts';
import type { ReadableDb } from '../mirror/database.ts';
import type { Matching } from '../mirror/ask-matching.ts';
import { ownLiveSessions, type PlainSelector } from '../mirror/response-reach.ts';
import { ProblemError } from '../problem-error.ts';

/** Whom an act means in one environment, and how many of the operator's own sessions it leaves alone. */
export interface Chosen {
  readonly connection: ConnectionId;
  readonly selector: PlainSelector;
}
export type Selection = z.output<typeof ResponseSelection>;

/** Turns a selection into one selector an environment. A filter becomes the sessions that it matches now. */
export async function choose(
  selection: Selection,
  act: ResponseAct,
  matching: (filter: Extract<Selection, { matching: unknown }>['matching']) => Promise<Matching>,
): Promise<readonly Chosen[]> {
  const chosen =
    'targets' in selection ? together(selection.targets) : await found(selection.matching, matching);
  if (act.kind === 'revoke') return chosen;
  if (chosen.every(({ selector }) => 'accounts' in selector)) return chosen;
  throw new ProblemError({
    code: 'ACCOUNTS_ONLY',
    message: `To ${act.kind} means accounts: choose people instead of single sessions.`,
    advice: 'Choose “all sessions of this account” first.',
  });
}

async function found(
  filter: Extract<Selection, { matching: unknown }>['matching'],
  matching: (filter: Extract<Selection, { matching: unknown }>['matching']) => Promise<Matching>,
): Promise<readonly Chosen[]> {
  const found = await matching(filter);
  return found.map(({ connection, ids }) => ({ connection, selector: { sessions: ids } }));
}

/** Targets of one environment that are of the same sort become one; others stay apart. */
function together(targets: readonly ResponseTarget[]): readonly Chosen[] {
  const sessions = new Map<ConnectionId, SessionId[]>();
  const chosen: Chosen[] = [];
  for (const { connection, selector } of targets) {
    if (!('sessions' in selector)) chosen.push({ connection, selector });
    else sessions.set(connection, [...(sessions.get(connection) ?? []), ...selector.sessions]);
  }
  for (const [connection, ids] of sessions) {
    chosen.push({ connection, selector: { sessions: [...new Set(ids)] } });
  }
  return chosen;
}

/**
 * The operator's own sessions are kept, unless their account is named or they are picked one by one.
 * @param picked the sessions were chosen one by one, not by a filter
 */
export function sparing(
  db: ReadableDb,
  connection: number,
  own: readonly AccountId[],
  selector: PlainSelector,
  picked: boolean,
): { readonly selector: PlainSelector; readonly kept: number } {
  if ('sessions' in selector) {
    if (picked) return { selector, kept: 0 };
    const mine = new Set(ownLiveSessions(db, connection, own));
    const sessions = selector.sessions.filter((id) => !mine.has(id));
    return { selector: { sessions }, kept: selector.sessions.length - sessions.length };
  }
  const named = new Set<AccountId>('accounts' in selector ? selector.accounts : []);
  const spared = ownLiveSessions(
    db,
    connection,
    own.filter((account) => !named.has(account)),
  );
  const except = [...new Set([...(selector.except ?? []), ...spared])];
  if (except.length === 0) return { selector, kept: 0 };
  return { selector: { ...selector, except }, kept: 'all' in selector ? spared.length : 0 };
}

/** Bytes of ids in one message, well under the limit of a message whatever their length. */
const MOST_BYTES = LIMITS.messageBytes / 2;

/** As many selectors as an agent's limit needs. Empty when there is nobody to name. */
export function chunks(selector: PlainSelector, size: number): readonly PlainSelector[] {
  if ('sessions' in selector) return cut(selector.sessions, size).map((sessions) => ({ sessions }));
  const { except } = selector;
  if (except !== undefined && except.length > size) {
    throw new ProblemError({
      code: 'TOO_MANY_KEPT',
      message: `At most ${String(size)} sessions can be kept in one environment; these are ${String(except.length)}.`,
      advice: 'Choose the sessions to end instead of those to keep.',
    });
  }
  const keeping = except === undefined ? {} : { except };
  if ('accounts' in selector) {
    return cut(selector.accounts, size).map((accounts) => ({ accounts, ...keeping }));
  }
  return [{ all: true, ...keeping }];
}

function cut<T extends string>(all: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  let part: T[] = [];
  let bytes = 0;
  for (const id of new Set(all)) {
    if (part.length >= size || bytes + id.length > MOST_BYTES) {
      parts.push(part);
      part = [];
      bytes = 0;
    }
    part.push(id);
    bytes += 3 * id.length + 3;
  }
  return part.length === 0 ? parts : [...parts, part];
}

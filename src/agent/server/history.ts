import { z } from 'zod';
import type { HistoryAnswer, History, SessionsGet, SessionsGetAnswer } from '#shared/protocol/stream.ts';
import type { Session } from '#shared/protocol/records.ts';
import type { SessionId } from '#shared/domain/ids.ts';
import type { AgentState } from '../state/state.ts';
import { mayReadAudit, mayReadSessions, sees } from '../state/viewer.ts';
import type { Caller } from './caller.ts';
import { Refused } from './refusal.ts';

const Cursor = z.tuple([z.int().min(0), z.string()]);

// The position itself, not a key to one: it stays valid for as long as the events are kept.
const encode = (at: number, id: string) => Buffer.from(JSON.stringify([at, id])).toString('base64url');

function decode(cursor: string): { at: number; id: string } {
  try {
    const [at, id] = Cursor.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
    return { at, id };
  } catch {
    throw new Refused('INVALID', 'cursor: not one that this agent gave out.');
  }
}

/** One page of the audit history, newest first. */
export function readHistory(
  state: AgentState,
  pageLimit: number,
  caller: Caller,
  request: History,
): HistoryAnswer {
  if (!mayReadAudit(caller.viewer)) throw new Refused('FORBIDDEN', 'This token lacks the scope audit:read.');
  const limit = Math.min(request.limit, pageLimit);
  const before = request.cursor === undefined ? null : decode(request.cursor);
  const { since, until } = request;
  const query = { since: since ?? null, until: until ?? null, before, limit: limit + 1 };
  const found = state.audit.page(query, caller.viewer);
  const items = found.slice(0, limit);
  const last = items.at(-1);
  if (found.length <= limit || last === undefined) return { ok: true, items };
  return { ok: true, items, next: encode(last.at, last.id) };
}

/** Sessions by their handles, as they are mirrored; what the token may not see is missing. */
export function getSessions(
  state: AgentState,
  maxIds: number,
  caller: Caller,
  request: SessionsGet,
): SessionsGetAnswer {
  if (!mayReadSessions(caller.viewer))
    throw new Refused('FORBIDDEN', 'This token lacks the scope sessions:read.');
  if (request.ids.length > maxIds) {
    throw new Refused('LIMIT', `ids: at most ${String(maxIds)} in one request.`, { limit: maxIds });
  }
  const sessions: Session[] = [];
  const missing: SessionId[] = [];
  for (const id of new Set(request.ids)) {
    const row = state.sessions.get(id);
    if (row === undefined || !sees(caller.viewer, row)) missing.push(id);
    else sessions.push(JSON.parse(row.record) as Session);
  }
  return { ok: true, sessions, missing };
}

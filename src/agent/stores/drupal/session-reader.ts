import type { AccountId } from '#shared/domain/ids.ts';
import { epochMs } from '#shared/domain/units.ts';
import { address, bytesOrNull, seconds, text, textOrNull, whole, wholeOrNull } from '../sql/columns.ts';
import type { Row, SqlAccess } from '../sql/sql-access.ts';
import { storeKey, type StoredSession } from '../store-adapter.ts';
import { MOST_BYTES, namesOf, sessionData, type Tables } from './queries.ts';
import { readBags } from './session-bags.ts';

/** Makes sessions of rows of `sessionRows`. */
export async function toSessions(
  rows: readonly Row[],
  access: SqlAccess,
  t: Tables,
  gcMaxLifetimeMs: number,
  signal: AbortSignal,
): Promise<readonly StoredSession[]> {
  const sessions: StoredSession[] = [];
  const behind = new Map<number, string>();
  for (const row of rows) {
    const sid = text(row[0], 'sessions.sid');
    const size = wholeOrNull(row[6], 'sessions.session');
    const data =
      size === null ? bytesOrNull(row[5], 'sessions.session') : await largeData(size, sid, access, t, signal);
    const bags = readBags(data);
    const at = seconds(whole(row[4], 'sessions.timestamp'));
    if (bags.masquerading !== null) behind.set(sessions.length, bags.masquerading);
    sessions.push({
      key: storeKey(sid),
      account: { id: text(row[1], 'sessions.uid') as AccountId, name: text(row[2], 'users_field_data.name') },
      opened: { at: bags.openedAt, ip: null, userAgent: null },
      last: { at, ip: address(textOrNull(row[3], 'sessions.hostname')), userAgent: null },
      expiresAt: at === null ? null : epochMs(at + gcMaxLifetimeMs),
      marks: bags.marks,
    });
  }
  if (behind.size === 0) return sessions;
  const found = await access.rows(namesOf(t, [...new Set(behind.values())]), signal);
  const names = new Map(found.map((row) => [text(row[0], 'uid'), text(row[1], 'name')]));
  return sessions.map((session, index) => {
    const uid = behind.get(index);
    return uid === undefined
      ? session
      : { ...session, via: { account: { id: uid as AccountId, name: names.get(uid) ?? uid } } };
  });
}

/** Session data that did not come with the row; unread when too large. */
async function largeData(
  size: number,
  sid: string,
  access: SqlAccess,
  t: Tables,
  signal: AbortSignal,
): Promise<Buffer | null> {
  if (size > MOST_BYTES) return null;
  const [large] = await access.rows(sessionData(t, sid), signal);
  return bytesOrNull(large?.[0], 'sessions.session');
}

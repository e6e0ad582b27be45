import type { AccountId } from '#shared/domain/ids.ts';
import { epochMs } from '#shared/domain/units.ts';
import { address, bytesOrNull, seconds, text, textOrNull, whole, wholeOrNull } from '../sql/columns.ts';
import type { Row, SqlAccess } from '../sql/sql-access.ts';
import { storeKey, type StoredSession } from '../store-adapter.ts';
import { MOST_BYTES, INLINE_BYTES, namesOf, sessionData, type Tables } from './queries.ts';
import { readBags } from './session-bags.ts';

/** Makes sessions of rows of `sessionRows`. */
export async function toSessions(
  rows: readonly Row[],
  access: SqlAccess,
  t: Tables,
  gcMaxLifetimeMs: number,
  signal: AbortSignal,
): Promise<readonly StoredSession[]> {
  const read: { readonly session: StoredSession; readonly behind: string | null }[] = [];
  const behind = new Set<string>();
  for (const row of rows) {
    const sid = text(row[0], 'sessions.sid');
    const data = await dataOf(row, sid, access, t, signal);
    const bags = readBags(data);
    const at = seconds(whole(row[4], 'sessions.timestamp'));
    if (bags.masquerading !== null) behind.add(bags.masquerading);
    read.push({
      behind: bags.masquerading,
      session: {
        key: storeKey(sid),
        account: {
          id: text(row[1], 'sessions.uid') as AccountId,
          name: text(row[2], 'users_field_data.name'),
        },
        opened: { at: bags.openedAt, ip: null, userAgent: null },
        last: { at, ip: address(textOrNull(row[3], 'sessions.hostname')), userAgent: null },
        expiresAt: at === null ? null : epochMs(at + gcMaxLifetimeMs),
        marks: bags.marks,
      },
    });
  }
  if (behind.size === 0) return read.map(({ session }) => session);
  const names = new Map(
    (await access.rows(namesOf(t, [...behind]), signal)).map((row) => [
      text(row[0], 'uid'),
      text(row[1], 'name'),
    ]),
  );
  return read.map(({ session, behind: uid }) =>
    uid === null
      ? session
      : { ...session, via: { account: { id: uid as AccountId, name: names.get(uid) ?? uid } } },
  );
}

/** The session's data: with the row when small, fetched alone when large, unread when too large. */
async function dataOf(
  row: Row,
  sid: string,
  access: SqlAccess,
  t: Tables,
  signal: AbortSignal,
): Promise<Buffer | null> {
  const size = wholeOrNull(row[6], 'sessions.session') ?? 0;
  if (size <= INLINE_BYTES) return bytesOrNull(row[5], 'sessions.session');
  if (size > MOST_BYTES) return null;
  const [large] = await access.rows(sessionData(t, sid), signal);
  return bytesOrNull(large?.[0], 'sessions.session');
}

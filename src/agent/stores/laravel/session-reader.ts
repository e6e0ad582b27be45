import type { AccountId } from '#shared/domain/ids.ts';
import { MINUTE, epochMs } from '#shared/domain/units.ts';
import { ParseError } from '../parse/parse-error.ts';
import { laravelVariable, parseLaravelPayload } from '../parse/laravel.ts';
import { address, seconds, text, textOrNull, whole, wholeOrNull } from '../sql/columns.ts';
import type { Row, SqlAccess } from '../sql/sql-access.ts';
import { storeKey, type StoredSession } from '../store-adapter.ts';
import type { LaravelConfig } from './config.ts';
import { MOST_BYTES, INLINE_BYTES, namesOf, payloadOf, type Tables } from './queries.ts';

/** Makes sessions of rows of `sessionRows`. */
export async function toSessions(
  rows: readonly Row[],
  config: LaravelConfig,
  access: SqlAccess,
  t: Tables,
  signal: AbortSignal,
): Promise<readonly StoredSession[]> {
  const read: { readonly session: StoredSession; readonly behind: string | null }[] = [];
  for (const row of rows) {
    const key = text(row[0], 'sessions.id');
    const userAgent = textOrNull(row[4], 'sessions.user_agent');
    const at = seconds(whole(row[5], 'sessions.last_activity'));
    const behind = impersonator(await payload(row, key, access, t, signal), config.impersonatorKey);
    read.push({
      behind,
      session: {
        key: storeKey(key),
        account: {
          id: text(row[1], 'sessions.user_id') as AccountId,
          name: textOrNull(row[2], 'users.name') ?? '',
        },
        opened: { at: null, ip: null, userAgent: null },
        last: {
          at,
          ip: address(textOrNull(row[3], 'sessions.ip_address')),
          userAgent: userAgent === '' ? null : userAgent,
        },
        expiresAt: at === null ? null : epochMs(at + config.lifetimeMinutes * MINUTE),
        marks: behind === null ? [] : ['masquerade'],
      },
    });
  }
  const behind = new Set(read.map((one) => one.behind).filter((id) => id !== null));
  if (behind.size === 0) return read.map(({ session }) => session);
  const found = await access.rows(namesOf(config, t, [...behind]), signal);
  const names = new Map(found.map((row) => [text(row[0], 'users.id'), textOrNull(row[1], 'users.name')]));
  return read.map(({ session, behind: id }) =>
    id === null
      ? session
      : { ...session, via: { account: { id: id as AccountId, name: names.get(id) ?? id } } },
  );
}

/** The account behind an impersonation; null when there is none or the payload does not tell. */
function impersonator(value: string | null, variable: string): string | null {
  if (value === null) return null;
  try {
    const id = laravelVariable(parseLaravelPayload(value), variable);
    return id !== null && /^[\w-]{1,64}$/.test(id) ? id : null;
  } catch (error) {
    if (error instanceof ParseError) return null;
    throw error;
  }
}

async function payload(
  row: Row,
  key: string,
  access: SqlAccess,
  t: Tables,
  signal: AbortSignal,
): Promise<string | null> {
  const size = wholeOrNull(row[7], 'sessions.payload') ?? 0;
  if (size <= INLINE_BYTES) return textOrNull(row[6], 'sessions.payload');
  if (size > MOST_BYTES) return null;
  const [large] = await access.rows(payloadOf(t, key), signal);
  return textOrNull(large?.[0], 'sessions.payload');
}

import type { AccountId } from '#shared/domain/ids.ts';
import { epochMs, type EpochMs } from '#shared/domain/units.ts';
import { text, textOrNull } from '../sql/columns.ts';
import type { Row, SqlAccess } from '../sql/sql-access.ts';
import type { StoredAccount } from '../store-adapter.ts';
import type { LaravelConfig } from './config.ts';
import { rolesOf, type Tables } from './queries.ts';

/** Makes accounts of rows of `accountRows`. */
export async function toAccounts(
  rows: readonly Row[],
  config: LaravelConfig,
  access: SqlAccess,
  t: Tables,
  signal: AbortSignal,
): Promise<readonly StoredAccount[]> {
  const ids = rows.map((row) => text(row[0], 'users.id'));
  const roles = new Map<string, string[]>();
  if (config.roles === 'spatie' && ids.length > 0) {
    for (const row of await access.rows(rolesOf(t, access.dialect, ids), signal)) {
      const id = text(row[0], 'model_has_roles.model_id');
      roles.set(id, [...(roles.get(id) ?? []), text(row[1], 'roles.name')]);
    }
  }
  return rows.map((row, index): StoredAccount => {
    const id = ids[index] ?? '';
    const [email, password, role] = [
      textOrNull(row[2], 'email'),
      textOrNull(row[3], 'password'),
      textOrNull(row[6], 'role'),
    ];
    const createdAt = timestamp(row[4]);
    return {
      id: id as AccountId,
      name: textOrNull(row[1], 'users.name') ?? '',
      roles: [...(roles.get(id) ?? []), ...(role === null || role === '' ? [] : [role])].sort(),
      status: config.users.blocked === null ? 'unknown' : isTrue(row[5]) ? 'blocked' : 'active',
      ...(email === null || email === '' ? {} : { email }),
      ...(createdAt === null ? {} : { createdAt }),
      ...(password === null ? {} : { credential: password }),
    };
  });
}

const isTrue = (value: unknown): boolean => value === true || value === 1 || value === '1' || value === 't';

/** Laravel writes UTC without saying so, unless its time zone was changed: then this is off by that much. */
function timestamp(value: unknown): EpochMs | null {
  const written = textOrNull(value, 'users.created_at')?.replace(' ', 'T') ?? '';
  const zoned = /(?:Z|[+-]\d{2}(?::?\d{2})?)$/.test(written.slice(10));
  const at = Date.parse(zoned ? written.replace(/([+-]\d{2})$/, '$1:00') : `${written}Z`);
  return at > 0 ? epochMs(at) : null;
}

import type { AccountId } from '#shared/domain/ids.ts';
import { text, textOrNull } from '../sql/columns.ts';
import type { Row, SqlAccess } from '../sql/sql-access.ts';
import { fromWall } from '../sql/zoned-time.ts';
import type { StoredAccount } from '../store-adapter.ts';
import type { DjangoConfig } from './config.ts';
import { groupsOf, type Tables, type Times } from './queries.ts';
import { isTrue } from './session-reader.ts';

/** Makes accounts of rows of `accountRows`: groups are roles, and so are being staff or a superuser. */
export async function toAccounts(
  rows: readonly Row[],
  config: DjangoConfig,
  access: SqlAccess,
  t: Tables,
  times: Times,
  signal: AbortSignal,
): Promise<readonly StoredAccount[]> {
  const groups = new Map<string, string[]>();
  if (config.groups !== null && rows.length > 0) {
    const keys = rows.map((row) => (typeof row[0] === 'number' ? row[0] : text(row[0], 'users.id')));
    for (const row of await access.rows(groupsOf(config.groups.user, t, keys), signal)) {
      const id = text(row[0], 'groups.user_id');
      groups.set(id, [...(groups.get(id) ?? []), text(row[1], 'auth_group.name')]);
    }
  }
  const zone = times.moments ? 'UTC' : times.zone;
  return rows.map((row): StoredAccount => {
    const id = text(row[0], 'users.id');
    const [email, password] = [textOrNull(row[2], 'users.email'), textOrNull(row[3], 'users.password')];
    const createdAt = fromWall(textOrNull(row[7], 'users.date_joined') ?? '', zone);
    const lastLoginAt = fromWall(textOrNull(row[8], 'users.last_login') ?? '', zone);
    const roles = [
      ...(groups.get(id) ?? []),
      ...(isTrue(row[5]) ? ['staff'] : []),
      ...(isTrue(row[6]) ? ['superuser'] : []),
    ];
    return {
      id: id as AccountId,
      name: text(row[1], 'users.username'),
      roles: roles.sort(),
      status: config.users.active === null ? 'unknown' : isTrue(row[4]) ? 'active' : 'blocked',
      ...(email === null || email === '' ? {} : { email }),
      ...(createdAt === null ? {} : { createdAt }),
      ...(lastLoginAt === null ? {} : { lastLoginAt }),
      ...(password === null ? {} : { credential: password }),
    };
  });
}

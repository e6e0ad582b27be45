import { ParseError } from '../parse/parse-error.ts';
import { parseLaravelPayload } from '../parse/laravel.ts';
import {
  checkAddresses,
  checkBlocking,
  checkClock,
  checkConnection,
  checkDelete,
  checkIndex,
  checkTable,
  works,
  type CheckContext,
} from '../sql/checks.ts';
import { textOrNull, wholeOrNull } from '../sql/columns.ts';
import { name, sql } from '../sql/sql-text.ts';
import type { Finding } from '../store-kind.ts';
import { SESSION_COLUMNS, userColumns, type LaravelConfig } from './config.ts';
import { rolesOf, tables } from './queries.ts';

/** What is wrong with the way to a Laravel application's database, and what is merely suspicious. */
export async function laravelDoctor(
  config: LaravelConfig,
  context: CheckContext,
): Promise<readonly Finding[]> {
  const findings = [...(await checkConnection(context))];
  if (findings.some(({ status }) => status === 'wrong')) return findings;
  const { access, grants, signal } = context;
  const sessions = config.prefix + config.sessionsTable;
  const users = config.prefix + config.users.table;
  const readable = await checkTable(
    context,
    sessions,
    SESSION_COLUMNS,
    'wrong',
    'no session can be seen; is SESSION_DRIVER=database (php artisan make:session-table)?',
  );
  findings.push(
    readable,
    await checkTable(
      context,
      users,
      userColumns(config),
      'wrong',
      'no account can be seen; correct store.users',
    ),
    await checkClock(context),
  );
  if (config.roles === 'spatie') {
    const error = await works(access, rolesOf(tables(config), access.dialect, ['0']), signal);
    findings.push(
      error === null
        ? { id: 'store.roles', status: 'ok', message: 'roles can be read' }
        : {
            id: 'store.roles',
            status: 'wrong',
            message: `roles cannot be read: ${error.message.split('\n')[0] ?? ''}`,
            fix: grants,
          },
    );
  }
  const token = config.users.rememberToken;
  if (config.rememberToken !== 'never' && token !== null) {
    const error = await works(
      access,
      sql`UPDATE ${name(users)} SET ${name(token)} = NULL WHERE ${name(config.users.id)} IS NULL AND 1 = 0`,
      signal,
    );
    findings.push(
      error === null
        ? {
            id: 'store.remember-token',
            status: 'ok',
            message: 'remember-me can be ended with an account’s sessions',
          }
        : {
            id: 'store.remember-token',
            status: 'wrong',
            message: `${users}.${token} may not be changed: people sign in again with remember-me after their sessions were ended`,
            fix: grants,
          },
    );
  }
  if (config.blockAccounts && config.users.blocked !== null)
    findings.push(await checkBlocking(context, users, config.users.blocked));
  if (readable.status !== 'ok') return findings;
  findings.push(
    await checkDelete(context, sessions, 'id'),
    await checkIndex(context, sessions, 'last_activity'),
    await checkIndex(context, sessions, 'user_id'),
    await checkAddresses(context, sessions, 'ip_address', sql`WHERE user_id IS NOT NULL`),
    await checkOwners(context, sessions),
    await checkPayload(context, sessions),
  );
  return findings;
}

/** `user_id` is filled for the default guard only. */
async function checkOwners({ access, signal }: CheckContext, sessions: string): Promise<Finding> {
  const [row] = await access.rows(sql`SELECT COUNT(*), COUNT(user_id) FROM ${name(sessions)}`, signal);
  const [all, owned] = [wholeOrNull(row?.[0], 'count') ?? 0, wholeOrNull(row?.[1], 'count') ?? 0];
  return all < 10 || owned > 0
    ? {
        id: 'store.owners',
        status: 'ok',
        message: `${String(owned)} of ${String(all)} sessions belong to an account`,
      }
    : {
        id: 'store.owners',
        status: 'suspicious',
        message: `none of ${String(all)} sessions belongs to an account: Laravel writes user_id for the default guard only`,
        fix: 'make the guard that people sign in with the default one (config/auth.php: defaults.guard)',
      };
}

async function checkPayload({ access, signal }: CheckContext, sessions: string): Promise<Finding> {
  const id = 'store.payload';
  const [row] = await access.rows(
    sql`SELECT payload FROM ${name(sessions)} WHERE user_id IS NOT NULL ORDER BY last_activity DESC LIMIT 1`,
    signal,
  );
  const text = textOrNull(row?.[0], 'sessions.payload');
  if (text === null) return { id, status: 'ok', message: 'no session to look into yet' };
  try {
    const { format } = parseLaravelPayload(text);
    return format === 'opaque'
      ? {
          id,
          status: 'ok',
          message: 'sessions are encrypted (session.encrypt): impersonation cannot be seen',
        }
      : {
          id,
          status: 'ok',
          message: `sessions are written as ${format === 'php' ? 'serialised PHP' : 'JSON'}`,
        };
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return {
      id,
      status: 'suspicious',
      message: `the newest session cannot be read (${error.reason}): impersonation cannot be seen`,
      fix: 'check store.sessionsTable',
    };
  }
}

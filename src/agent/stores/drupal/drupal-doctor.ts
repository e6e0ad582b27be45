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
import { wholeOrNull } from '../sql/columns.ts';
import { name, sql } from '../sql/sql-text.ts';
import type { Finding } from '../store-kind.ts';
import { ACCOUNT_COLUMNS, LOG_COLUMNS, type DrupalConfig } from './config.ts';

/** What is wrong with the way to a Drupal site's database, and what is merely suspicious. */
export async function drupalDoctor(config: DrupalConfig, context: CheckContext): Promise<readonly Finding[]> {
  const findings = [...(await checkConnection(context))];
  if (findings.some(({ status }) => status === 'wrong')) return findings;
  const table = (bare: string): string => config.prefix + bare;
  const sessions = await checkTable(
    context,
    table('sessions'),
    ['sid', 'uid', 'hostname', 'timestamp', 'session'],
    'wrong',
    'no session can be seen; Drupal makes the table at the first login, is store.prefix right?',
  );
  findings.push(
    sessions,
    await checkTable(context, table('users_field_data'), ACCOUNT_COLUMNS, 'wrong', 'no account can be seen'),
    await checkTable(
      context,
      table('user__roles'),
      ['entity_id', 'roles_target_id', 'deleted'],
      'wrong',
      'roles are unknown',
    ),
    await checkTable(
      context,
      table('watchdog'),
      LOG_COLUMNS,
      'suspicious',
      'logins and activity are not seen; is the module dblog on (drush en dblog)?',
    ),
    await checkTable(
      context,
      table('flood'),
      ['fid', 'event', 'identifier', 'timestamp'],
      'suspicious',
      'failed JSON logins are not seen; Drupal makes the table at the first failure',
    ),
    await checkClock(context),
  );
  if (config.blockAccounts) {
    findings.push(
      await checkBlocking(context, table('users_field_data'), 'status'),
      await checkCache(context, table('cache_entity')),
    );
  }
  if (sessions.status !== 'ok') return findings;
  findings.push(
    await checkDelete(context, table('sessions'), 'sid'),
    await checkIndex(context, table('sessions'), 'timestamp'),
    await checkIndex(context, table('sessions'), 'uid'),
    await checkAddresses(context, table('sessions'), 'hostname', sql`WHERE uid > 0`),
    await checkFuture(config, context),
  );
  return findings;
}

/** After a block Drupal's cache of the account has to go, or pages go on showing it as active. */
async function checkCache({ access, grants, signal }: CheckContext, table: string): Promise<Finding> {
  const id = `store.cache.${table}`;
  const error = await works(access, sql`DELETE FROM ${name(table)} WHERE cid IS NULL AND 1 = 0`, signal);
  return error === null
    ? { id, status: 'ok', message: `${table} can be cleared of accounts that are blocked` }
    : {
        id,
        status: 'suspicious',
        message: `Drupal goes on showing blocked accounts as active: rows of ${table} may not be deleted (${error.message.split('\n')[0] ?? ''})`,
        fix: grants,
      };
}

/** A web server whose clock is ahead makes sessions look fresh. */
async function checkFuture(config: DrupalConfig, { access, clock, signal }: CheckContext): Promise<Finding> {
  const [row] = await access.rows(
    sql`SELECT MAX(${name('timestamp')}) FROM ${name(`${config.prefix}sessions`)}`,
    signal,
  );
  const ahead = (wholeOrNull(row?.[0], 'timestamp') ?? 0) - Math.trunc(clock() / 1_000);
  return ahead <= 60
    ? { id: 'store.application-clock', status: 'ok', message: 'no session was written in the future' }
    : {
        id: 'store.application-clock',
        status: 'suspicious',
        message: `a session was written ${String(ahead)} s in the future`,
        fix: 'synchronise the web servers’ clocks with NTP (timedatectl set-ntp true)',
      };
}

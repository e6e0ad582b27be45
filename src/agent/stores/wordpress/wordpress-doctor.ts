import {
  checkBlocking,
  checkClock,
  checkConnection,
  checkIndex,
  checkTable,
  works,
  type CheckContext,
} from '../sql/checks.ts';
import { wholeOrNull } from '../sql/columns.ts';
import { name, sql } from '../sql/sql-text.ts';
import type { Finding } from '../store-kind.ts';
import { META_COLUMNS, NETWORK_USER_COLUMNS, USER_COLUMNS, type WordpressConfig } from './config.ts';

/** What is wrong with the way to a WordPress site's database, and what is merely suspicious. */
export async function wordpressDoctor(
  config: WordpressConfig,
  context: CheckContext,
): Promise<readonly Finding[]> {
  const findings = [...(await checkConnection(context))];
  if (findings.some(({ status }) => status === 'wrong')) return findings;
  const { access, signal, grants } = context;
  const meta = `${config.prefix}usermeta`;
  const columns = config.multisite ? [...USER_COLUMNS, ...NETWORK_USER_COLUMNS] : USER_COLUMNS;
  const readable = await checkTable(
    context,
    meta,
    META_COLUMNS,
    'wrong',
    'no session can be seen; is store.prefix right?',
  );
  findings.push(
    readable,
    await checkTable(context, `${config.prefix}users`, columns, 'wrong', 'no account can be seen'),
    await checkClock(context),
    cacheFinding(config),
  );
  if (config.blockAccounts) findings.push(await checkBlocking(context, `${config.prefix}users`, 'spam'));
  if (config.multisite) {
    findings.push(
      await checkTable(
        context,
        `${config.prefix}sitemeta`,
        ['meta_key', 'meta_value'],
        'suspicious',
        'super admins are unknown',
      ),
    );
  }
  if (readable.status !== 'ok') return findings;
  const tokens = sql`WHERE umeta_id IS NULL AND 1 = 0`;
  const error =
    (await works(access, sql`UPDATE ${name(meta)} SET meta_value = '' ${tokens}`, signal)) ??
    (await works(access, sql`DELETE FROM ${name(meta)} ${tokens}`, signal));
  findings.push(
    error === null
      ? {
          id: 'store.delete',
          status: 'ok',
          message: `sessions can be ended: rows of ${meta} may be changed and deleted`,
        }
      : {
          id: 'store.delete',
          status: 'wrong',
          message: `no session can be ended: rows of ${meta} may not be changed and deleted`,
          fix: grants,
        },
    await checkIndex(context, meta, 'meta_key'),
    await checkIndex(context, meta, 'user_id'),
    await doubles(context, meta),
  );
  return findings;
}

function cacheFinding(config: WordpressConfig): Finding {
  if (config.objectCache !== undefined)
    return {
      id: 'store.object-cache',
      status: 'ok',
      message: 'the configuration says where the object cache is',
    };
  return {
    id: 'store.object-cache',
    status: 'suspicious',
    message: 'a persistent object cache, if the site has one, goes on serving sessions that were ended',
    fix: 'look for wp-content/object-cache.php: set store.objectCache to its Redis and key, or to none',
  };
}

/** WordPress reads one of several rows; the others are left over. */
async function doubles({ access, signal }: CheckContext, meta: string): Promise<Finding> {
  const [row] = await access.rows(
    sql`SELECT COUNT(*) - COUNT(DISTINCT user_id) FROM ${name(meta)} WHERE meta_key = 'session_tokens'`,
    signal,
  );
  const count = wholeOrNull(row?.[0], 'count') ?? 0;
  return count === 0
    ? { id: 'store.double-rows', status: 'ok', message: 'every account has one row of sessions' }
    : {
        id: 'store.double-rows',
        status: 'suspicious',
        message: `${String(count)} accounts have more than one row of sessions; WordPress reads the oldest`,
        fix: `look at them: SELECT user_id, COUNT(*) FROM ${meta} WHERE meta_key = 'session_tokens' GROUP BY user_id HAVING COUNT(*) > 1;`,
      };
}

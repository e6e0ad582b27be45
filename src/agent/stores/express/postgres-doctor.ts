import {
  checkClock,
  checkConnection,
  checkDelete,
  checkIndex,
  checkTable,
  type CheckContext,
} from '../sql/checks.ts';
import { text, textOrNull, wholeOrNull } from '../sql/columns.ts';
import type { Finding } from '../store-kind.ts';
import type { ExpressConfig } from './config.ts';
import { checkMapping } from './mapping-check.ts';
import { PostgresQueries } from './postgres-queries.ts';

const SAMPLE = 500;

/** What is wrong with the way to sessions in PostgreSQL, and what is merely suspicious. */
export async function postgresDoctor(
  config: ExpressConfig,
  context: CheckContext,
): Promise<readonly Finding[]> {
  const findings = [...(await checkConnection(context))];
  if (findings.some(({ status }) => status === 'wrong')) return findings;
  const { table } = config;
  const sessions = await checkTable(
    context,
    table,
    ['sid', 'sess', 'expire', 'xmin'],
    'wrong',
    'no session can be seen; is store.table right?',
  );
  findings.push(sessions, await checkClock(context));
  if (sessions.status !== 'ok') return findings;
  findings.push(
    await checkDelete(context, table, 'sid'),
    await checkIndex(context, table, 'sid'),
    await checkIndex(context, table, 'expire'),
  );
  const { access, clock, signal } = context;
  const rows = await access.rows(new PostgresQueries(table, config.timeZone).sample(clock(), SAMPLE), signal);
  const sample = rows.map((row) => ({
    sid: text(row[0], `${table}.sid`),
    json: textOrNull(row[1], `${table}.sess`),
    expiresAt: wholeOrNull(row[2], `${table}.expire`),
  }));
  findings.push(...checkMapping(sample, config));
  const ahead = sample.filter(({ json, expiresAt }) => aheadOfCookie(json, expiresAt)).length;
  if (ahead > 0) {
    findings.push({
      id: 'store.time-zone',
      status: 'suspicious',
      message: `${String(ahead)} sessions would have been used in the future: expire is in another time zone`,
      fix: 'set store.timeZone to the zone of the application’s database connections (SHOW TimeZone there)',
    });
  }
  return findings;

  function aheadOfCookie(json: string | null, expiresAt: number | null): boolean {
    const maxAge = /"originalMaxAge":(\d{1,15})[,}]/.exec(json ?? '')?.[1];
    return maxAge !== undefined && expiresAt !== null && expiresAt - Number(maxAge) > clock() + 5 * 60_000;
  }
}

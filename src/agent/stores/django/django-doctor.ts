import { parseDjangoSession } from '../parse/django.ts';
import { ParseError } from '../parse/parse-error.ts';
import {
  checkBlocking,
  checkClock,
  checkConnection,
  checkDelete,
  checkIndex,
  checkTable,
  type CheckContext,
} from '../sql/checks.ts';
import { textOrNull } from '../sql/columns.ts';
import { name, sql } from '../sql/sql-text.ts';
import type { Finding } from '../store-kind.ts';
import { SESSION_COLUMNS, userColumns, type DjangoConfig } from './config.ts';

/** What is wrong with the way to a Django project's database, and what is merely suspicious. */
export async function djangoDoctor(config: DjangoConfig, context: CheckContext): Promise<readonly Finding[]> {
  const findings = [...(await checkConnection(context))];
  if (findings.some(({ status }) => status === 'wrong')) return findings;
  const sessions = config.sessionsTable;
  const readable = await checkTable(
    context,
    sessions,
    SESSION_COLUMNS,
    'wrong',
    'no session can be seen; is SESSION_ENGINE the database (python manage.py migrate sessions)?',
  );
  findings.push(
    readable,
    await checkTable(
      context,
      config.users.table,
      userColumns(config),
      'wrong',
      'no account can be seen; correct store.users',
    ),
    await checkClock(context),
    config.saveTimeMeans === 'unknown'
      ? {
          id: 'store.save-time',
          status: 'suspicious',
          message:
            'Django records neither sign-in nor last visit, only the last save; both are shown as unknown',
          fix: 'set store.saveTimeMeans: last-visit with SESSION_SAVE_EVERY_REQUEST, or sign-in if nothing else writes sessions',
        }
      : {
          id: 'store.save-time',
          status: 'ok',
          message: `the time of the last save is taken for the ${config.saveTimeMeans}`,
        },
  );
  if (config.groups !== null) {
    const without = 'roles are unknown; set store.groups: null if there are none';
    findings.push(
      await checkTable(context, config.groups.table, ['id', 'name'], 'wrong', without),
      await checkTable(context, config.groups.members, [config.groups.user, 'group_id'], 'wrong', without),
    );
  }
  if (config.blockAccounts && config.users.active !== null)
    findings.push(await checkBlocking(context, config.users.table, config.users.active));
  if (readable.status !== 'ok') return findings;
  findings.push(
    await checkDelete(context, sessions, 'session_key'),
    await checkIndex(context, sessions, 'expire_date'),
    await checkFormat(context, sessions),
  );
  return findings;
}

async function checkFormat({ access, signal }: CheckContext, sessions: string): Promise<Finding> {
  const id = 'store.format';
  const [row] = await access.rows(
    sql`SELECT session_data FROM ${name(sessions)} ORDER BY expire_date DESC LIMIT 1`,
    signal,
  );
  const data = textOrNull(row?.[0], 'session_data');
  if (data === null) return { id, status: 'ok', message: 'no session to look into yet' };
  try {
    parseDjangoSession(data);
    return { id, status: 'ok', message: 'sessions can be read' };
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return {
      id,
      status: 'suspicious',
      message: `the newest session cannot be read (${error.reason})`,
      fix: 'sessions have to be JSON: SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"',
    };
  }
}

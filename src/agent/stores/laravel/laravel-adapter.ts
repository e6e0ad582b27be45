import { z } from 'zod';
import { MINUTE, SECOND, durationMs } from '#shared/domain/units.ts';
import { readCursor, readFrom, writeCursor } from '../follow/cursor.ts';
import { rationed } from '../follow/rationed.ts';
import { SAMPLE, sessionPosture } from '../posture/session-posture.ts';
import { text, whole } from '../sql/columns.ts';
import { deleteRows } from '../sql/delete-rows.ts';
import type { Row, SqlAccess } from '../sql/sql-access.ts';
import { EMPTY, sql, type Sql, type SqlValue } from '../sql/sql-text.ts';
import { storeKey, type StoreAdapter, type StoredSession } from '../store-adapter.ts';
import type { StoreDeps } from '../store-kind.ts';
import { toAccounts } from './accounts.ts';
import { userColumns, type LaravelConfig } from './config.ts';
import {
  accountRows,
  accountSums,
  changedSince,
  keyRows,
  liveCount,
  sessionRows,
  sessionSums,
  setBlockedFlag,
  tables,
  takeRememberTokens,
  withKeys,
} from './queries.ts';
import { LARAVEL_POSTURE } from './posture.ts';
import { toSessions } from './session-reader.ts';

const Cursor = z.object({ version: z.literal(1), newest: z.int().min(0) });
const LOOK_UP = 500;

/** Laravel 8 to 13 with database sessions on MariaDB, MySQL, PostgreSQL or SQLite. */
export function laravelAdapter(config: LaravelConfig, access: SqlAccess, { clock }: StoreDeps): StoreAdapter {
  const t = tables(config);
  const { dialect } = access;
  const nowS = (): number => Math.trunc(clock() / SECOND);
  const lifetimeMs = config.lifetimeMinutes * MINUTE;
  /** Older rows are expired and only wait for collection. */
  const oldest = (): number => nowS() - lifetimeMs / SECOND;
  const sums = async (statements: readonly Sql[], signal: AbortSignal): Promise<string> => {
    const parts: string[] = [];
    for (const statement of statements)
      parts.push((await access.rows(statement, signal)).flat().map(String).join(','));
    return parts.join(';');
  };
  const accountsGlance = rationed(clock, (signal) =>
    sums(accountSums(config, t, dialect, userColumns(config)), signal),
  );
  const sessionsOf = (rows: readonly Row[], signal: AbortSignal) =>
    toSessions(rows, config, access, t, signal);

  return {
    async open(signal) {
      const version = await access.version(signal);
      await access.rows(sessionRows(config, t, dialect, 0, sql` AND 1 = 0`, null, null), signal);
      await access.rows(accountRows(config, t, dialect, null, 1), signal);
      return {
        kind: 'laravel',
        version,
        capabilities: [
          'session.lastSeenAt',
          'session.expiresAt',
          'session.ip.last',
          'session.userAgent.last',
          'revoke.session',
          'revoke.account',
          'revoke.all',
          'posture',
          ...(config.blockAccounts ? (['account.block'] as const) : []),
          ...(config.roles === 'none' ? [] : (['account.roles'] as const)),
          ...(config.users.password === null ? [] : (['audit.credential'] as const)),
        ],
        writeIntervalMs: durationMs(0),
        longestRequestMs: durationMs(config.longestRequestSeconds * SECOND),
      };
    },

    async glance(signal) {
      const whole = await access.dataVersion(signal);
      if (whole !== null) return `${whole}/${await sums([liveCount(t, oldest())], signal)}`;
      return `${await sums(sessionSums(t, dialect, oldest()), signal)}/${await accountsGlance(signal)}`;
    },

    async sessions(cursor, page, signal) {
      const from = readCursor(Cursor, cursor);
      let newest = from?.newest ?? 0;
      const only = from === null ? EMPTY : changedSince(readFrom(from.newest, nowS()));
      const since = oldest();
      const statement = (after: SqlValue, limit: number | null): Sql =>
        sessionRows(config, t, dialect, since, only, after, limit);
      const take = async (rows: readonly Row[]): Promise<void> => {
        for (const row of rows) newest = Math.max(newest, whole(row[5], 'sessions.last_activity'));
        await page(await sessionsOf(rows, signal));
      };
      await access.pages({ keyColumn: 0, statement }, take, signal);
      return writeCursor({ version: 1, newest });
    },

    async keys(page, signal) {
      const since = oldest();
      const statement = (after: SqlValue, limit: number | null): Sql =>
        keyRows(config, t, dialect, since, after, limit);
      await access.pages(
        { keyColumn: 0, statement },
        (rows) => page(rows.map((row) => storeKey(text(row[0], 'sessions.id')))),
        signal,
      );
    },

    async lookUp(keys, signal) {
      const found: StoredSession[] = [];
      for (let at = 0; at < keys.length; at += LOOK_UP) {
        const only = withKeys(keys.slice(at, at + LOOK_UP));
        const rows = await access.rows(sessionRows(config, t, dialect, oldest(), only, null, null), signal);
        found.push(...(await sessionsOf(rows, signal)));
      }
      return found;
    },

    async accounts(page, signal) {
      const read = { keyColumn: 0, statement: accountRows.bind(null, config, t, dialect) };
      await access.pages(
        read,
        async (rows) => page(await toAccounts(rows, config, access, t, signal)),
        signal,
      );
    },

    async end(targets, scope, signal) {
      const column = config.users.rememberToken;
      const rotates =
        config.rememberToken === 'always' ||
        (config.rememberToken === 'with-accounts' && scope === 'accounts');
      if (rotates && column !== null) {
        const accounts = [...new Set(targets.flatMap(({ account }) => account ?? []))];
        // Before the sessions: a browser must not sign itself in again in between.
        for (let at = 0; at < accounts.length; at += LOOK_UP) {
          await access.run(takeRememberTokens(config, t, column, accounts.slice(at, at + LOOK_UP)), signal);
        }
      }
      const missing = await deleteRows(
        access,
        t.sessions,
        'id',
        targets.map(({ key }) => key),
        EMPTY,
        signal,
      );
      return targets.map(({ key }) => ({ outcome: missing.has(key) ? 'already-gone' : 'ended' }));
    },

    async posture(signal) {
      const rows = await access.rows(sessionRows(config, t, dialect, oldest(), EMPTY, null, SAMPLE), signal);
      return sessionPosture(await sessionsOf(rows, signal), LARAVEL_POSTURE);
    },

    ...(config.blockAccounts
      ? {
          setBlocked: async (accounts, blocked, signal) => {
            if (accounts.length > 0) await access.run(setBlockedFlag(config, t, accounts, blocked), signal);
          },
        }
      : {}),
    close: () => access.close(),
  };
}

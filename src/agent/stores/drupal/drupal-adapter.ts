import { z } from 'zod';
import type { AccountId } from '#shared/domain/ids.ts';
import { SECOND, durationMs } from '#shared/domain/units.ts';
import type { Capability } from '#shared/protocol/handshake.ts';
import { readCursor, readFrom, writeCursor } from '../follow/cursor.ts';
import { rationed } from '../follow/rationed.ts';
import { SAMPLE, sessionPosture } from '../posture/session-posture.ts';
import { works } from '../sql/checks.ts';
import { seconds, text, textOrNull, whole } from '../sql/columns.ts';
import { deleteRows } from '../sql/delete-rows.ts';
import type { Row, SqlAccess } from '../sql/sql-access.ts';
import { EMPTY, list, sql, type Sql } from '../sql/sql-text.ts';
import { storeKey, type StoreAdapter, type StoredAccount, type StoredSession } from '../store-adapter.ts';
import type { StoreDeps } from '../store-kind.ts';
import type { DrupalConfig } from './config.ts';
import { readLog, type LogTables } from './event-reader.ts';
import {
  accountRows,
  accountSums,
  changedSince,
  keyRows,
  rolesOf,
  sessionRows,
  sessionSums,
  tables,
  withKeys,
} from './queries.ts';
import { DRUPAL_POSTURE } from './posture.ts';
import { SessionReader } from './session-reader.ts';

const Cursor = z.object({ version: z.literal(1), newest: z.int().min(0) });
const LOOK_UP = 500;

/** Drupal 9 to 11 on MariaDB, MySQL, PostgreSQL or SQLite. */
export function drupalAdapter(
  config: DrupalConfig,
  access: SqlAccess,
  { clock, log }: StoreDeps,
): StoreAdapter {
  const t = tables(config.prefix);
  const gcMaxLifetimeMs = config.gcMaxLifetimeSeconds * SECOND;
  let readable: LogTables = { log: false, flood: false };
  const nowS = (): number => Math.trunc(clock() / SECOND);
  const readerOf = (signal: AbortSignal) => new SessionReader(access, t, gcMaxLifetimeMs, signal);
  const sums = async (statements: readonly Sql[], signal: AbortSignal): Promise<string> => {
    const parts: string[] = [];
    for (const statement of statements)
      parts.push((await access.rows(statement, signal)).flat().map(String).join(','));
    return parts.join(';');
  };
  const accountsGlance = rationed(clock, (signal) => sums(accountSums(t, access.dialect), signal));

  return {
    async open(signal) {
      const version = await access.version(signal);
      const [, , noLog, noFlood] = [
        await access.rows(sql`SELECT 1 FROM ${t.sessions} WHERE 1 = 0`, signal),
        await access.rows(sql`SELECT 1 FROM ${t.users} WHERE 1 = 0`, signal),
        await works(access, sql`SELECT wid FROM ${t.log} WHERE 1 = 0`, signal),
        await works(access, sql`SELECT fid FROM ${t.flood} WHERE 1 = 0`, signal),
      ];
      readable = { log: noLog === null, flood: noFlood === null };
      if (!readable.log)
        log.warn('watchdog cannot be read: logins and activity will not be seen', {
          table: `${config.prefix}watchdog`,
        });
      const capabilities: Capability[] = [
        'session.openedAt',
        'session.lastSeenAt',
        'session.expiresAt',
        'session.ip.last',
        'account.roles',
        'audit.credential',
        'revoke.session',
        'revoke.account',
        'revoke.all',
        ...(config.blockAccounts ? (['account.block'] as const) : []),
        ...(readable.log
          ? (['audit.login', 'audit.logout', 'audit.activity', 'audit.history'] as const)
          : []),
        'posture',
        ...(readable.log || readable.flood ? (['audit.loginFailed'] as const) : []),
      ];
      return {
        kind: 'drupal',
        version,
        capabilities,
        writeIntervalMs: durationMs(config.writeIntervalSeconds * SECOND),
        longestRequestMs: durationMs(config.longestRequestSeconds * SECOND),
      };
    },

    async glance(signal) {
      const whole = await access.dataVersion(signal);
      if (whole !== null) return whole;
      return `${await sums([sessionSums(t, access.dialect)], signal)}/${await accountsGlance(signal)}`;
    },

    async sessions(cursor, page, signal) {
      const from = readCursor(Cursor, cursor);
      let newest = from?.newest ?? 0;
      const reader = readerOf(signal);
      const only = from === null ? EMPTY : changedSince(readFrom(from.newest, nowS()));
      const read = {
        keyColumn: 0,
        statement: (after: string | number | bigint | Buffer | null, limit: number | null) =>
          sessionRows(t, access.dialect, only, after, limit),
      };
      await access.pages(
        read,
        async (rows) => {
          for (const row of rows) newest = Math.max(newest, whole(row[3], 'sessions.timestamp'));
          const found = await reader.sessions(rows);
          if (found.length > 0) await page(found);
        },
        signal,
      );
      return writeCursor({ version: 1, newest });
    },

    async keys(page, signal) {
      const read = { keyColumn: 0, statement: keyRows.bind(null, t) };
      await access.pages(
        read,
        (rows) => page(rows.map((row) => storeKey(text(row[0], 'sessions.sid')))),
        signal,
      );
    },

    async lookUp(keys, signal) {
      const found: StoredSession[] = [];
      const reader = readerOf(signal);
      for (let at = 0; at < keys.length; at += LOOK_UP) {
        const only = withKeys(keys.slice(at, at + LOOK_UP));
        const rows = await access.rows(sessionRows(t, access.dialect, only, null, null), signal);
        found.push(...(await reader.sessions(rows)));
      }
      return found;
    },

    async accounts(page, signal) {
      const read = { keyColumn: 0, statement: accountRows.bind(null, t) };
      await access.pages(read, async (rows) => page(await withRoles(rows, signal)), signal);
    },

    events: (cursor, limit, signal) => readLog(access, t, readable, cursor, limit, clock, signal),

    async end(targets, _scope, signal) {
      const keys = targets.map((target) => target.key);
      const missing = await deleteRows(access, t.sessions, 'sid', keys, EMPTY, signal);
      return targets.map(({ key }) => ({ outcome: missing.has(key) ? 'already-gone' : 'ended' }));
    },

    async posture(signal) {
      const rows = await access.rows(sessionRows(t, access.dialect, EMPTY, null, SAMPLE), signal);
      return sessionPosture(await readerOf(signal).sessions(rows), DRUPAL_POSTURE);
    },

    ...(config.blockAccounts ? { setBlocked } : {}),
    close: () => access.close(),
  };

  async function withRoles(rows: readonly Row[], signal: AbortSignal): Promise<readonly StoredAccount[]> {
    const roles = new Map<string, string[]>();
    const uids = rows.map((row) => text(row[0], 'users_field_data.uid'));
    if (uids.length > 0) {
      for (const row of await access.rows(rolesOf(t, uids), signal)) {
        const uid = text(row[0], 'user__roles.entity_id');
        roles.set(uid, [...(roles.get(uid) ?? []), text(row[1], 'user__roles.roles_target_id')]);
      }
    }
    return rows.map((row, index): StoredAccount => {
      const uid = uids[index] ?? '';
      const [mail, pass] = [textOrNull(row[2], 'mail'), textOrNull(row[3], 'pass')];
      const [createdAt, lastLoginAt] = [seconds(whole(row[5], 'created')), seconds(whole(row[6], 'login'))];
      return {
        id: uid as AccountId,
        name: text(row[1], 'users_field_data.name'),
        roles: (roles.get(uid) ?? []).sort(),
        status: whole(row[4], 'users_field_data.status') === 1 ? 'active' : 'blocked',
        ...(mail === null || mail === '' ? {} : { email: mail }),
        ...(createdAt === null ? {} : { createdAt }),
        ...(lastLoginAt === null ? {} : { lastLoginAt }),
        ...(pass === null ? {} : { credential: pass }),
      };
    });
  }

  async function setBlocked(
    accounts: readonly AccountId[],
    blocked: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const uids = accounts.filter((id) => /^[1-9]\d{0,18}$/.test(id)).map(Number);
    if (uids.length === 0) return;
    await access.run(
      sql`UPDATE ${t.users} SET status = ${blocked ? 0 : 1} WHERE uid IN ${list(uids)}`,
      signal,
    );
    // Drupal keeps loaded accounts; signing in asks the table, but pages that show accounts would not.
    const cached = uids.map((uid) => `values:user:${String(uid)}`);
    const error = await works(access, sql`DELETE FROM ${t.cache} WHERE cid IN ${list(cached)}`, signal);
    if (error !== null)
      log.warn('the cache of accounts could not be cleared after a block', { reason: error.message });
  }
}

import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { SECOND, durationMs } from '#shared/domain/units.ts';
import { BucketFollower } from '../follow/bucket-follower.ts';
import { readCursor, writeCursor } from '../follow/cursor.ts';
import { rationed } from '../follow/rationed.ts';
import { cacheEntries } from '../redis/cache-entries.ts';
import { SAMPLE, sessionPosture } from '../posture/session-posture.ts';
import { text } from '../sql/columns.ts';
import { deleteRows } from '../sql/delete-rows.ts';
import type { Row, SqlAccess } from '../sql/sql-access.ts';
import { EMPTY, sql, type Sql, type SqlValue } from '../sql/sql-text.ts';
import type { AccountId } from '#shared/domain/ids.ts';
import type { StoreAdapter, StoredSession } from '../store-adapter.ts';
import type { StoreDeps } from '../store-kind.ts';
import { toAccounts } from './accounts.ts';
import { KEY_PLACEHOLDER, userColumns, type DjangoConfig } from './config.ts';
import {
  accountKeys,
  accountRows,
  accountSums,
  bucketSums,
  expireTypeByCatalogue,
  keysAndTimes,
  liveCount,
  ofBuckets,
  sessionRows,
  sessionSums,
  setActive,
  tables,
  withKeys,
  type Times,
} from './queries.ts';
import { djangoPosture } from './posture.ts';
import { DjangoSessionReader } from './session-reader.ts';

const Cursor = z.object({ version: z.literal(1), reading: z.string() });
const BATCH = 500;

/** Django 3.2 and later with database sessions on MariaDB, MySQL, PostgreSQL or SQLite. */
export function djangoAdapter(config: DjangoConfig, access: SqlAccess, deps: StoreDeps): StoreAdapter {
  const { clock } = deps;
  const { dialect } = access;
  const t = tables(config);
  const reader = new DjangoSessionReader(config, access, t, deps);
  const buckets = new BucketFollower();
  const cache = config.cachedDb === undefined ? null : cacheEntries(config.cachedDb, KEY_PLACEHOLDER);
  /** Names what is in memory: a cursor of an earlier process leads to a full reading. */
  const reading = deps.fingerprint('django-reading', `${String(clock())}.${String(Math.random())}`);
  let known: Times | null = null;

  const sums = async (statements: readonly Sql[], signal: AbortSignal): Promise<string> => {
    const parts: string[] = [];
    for (const statement of statements)
      parts.push((await access.rows(statement, signal)).flat().map(String).join(','));
    return parts.join(';');
  };
  const accountsGlance = rationed(clock, (signal) =>
    sums(accountSums(config, t, dialect, userColumns(config)), signal),
  );
  const times = async (signal: AbortSignal): Promise<Times> => {
    if (known !== null) return known;
    const [row] =
      dialect === 'postgres' ? await access.rows(expireTypeByCatalogue(config.sessionsTable), signal) : [];
    known = { zone: config.timeZone, moments: row?.[0] === 'timestamp with time zone' };
    return known;
  };
  const bucketsNow = async (at: Times, signal: AbortSignal): Promise<ReadonlyMap<string, string>> => {
    if (dialect !== 'sqlite') {
      const rows = await access.rows(bucketSums(t, dialect, at, clock()), signal);
      return new Map(rows.map(([bucket, ...rest]) => [text(bucket, 'bucket'), rest.map(String).join()]));
    }
    const added = new Map<string, number>();
    const now = clock();
    await access.pages(
      { keyColumn: 0, statement: (after, limit) => keysAndTimes(t, at, now, after, limit) },
      (rows) => {
        for (const [key, expires] of rows) {
          const bucket = String(key).slice(0, 2);
          added.set(bucket, (added.get(bucket) ?? 0) + crc32(`${String(key)}|${String(expires)}`) + 1);
        }
        return Promise.resolve();
      },
      signal,
    );
    return new Map([...added].map(([bucket, sum]) => [bucket, String(sum)]));
  };
  const eachPage = async (
    only: Sql,
    work: (sessions: readonly StoredSession[]) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> => {
    const at = await times(signal);
    const now = clock();
    const statement = (after: SqlValue, limit: number | null): Sql =>
      sessionRows(t, dialect, at, now, only, after, limit);
    const take = async (rows: readonly Row[]): Promise<void> => {
      const sessions = await reader.sessions(rows, at, signal);
      if (sessions.length > 0) await work(sessions);
    };
    if (only === EMPTY) reader.startOver();
    await access.pages({ keyColumn: 0, statement }, take, signal);
    reader.done();
  };

  return {
    async open(signal) {
      const version = await access.version(signal);
      known = null;
      const at = await times(signal);
      await access.rows(sessionRows(t, dialect, at, clock(), sql` AND 1 = 0`, null, null), signal);
      await access.rows(accountRows(config, t, dialect, at, null, 1), signal);
      return {
        kind: 'django',
        version,
        capabilities: [
          ...(config.saveTimeMeans === 'sign-in' ? (['session.openedAt'] as const) : []),
          ...(config.saveTimeMeans === 'last-visit' ? (['session.lastSeenAt'] as const) : []),
          'session.expiresAt',
          'account.roles',
          ...(config.users.password === null ? [] : (['audit.credential'] as const)),
          'revoke.session',
          'revoke.account',
          'revoke.all',
          'posture',
          ...(config.blockAccounts ? (['account.block'] as const) : []),
        ],
        writeIntervalMs: config.saveTimeMeans === 'last-visit' ? durationMs(0) : null,
        longestRequestMs: durationMs(config.longestRequestSeconds * SECOND),
      };
    },

    async glance(signal) {
      const at = await times(signal);
      const whole = await access.dataVersion(signal);
      if (whole !== null) return `${whole}/${await sums([liveCount(t, dialect, at, clock())], signal)}`;
      return `${await sums([sessionSums(t, dialect, at, clock())], signal)}/${await accountsGlance(signal)}`;
    },

    async sessions(cursor, page, signal) {
      const at = await times(signal);
      const goOn = buckets.started && readCursor(Cursor, cursor)?.reading === reading;
      // Asked before the rows: what is written in between is read twice rather than not at all.
      const now = await bucketsNow(at, signal);
      const changed = goOn ? buckets.changed(now) : [];
      if (!goOn) await eachPage(EMPTY, page, signal);
      for (let from = 0; from < changed.length; from += BATCH) {
        await eachPage(ofBuckets(changed.slice(from, from + BATCH)), page, signal);
      }
      buckets.remember(now);
      return writeCursor({ version: 1, reading });
    },

    keys: (page, signal) => eachPage(EMPTY, (sessions) => page(sessions.map(({ key }) => key)), signal),

    async lookUp(keys, signal) {
      const at = await times(signal);
      const found: StoredSession[] = [];
      for (let from = 0; from < keys.length; from += BATCH) {
        const only = withKeys(keys.slice(from, from + BATCH));
        const rows = await access.rows(sessionRows(t, dialect, at, clock(), only, null, null), signal);
        found.push(...(await reader.sessions(rows, at, signal)));
      }
      return found;
    },

    async accounts(page, signal) {
      const at = await times(signal);
      const statement = (after: SqlValue, limit: number | null): Sql =>
        accountRows(config, t, dialect, at, after, limit);
      const take = async (rows: readonly Row[]): Promise<void> =>
        page(await toAccounts(rows, config, access, t, at, signal));
      await access.pages({ keyColumn: 0, statement }, take, signal);
    },

    async end(targets, _scope, signal) {
      const keys = targets.map(({ key }) => key);
      const missing = await deleteRows(access, t.sessions, 'session_key', keys, EMPTY, signal);
      // After the rows: a request in between would put the session into the cache again.
      for (let from = 0; from < keys.length; from += BATCH)
        await cache?.forget(keys.slice(from, from + BATCH));
      return targets.map(({ key }) => ({ outcome: missing.has(key) ? 'already-gone' : 'ended' }));
    },

    async posture(signal) {
      const at = await times(signal);
      const rows = await access.rows(sessionRows(t, dialect, at, clock(), EMPTY, null, SAMPLE), signal);
      return sessionPosture(await reader.sessions(rows, at, signal), djangoPosture(config));
    },

    warnings: () => reader.warnings(),
    ...(config.blockAccounts ? { setBlocked } : {}),

    async close() {
      await Promise.all([access.close(), cache?.close()]);
    },
  };

  async function setBlocked(
    accounts: readonly AccountId[],
    blocked: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const keys = accountKeys(accounts, dialect);
    if (keys.length > 0) await access.run(setActive(config, t, keys, !blocked), signal);
  }
}

import { z } from 'zod';
import { MINUTE, SECOND, durationMs } from '#shared/domain/units.ts';
import { readCursor, writeCursor } from '../follow/cursor.ts';
import { storeKey, type StoreAdapter, type StoreKey } from '../store-adapter.ts';
import type { StoreDeps } from '../store-kind.ts';
import { expressCapabilities } from './capabilities.ts';
import { expressGrants, type ExpressConfig, type RedisConfig } from './config.ts';
import { DerivedAccounts } from './derived-accounts.ts';
import { SAMPLE, sessionPosture } from '../posture/session-posture.ts';
import { expressPosture } from './posture.ts';
import { RedisAccess } from './redis-access.ts';
import { RedisChanges } from './redis-changes.ts';
import { RedisReader } from './redis-reader.ts';
import { readSession, type ExpressSession } from './session-data.ts';

const Cursor = z.object({ version: z.literal(1), run: z.string(), count: z.int().min(0) });

/** The version in INFO's answer. */
export const redisVersion = (info: string): string => /^redis_version:(\S+)/m.exec(info)?.[1] ?? 'unknown';

/** Whether `notify-keyspace-events` tells of everything that can happen to a session. */
export const tellsAll = (flags: string): boolean =>
  flags.includes('K') && (flags.includes('A') || ['g', '$', 'x'].every((flag) => flags.includes(flag)));

/** What CONFIG GET says about keyspace events; null where it must not be asked. */
export async function keyspaceFlags(access: RedisAccess, signal: AbortSignal): Promise<string | null> {
  try {
    const answer = await access.ask(['config', 'get', 'notify-keyspace-events'], signal);
    const flags = Array.isArray(answer) ? (answer as unknown[])[1] : null;
    return Buffer.isBuffer(flags) ? flags.toString('latin1') : null;
  } catch (error) {
    if (error instanceof Error && 'kind' in error && error.kind !== 'unavailable') return null;
    throw error;
  }
}

/** express-session in Redis (connect-redis). */
export function redisAdapter(
  config: ExpressConfig,
  database: RedisConfig,
  { baseDir, clock, log }: StoreDeps,
): StoreAdapter {
  const grants = expressGrants(config);
  const access = new RedisAccess(database, baseDir, grants);
  const reader = new RedisReader(access, config.prefix, clock);
  const listening = new RedisAccess(database, baseDir, grants, () => changes.lost());
  const changes = new RedisChanges(reader, listening, database.db, config.prefix);
  /** When to ask again whether Redis tells of changes; null where it must not be asked. */
  let askAgainAt: number | null = null;
  const openChanges = async (signal: AbortSignal): Promise<boolean> => {
    const { keyspaceEvents } = config;
    const flags = keyspaceEvents === 'auto' ? await keyspaceFlags(access, signal) : null;
    askAgainAt = flags === null ? null : clock() + MINUTE;
    const listens = keyspaceEvents === 'on' || tellsAll(flags ?? '');
    await changes.open(listens, signal);
    return listens;
  };
  const parse = async (sids: readonly string[], signal: AbortSignal): Promise<readonly ExpressSession[]> => {
    const raw = await reader.read(sids, signal);
    return raw.map((one) => readSession(one, config)).filter((one) => one !== null);
  };
  const eachPage = (
    use: (sessions: readonly ExpressSession[]) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> => reader.scan(async (sids) => use(await parse(sids, signal)), signal);

  return {
    async open(signal) {
      const info = await access.ask(['info', 'server'], signal);
      const version = redisVersion(Buffer.isBuffer(info) ? info.toString('latin1') : '');
      reader.useAbsoluteTimes(Number.parseInt(version, 10) >= 7);
      // The right to read is proved now, not at the first listing.
      await access.ask(['scan', '0', 'MATCH', config.prefix, 'COUNT', 1], signal);
      if (!(await openChanges(signal)))
        log.info('Redis does not tell of changes: all keys are looked through at every poll', {});
      return {
        kind: 'express',
        version: `Redis ${version}`,
        capabilities: expressCapabilities(config),
        writeIntervalMs: config.touch ? durationMs(0) : null,
        longestRequestMs: durationMs(config.longestRequestSeconds * SECOND),
      };
    },

    async glance(signal) {
      // Somebody may turn the events off, or on, while Redis runs.
      if (askAgainAt !== null && clock() >= askAgainAt) await openChanges(signal);
      await changes.look(signal);
      const { run, count } = changes.changed.position();
      return `${run}.${String(count)}`;
    },

    async sessions(cursor, page, signal, notes) {
      const from = readCursor(Cursor, cursor);
      await changes.beforeReading(signal);
      const now = changes.changed.position();
      const sids = from === null ? null : changes.changed.since(from);
      const read = async (some: readonly string[]): Promise<readonly ExpressSession[]> => {
        const raw = new Map((await reader.read(some, signal)).map((one) => [one.sid, one]));
        for (const sid of some) changes.known(sid, raw.get(sid));
        const sessions = [...raw.values()]
          .map((one) => readSession(one, config))
          .filter((one) => one !== null);
        if (sessions.length > 0) await page(sessions.map(({ session }) => session));
        return sessions;
      };
      if (sids === null) {
        notes?.everything();
        await reader.scan(async (some) => {
          await read(some);
        }, signal);
      } else {
        const gone = new Set(sids);
        const accounts = new DerivedAccounts();
        for (let at = 0; at < sids.length; at += PAGE) {
          const sessions = await read(sids.slice(at, at + PAGE));
          for (const { session } of sessions) gone.delete(session.key);
          accounts.add(sessions);
        }
        notes?.shown(accounts.all());
        notes?.ended([...gone].map(storeKey));
      }
      return writeCursor({ version: 1, ...now });
    },

    keys: (page, signal) =>
      eachPage(async (sessions) => {
        if (sessions.length > 0) await page(sessions.map(({ session }): StoreKey => session.key));
      }, signal),

    lookUp: async (keys, signal) => (await parse(keys, signal)).map(({ session }) => session),

    async accounts(page, signal) {
      const accounts = new DerivedAccounts();
      await eachPage((sessions) => {
        accounts.add(sessions);
        return Promise.resolve();
      }, signal);
      await accounts.give(page);
    },

    async accountsOf(keys, signal) {
      const accounts = new DerivedAccounts();
      accounts.add(await parse(keys, signal));
      return accounts.all();
    },

    async end(targets, _scope, signal) {
      const removed = await reader.unlink(
        targets.map(({ key }) => storeKey(key)),
        signal,
      );
      return removed.map((was) => ({ outcome: was ? 'ended' : 'already-gone' }));
    },

    async posture(signal) {
      const raw = await reader.some(SAMPLE, signal);
      const found = raw.flatMap((one) => readSession(one, config)?.session ?? []);
      return sessionPosture(found, expressPosture(config));
    },

    close() {
      access.close();
      listening.close();
      return Promise.resolve();
    },
  };
}

const PAGE = 500;

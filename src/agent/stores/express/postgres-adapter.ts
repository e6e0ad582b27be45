import { z } from 'zod';
import { SECOND, durationMs } from '#shared/domain/units.ts';
import { readCursor, writeCursor } from '../follow/cursor.ts';
import { DEFAULT_LIMITS } from '../parse/parse-error.ts';
import { text, textOrNull, whole, wholeOrNull } from '../sql/columns.ts';
import { deleteRows } from '../sql/delete-rows.ts';
import type { Row, SqlAccess } from '../sql/sql-access.ts';
import { EMPTY, type Sql } from '../sql/sql-text.ts';
import type { StoreAdapter, StoreKey } from '../store-adapter.ts';
import type { StoreDeps } from '../store-kind.ts';
import { expressCapabilities } from './capabilities.ts';
import type { ExpressConfig } from './config.ts';
import { DerivedAccounts } from './derived-accounts.ts';
import { SAMPLE, sessionPosture } from '../posture/session-posture.ts';
import { expressPosture } from './posture.ts';
import { INLINE_BYTES, PostgresQueries } from './postgres-queries.ts';
import { readSession, type ExpressSession } from './session-data.ts';

/** `oldest`: the oldest transaction that was under way when the last reading began. */
const Cursor = z.object({ version: z.literal(1), oldest: z.int().min(0) });
const LOOK_UP = 500;
/** Transaction numbers are 32 bits wide: a difference beyond half of that says nothing. */
const MOST_TRANSACTIONS = 2 ** 30;

/** express-session in PostgreSQL (connect-pg-simple). */
export function postgresAdapter(
  config: ExpressConfig,
  access: SqlAccess,
  { clock }: StoreDeps,
): StoreAdapter {
  const queries = new PostgresQueries(config.table, config.timeZone);

  const parse = async (rows: readonly Row[], signal: AbortSignal): Promise<readonly ExpressSession[]> => {
    const sessions: ExpressSession[] = [];
    for (const row of rows) {
      const sid = text(row[0], `${config.table}.sid`);
      const json = await jsonOf(row, sid, signal);
      if (json === undefined) continue;
      const session = readSession(
        { sid, json, expiresAt: wholeOrNull(row[2], `${config.table}.expire`) },
        config,
      );
      if (session !== null) sessions.push(session);
    }
    return sessions;
  };
  /** Null: too large to be read. Undefined: gone meanwhile. */
  const jsonOf = async (row: Row, sid: string, signal: AbortSignal): Promise<string | null | undefined> => {
    const size = whole(row[3], `${config.table}.sess`);
    if (size <= INLINE_BYTES) return textOrNull(row[1], `${config.table}.sess`);
    if (size > DEFAULT_LIMITS.bytes) return null;
    const [large] = await access.rows(queries.data(sid), signal);
    return large === undefined ? undefined : textOrNull(large[0], `${config.table}.sess`);
  };
  const eachPage = (
    only: Sql,
    use: (sessions: readonly ExpressSession[]) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> =>
    access.pages(
      { keyColumn: 0, statement: () => queries.rows(clock(), only) },
      async (rows) => {
        const sessions = await parse(rows, signal);
        if (sessions.length > 0) await use(sessions);
      },
      signal,
    );
  const found = async (
    keys: readonly StoreKey[],
    signal: AbortSignal,
  ): Promise<readonly ExpressSession[]> => {
    const sessions: ExpressSession[] = [];
    for (let at = 0; at < keys.length; at += LOOK_UP) {
      const only = queries.withKeys(keys.slice(at, at + LOOK_UP));
      sessions.push(...(await parse(await access.rows(queries.rows(clock(), only), signal), signal)));
    }
    return sessions;
  };
  const position = async (signal: AbortSignal) => {
    const [row] = await access.rows(queries.position(), signal);
    return { oldest: whole(row?.[0], 'snapshot'), next: whole(row?.[1], 'snapshot') };
  };

  return {
    async open(signal) {
      const version = await access.version(signal);
      await access.rows(queries.probe(), signal);
      return {
        kind: 'express',
        version,
        capabilities: expressCapabilities(config),
        writeIntervalMs: config.touch ? durationMs(0) : null,
        longestRequestMs: durationMs(config.longestRequestSeconds * SECOND),
      };
    },

    async glance(signal) {
      const [row] = await access.rows(queries.glance(clock()), signal);
      return (row ?? []).map(String).join(',');
    },

    async sessions(cursor, page, signal, notes) {
      const from = readCursor(Cursor, cursor);
      const now = await position(signal);
      // A number from the future: another database lies there now.
      const usable = from !== null && from.oldest <= now.next && now.next - from.oldest < MOST_TRANSACTIONS;
      const accounts = new DerivedAccounts();
      if (cursor !== null && !usable) notes?.everything();
      await eachPage(
        usable ? queries.writtenSince(from.oldest) : EMPTY,
        (sessions) => {
          if (usable) accounts.add(sessions);
          return page(sessions.map(({ session }) => session));
        },
        signal,
      );
      if (usable) notes?.shown(accounts.all());
      return writeCursor({ version: 1, oldest: now.oldest });
    },

    keys: (page, signal) =>
      eachPage(EMPTY, (sessions) => page(sessions.map(({ session }) => session.key)), signal),

    lookUp: async (keys, signal) => (await found(keys, signal)).map(({ session }) => session),

    async accounts(page, signal) {
      const accounts = new DerivedAccounts();
      await eachPage(
        EMPTY,
        (sessions) => {
          accounts.add(sessions);
          return Promise.resolve();
        },
        signal,
      );
      await accounts.give(page);
    },

    async accountsOf(keys, signal) {
      const accounts = new DerivedAccounts();
      accounts.add(await found(keys, signal));
      return accounts.all();
    },

    async end(targets, _scope, signal) {
      const sids = targets.map(({ key }) => key);
      const missing = await deleteRows(access, queries.table, 'sid', sids, EMPTY, signal);
      return targets.map(({ key }) => ({ outcome: missing.has(key) ? 'already-gone' : 'ended' }));
    },

    async posture(signal) {
      const rows = await access.rows(queries.sample(clock(), SAMPLE), signal);
      const sessions = (await parse(rows, signal)).map(({ session }) => session);
      return sessionPosture(sessions, expressPosture(config));
    },

    close: () => access.close(),
  };
}

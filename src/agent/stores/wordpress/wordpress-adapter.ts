import { z } from 'zod';
import type { AccountId } from '#shared/domain/ids.ts';
import { SECOND, durationMs, epochMs } from '#shared/domain/units.ts';
import { BucketFollower } from '../follow/bucket-follower.ts';
import { readCursor, writeCursor } from '../follow/cursor.ts';
import { InPages } from '../follow/in-pages.ts';
import { cacheEntries } from '../redis/cache-entries.ts';
import { rationed } from '../follow/rationed.ts';
import { SAMPLE, sessionPosture } from '../posture/session-posture.ts';
import { bytesOrNull, text, textOrNull, whole } from '../sql/columns.ts';
import { PAGE_ROWS, type Row, type SqlAccess } from '../sql/sql-access.ts';
import { EMPTY, sql, type Sql } from '../sql/sql-text.ts';
import type { StoreAdapter, StoreKey, StoredAccount, StoredSession } from '../store-adapter.ts';
import type { StoreDeps } from '../store-kind.ts';
import { USER_PLACEHOLDER, type WordpressConfig } from './config.ts';
import { endTokens } from './end-tokens.ts';
import {
  accountRows,
  accountSums,
  bucketSums,
  capabilitiesOf,
  ofBuckets,
  markSpam,
  ofUsers,
  siteAdmins,
  tables,
  tokenRows,
  tokenSums,
} from './queries.ts';
import { WORDPRESS_POSTURE } from './posture.ts';
import { rolesFrom, superAdmins } from './roles.ts';
import { TokenReader, splitKey } from './token-reader.ts';

const Cursor = z.object({ version: z.literal(1), reading: z.string() });
const LOOK_UP = 500;

/** WordPress 6 on MariaDB or MySQL: single sites and networks. */
export function wordpressAdapter(config: WordpressConfig, access: SqlAccess, deps: StoreDeps): StoreAdapter {
  const t = tables(config.prefix);
  const { objectCache } = config;
  const cache =
    objectCache === undefined || objectCache === 'none' ? null : cacheEntries(objectCache, USER_PLACEHOLDER);
  const reader = new TokenReader(deps);
  const buckets = new BucketFollower();
  /** Names what is in memory: a cursor of an earlier process leads to a full reading. */
  const reading = deps.fingerprint('wordpress-reading', `${String(deps.clock())}.${String(Math.random())}`);
  const sums = async (statements: readonly Sql[], signal: AbortSignal): Promise<string> => {
    const parts: string[] = [];
    for (const statement of statements)
      parts.push((await access.rows(statement, signal)).flat().map(String).join(','));
    return parts.join(';');
  };
  const accountsGlance = rationed(deps.clock, (signal) => sums(accountSums(t), signal));
  const eachRow = (
    only: Sql,
    work: (rows: readonly Row[]) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> => access.pages({ keyColumn: 0, statement: () => tokenRows(t, only) }, work, signal);

  return {
    async open(signal) {
      const version = await access.version(signal);
      await access.rows(sql`SELECT umeta_id FROM ${t.meta} WHERE 1 = 0`, signal);
      await access.rows(accountRows(t, config.multisite, null, 1), signal);
      return {
        kind: 'wordpress',
        version,
        capabilities: [
          'session.openedAt',
          'session.expiresAt',
          'session.ip.opened',
          'session.userAgent.opened',
          'account.roles',
          'audit.credential',
          'revoke.session',
          'revoke.account',
          'revoke.all',
          'posture',
          ...(config.blockAccounts ? (['account.block'] as const) : []),
        ],
        writeIntervalMs: null,
        longestRequestMs: durationMs(config.longestRequestSeconds * SECOND),
      };
    },

    async glance(signal) {
      const tokens = await sums([tokenSums(t)], signal);
      const due =
        reader.nextExpiry !== null && reader.nextExpiry < deps.clock()
          ? `/expired ${String(reader.nextExpiry)}`
          : '';
      return `${tokens}/${await accountsGlance(signal)}${due}`;
    },

    async sessions(cursor, page, signal) {
      const known = buckets.started && readCursor(Cursor, cursor)?.reading === reading;
      // Asked before the rows: what is written in between is read twice rather than not at all.
      const now = new Map(
        (await access.rows(bucketSums(t), signal)).map(([bucket, ...rest]) => [
          String(bucket),
          rest.map(String).join(),
        ]),
      );
      const changed = known ? buckets.changed(now) : [];
      const out = new InPages<StoredSession>(PAGE_ROWS, page, signal);
      const take = async (rows: readonly Row[]): Promise<void> => {
        for (const row of rows) if (reader.differs(row) || !known) await out.add(reader.sessions(row));
      };
      if (!known) reader.startOver();
      try {
        if (!known) await eachRow(EMPTY, take, signal);
        else if (changed.length > 0) await eachRow(ofBuckets(changed), take, signal);
        await out.flush();
      } catch (error) {
        // What was read and not taken over has to come again.
        reader.forgetHashes();
        throw error;
      }
      reader.done();
      buckets.remember(now);
      return writeCursor({ version: 1, reading });
    },

    async keys(page, signal) {
      reader.startOver();
      const out = new InPages<StoreKey>(PAGE_ROWS, page, signal);
      await eachRow(
        EMPTY,
        async (rows) => {
          for (const row of rows) await out.add(reader.keys(row));
        },
        signal,
      );
      await out.flush();
      reader.done();
    },

    async lookUp(keys, signal) {
      const wanted = new Set<string>(keys);
      const users = [...new Set(keys.flatMap((key) => splitKey(key)?.user ?? []))];
      const found: StoredSession[] = [];
      for (let at = 0; at < users.length; at += LOOK_UP) {
        for (const row of await access.rows(tokenRows(t, ofUsers(users.slice(at, at + LOOK_UP))), signal)) {
          found.push(...reader.sessions(row).filter(({ key }) => wanted.has(key)));
        }
      }
      return found;
    },

    async accounts(page, signal) {
      const admins = config.multisite
        ? superAdmins(bytesOrNull((await access.rows(siteAdmins(t), signal))[0]?.[0], 'sitemeta.meta_value'))
        : new Set<string>();
      const read = { keyColumn: 0, statement: accountRows.bind(null, t, config.multisite) };
      await access.pages(read, async (rows) => page(await withRoles(rows, admins, signal)), signal);
    },

    end: (targets, _scope, signal) =>
      endTokens(access, t, targets, (user) => cache?.forget([String(user)]) ?? Promise.resolve(), signal),

    async posture(signal) {
      const rows = await access.rows(sql`${tokenRows(t, EMPTY)} LIMIT ${SAMPLE}`, signal);
      return sessionPosture(
        rows.flatMap((row) => reader.sessions(row)),
        WORDPRESS_POSTURE,
      );
    },

    warnings: () => reader.warnings(),
    ...(config.blockAccounts ? { setBlocked } : {}),

    async close() {
      await Promise.all([access.close(), cache?.close()]);
    },
  };

  /** As "Mark as spam" under Network Admin: WordPress then refuses to sign the account in. */
  async function setBlocked(
    accounts: readonly AccountId[],
    blocked: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const users = accounts.filter((id) => /^[1-9]\d{0,15}$/.test(id));
    if (users.length === 0) return;
    await access.run(markSpam(t, users.map(Number), blocked), signal);
    await cache?.forget(users);
  }

  async function withRoles(
    rows: readonly Row[],
    admins: ReadonlySet<string>,
    signal: AbortSignal,
  ): Promise<readonly StoredAccount[]> {
    const users = rows.map((row) => whole(row[0], 'users.ID'));
    const roles = new Map<number, string[]>();
    if (users.length > 0) {
      for (const row of await access.rows(capabilitiesOf(t, users), signal)) {
        const user = whole(row[0], 'usermeta.user_id');
        const value = bytesOrNull(row[2], 'usermeta.meta_value') ?? Buffer.alloc(0);
        const found = rolesFrom(config.prefix, text(row[1], 'usermeta.meta_key'), value);
        roles.set(user, [...(roles.get(user) ?? []), ...found]);
      }
    }
    return rows.map((row, index): StoredAccount => {
      const user = users[index] ?? 0;
      const name = text(row[1], 'users.user_login');
      const email = textOrNull(row[3], 'users.user_email') ?? '';
      const registered = Date.parse(
        `${textOrNull(row[4], 'users.user_registered') ?? ''}Z`.replace(' ', 'T'),
      );
      const blocked =
        config.multisite && (whole(row[5], 'users.spam') === 1 || whole(row[6], 'users.deleted') === 1);
      return {
        id: String(user) as AccountId,
        name,
        roles: [...(roles.get(user) ?? []), ...(admins.has(name) ? ['super-admin'] : [])].sort(),
        status: blocked ? 'blocked' : 'active',
        ...(email === '' ? {} : { email }),
        ...(registered > 0 ? { createdAt: epochMs(registered) } : {}),
        credential: text(row[2], 'users.user_pass'),
      };
    });
  }
}

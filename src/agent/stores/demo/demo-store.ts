import { statSync } from 'node:fs';
import type { Database as Db } from 'better-sqlite3';
import { z } from 'zod';
import type { AccountId } from '#shared/domain/ids.ts';
import type { Log } from '#shared/domain/log.ts';
import type { Clock } from '#shared/domain/units.ts';
import { MINUTE, SECOND, durationMs } from '#shared/domain/units.ts';
import type {
  EndResult,
  EndScope,
  EndTarget,
  StoreAdapter,
  StoreCursor,
  StoreDescription,
  StoredSession,
} from '../store-adapter.ts';
import { StoreError } from '../store-adapter.ts';
import { bundledPlaces } from './bundled-places.ts';
import type { DemoStoreConfig } from './config.ts';
import { readEvents } from './events.ts';
import type { Places } from './places.ts';
import { postureOf } from './posture.ts';
import { presets } from './presets.ts';
import { ACCOUNTS, KeyRow, LIVE_SESSIONS, readAccount, readSession } from './rows.ts';
import { Runner } from './runner.ts';
import { databasePath, guarded, openForReading, openForWriting } from './schema.ts';
import type { Witness } from './state.ts';

export interface DemoStoreDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Instead of the cities that come with the product. */
  readonly places?: Places;
  /** Only read, and simulate nothing. */
  readonly once?: boolean;
  /** Told of every session that the simulator opens or ends. */
  readonly witness?: Witness;
}

/** The demo store, with the means that only its simulator has. */
export interface DemoStore extends StoreAdapter {
  /** Changes a second from now on; nothing happens when this store only reads. */
  setRate(rate: number): void;
}

const CAPABILITIES = [
  'session.openedAt',
  'session.lastSeenAt',
  'session.expiresAt',
  'session.ip.opened',
  'session.ip.last',
  'session.userAgent.opened',
  'session.userAgent.last',
  'account.roles',
  'account.block',
  'audit.login',
  'audit.loginFailed',
  'audit.logout',
  'audit.credential',
  'audit.activity',
  'audit.history',
  'revoke.session',
  'revoke.account',
  'revoke.all',
  'posture',
] as const;

const PAGE = 500;
const Listed = z.object({ identity: z.string(), revision: z.int() });
const Setting = z.object({ value: z.string() });
const Counts = z.object({ expired: z.int(), log: z.int().nullable() });

interface Handles {
  readonly reader: Db;
  /** Deletes go through a connection of their own, so that the reader's data_version notices them. */
  readonly editor: Db;
  readonly runner: Runner | null;
  readonly identity: string;
  readonly inode: number;
  readonly serial: number;
}

/** The demo application as a session store; with `simulate` it also runs the application's life. */
export function createDemoStore(config: DemoStoreConfig, deps: DemoStoreDeps): DemoStore {
  let handles: Handles | null = null;
  let opened = 0;

  const closeHandles = (): void => {
    const open = handles;
    handles = null;
    open?.runner?.close();
    open?.reader.close();
    open?.editor.close();
  };

  const use = <T>(signal: AbortSignal, work: (open: Handles) => T): T => {
    signal.throwIfAborted();
    const open = handles;
    if (open === null) throw new StoreError('unavailable', `the demo store in ${config.dir} is not open`);
    return guarded(config.dir, () => work(open));
  };

  const connect = async (signal: AbortSignal): Promise<void> => {
    let runner: Runner | null = null;
    try {
      // A short command reads what the serving agent's simulation writes.
      if (config.simulate && deps.once !== true) {
        runner = guarded(
          config.dir,
          () => new Runner(config, { ...deps, places: deps.places ?? bundledPlaces() }),
        );
        await runner.catchUp(signal);
      }
      opened += 1;
      handles = connectTo(config.dir, runner, opened);
      runner?.start();
    } catch (error) {
      if (handles === null) runner?.close();
      throw error;
    }
  };

  return {
    async open(signal) {
      closeHandles();
      signal.throwIfAborted();
      await connect(signal);
      return description(config);
    },

    async glance(signal) {
      return use(signal, ({ reader, identity, inode, serial }) => {
        if (inodeOf(config.dir) !== inode)
          throw new StoreError(
            'unavailable',
            `${databasePath(config.dir)} was removed or replaced while it was open`,
          );
        const version = reader.pragma('data_version', { simple: true });
        const counts = Counts.parse(
          reader
            .prepare(
              'SELECT (SELECT count(*) FROM sessions WHERE expires_at <= ?) AS expired, (SELECT max(id) FROM audit_log) AS log',
            )
            .get(deps.clock()),
        );
        return JSON.stringify([identity, serial, version, counts.expired, counts.log]);
      });
    },

    async sessions(cursor, page, signal) {
      const since = use(signal, (open) => positionIn(open, cursor));
      // Taken before reading: what changes while pages are read is read again next time.
      const next = use(signal, (open) => ({ identity: open.identity, revision: revisionOf(open.reader) }));
      if (since === null) await readAll(page, signal);
      else await readSince(since, page, signal);
      return JSON.stringify(next) as StoreCursor;
    },

    async keys(page, signal) {
      for (let after = ''; ;) {
        const rows = use(signal, ({ reader }) =>
          reader
            .prepare(
              `SELECT s.id FROM sessions s JOIN users u ON u.id = s.user_id AND u.status = 'active'
              WHERE s.id > ? AND s.expires_at > ? ORDER BY s.id LIMIT ?`,
            )
            .all(after, deps.clock(), PAGE * 4)
            .map((row) => KeyRow.parse(row).id),
        );
        const last = rows.at(-1);
        if (last === undefined) return;
        await page(rows);
        after = last;
      }
    },

    async lookUp(keys, signal) {
      const found: StoredSession[] = [];
      for (let at = 0; at < keys.length; at += PAGE) {
        const wanted = keys.slice(at, at + PAGE);
        use(signal, ({ reader }) => {
          const statement = reader.prepare(`${LIVE_SESSIONS} AND s.id = :id`);
          for (const id of wanted) {
            const row = statement.get({ now: deps.clock(), id });
            if (row !== undefined) found.push(readSession(row).session);
          }
        });
      }
      return found;
    },

    async accounts(page, signal) {
      for (let after = 0; ;) {
        const rows = use(signal, ({ reader }) => reader.prepare(ACCOUNTS).all(after, PAGE).map(readAccount));
        const last = rows.at(-1);
        if (last === undefined) return;
        await page(rows);
        after = Number(last.id);
      }
    },

    async events(cursor, limit, signal) {
      return use(signal, ({ reader, identity }) => readEvents(reader, identity, cursor, limit));
    },

    async end(targets, scope, signal) {
      const results: EndResult[] = [];
      for (let at = 0; at < targets.length; at += PAGE) {
        const part = targets.slice(at, at + PAGE);
        results.push(...use(signal, ({ editor }) => endSessions(editor, part, scope, deps.clock())));
      }
      return results;
    },

    async setBlocked(accounts, blocked, signal) {
      use(signal, ({ editor }) => {
        blockAccounts(editor, accounts, blocked);
      });
    },

    async posture(signal) {
      return use(signal, ({ reader }) => postureOf(reader, presets[config.preset]));
    },

    async close() {
      closeHandles();
    },

    setRate(rate) {
      handles?.runner?.setRate(rate);
    },
  };

  async function readAll(
    page: (sessions: readonly StoredSession[]) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    for (let after = ''; ;) {
      const rows = use(signal, ({ reader }) =>
        reader
          .prepare(`${LIVE_SESSIONS} AND s.id > :after ORDER BY s.id LIMIT :limit`)
          .all({ now: deps.clock(), after, limit: PAGE })
          .map((row) => readSession(row).session),
      );
      const last = rows.at(-1);
      if (last === undefined) return;
      await page(rows);
      after = last.key;
    }
  }

  async function readSince(
    since: number,
    page: (sessions: readonly StoredSession[]) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    for (let after = since; ;) {
      const rows = use(signal, ({ reader }) =>
        reader
          .prepare(`${LIVE_SESSIONS} AND s.revision > :after ORDER BY s.revision LIMIT :limit`)
          .all({ now: deps.clock(), after, limit: PAGE })
          .map(readSession),
      );
      const last = rows.at(-1);
      if (last === undefined) return;
      await page(rows.map((row) => row.session));
      after = last.revision;
    }
  }
}

function connectTo(dir: string, runner: Runner | null, serial: number): Handles {
  const reader = openForReading(dir);
  try {
    const row = reader.prepare("SELECT value FROM settings WHERE key = 'identity'").get();
    const identity = guarded(dir, () => Setting.parse(row).value);
    return { reader, editor: openForWriting(dir), runner, identity, inode: inodeOf(dir), serial };
  } catch (error) {
    reader.close();
    throw error;
  }
}

function inodeOf(dir: string): number {
  return statSync(databasePath(dir), { throwIfNoEntry: false })?.ino ?? -1;
}

function revisionOf(reader: Db): number {
  const row = reader.prepare("SELECT value FROM settings WHERE key = 'revision'").get();
  return row === undefined ? 0 : Number(Setting.parse(row).value);
}

/** The revision in a cursor, or null when everything has to be read: none, another database's, or from its future. */
function positionIn(open: Handles, cursor: StoreCursor | null): number | null {
  if (cursor === null) return null;
  try {
    const listed = Listed.parse(JSON.parse(cursor));
    return listed.identity === open.identity && listed.revision <= revisionOf(open.reader)
      ? listed.revision
      : null;
  } catch {
    return null;
  }
}

function endSessions(
  editor: Db,
  targets: readonly EndTarget[],
  scope: EndScope,
  now: number,
): readonly EndResult[] {
  const live = editor.prepare('SELECT 1 FROM sessions WHERE id = ? AND expires_at > ?');
  const remove = editor.prepare('DELETE FROM sessions WHERE id = ?');
  const forget = editor.prepare('DELETE FROM remember_tokens WHERE user_id = ?');
  return editor
    .transaction(() =>
      targets.map(({ key, account }): EndResult => {
        const wasLive = live.get(key, now) !== undefined;
        remove.run(key);
        if (scope === 'accounts' && account !== null) forget.run(Number(account));
        return wasLive ? { outcome: 'ended' } : { outcome: 'already-gone' };
      }),
    )
    .immediate();
}

function blockAccounts(editor: Db, accounts: readonly AccountId[], blocked: boolean): void {
  const update = editor.prepare('UPDATE users SET status = ? WHERE id = ?');
  editor
    .transaction(() => {
      for (const account of accounts) update.run(blocked ? 'blocked' : 'active', Number(account));
    })
    .immediate();
}

function description(config: DemoStoreConfig): StoreDescription {
  const idlePace = MINUTE;
  return {
    kind: 'demo',
    version: config.preset,
    capabilities: [...CAPABILITIES],
    // Page views are at least this far apart by people's plans; each one is written.
    writeIntervalMs: durationMs(idlePace),
    longestRequestMs: durationMs(10 * SECOND),
  };
}

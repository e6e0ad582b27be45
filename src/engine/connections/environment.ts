import type { Log } from '#shared/domain/log.ts';
import type { Problem } from '#shared/domain/result.ts';
import { epochMs, type Clock } from '#shared/domain/units.ts';
import type { EnvironmentView } from '#shared/ipc/views.ts';
import type { Hello, Status } from '#shared/protocol/handshake.ts';
import { configuredView } from './configured-view.ts';
import type { Ingest, IngestNews, Who } from '../ingest/ingest.ts';
import {
  adopt,
  adoptable,
  connectionById,
  saveAsOf,
  saveCertificate,
  saveHello,
  saveStatus,
  type ConnectionRecord,
} from '../mirror/connections.ts';
import { readCursor } from '../mirror/cursors.ts';
import { transaction, type WritableDb } from '../mirror/database.ts';
import { historySummary, planPast } from '../mirror/history-ranges.ts';
import { RESUMED } from '../mirror/search/coverage.ts';
import { liveCounts, noteWatch, type WatchState } from '../mirror/watch-log.ts';
import type { SecretVault } from '../secrets.ts';
import { createConnection, type Connection } from './connection.ts';
import { findProxy, proxySecret, type SystemProxy } from './find-proxy.ts';
import { createHistoryLoader } from './history-loader.ts';
import type { Machine } from './machine.ts';
import { PROBLEMS } from './problems.ts';
import type { SocketTarget } from './socket.ts';
import { isGreeted, isLive, stateView } from './state-view.ts';

export interface EnvironmentParts {
  readonly record: ConnectionRecord;
  /** Live sessions in the mirror at the start. */
  readonly live: number;
  readonly db: WritableDb;
  readonly ingest: Ingest;
  readonly vault: SecretVault;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly client: SocketTarget['client'];
  readonly systemProxy: SystemProxy;
  /** Something that windows show has changed. */
  readonly changed: () => void;
  /** Rows were deleted: remembered keys are worthless. */
  readonly forgotten: () => void;
  readonly greeted: (environment: Environment) => void;
  readonly told: (environment: Environment, event: string, payload: unknown) => void;
}

/** One configured connection at work: its state machine, its history, its figures. */
export interface Environment {
  record(): ConnectionRecord;
  view(): EnvironmentView;
  /** From the hello of the connection that stands; null while there is none. */
  hello(): Hello | null;
  request(event: string, payload: unknown, timeoutMs: number): Promise<unknown>;
  /** Agent's clock. */
  agentNow(): number;
  start(): void;
  restart(): void;
  /** Connects anew unless a person has to do something first. */
  wake(): void;
  /** The configuration changed on disk. */
  reload(): void;
  onNews(news: IngestNews): void;
  stop(): void;
}

export function createEnvironment(parts: EnvironmentParts): Environment {
  const { db, clock, vault, log } = parts;
  let record = parts.record;
  let live = parts.live;
  let setAside = record.setAside;
  let history = historySummary(db, record.key);
  let status: Status | null = record.status;
  let skewMs: number | null = record.skewMs;
  let asOf: number | null = record.asOf;
  let refusal: Problem | null = null;
  let watched: WatchState | null = null;
  let store: Status['store'] | null = null;
  let loading: AbortController | null = null;
  let connection: Connection | null = null;
  let stopped = false;

  /** A figure that cannot be saved now (full disk) is not worth failing for; ingest reports the disk. */
  const tryWrite = (work: () => void): void => {
    try {
      transaction(db, work);
    } catch (error) {
      log.debug('state of a connection was not saved', { connection: record.id, error: String(error) });
    }
  };
  const watch = (state: WatchState, detail: string | null, at: number = clock()): void => {
    tryWrite(() => {
      noteWatch(db, record.key, at, state, detail);
    });
  };
  const current = (): boolean => connection !== null && isLive(connection.machine());
  const agentNow = (): number => clock() + (skewMs ?? 0);

  const loadHistory = (hello: Hello): void => {
    if (loading !== null || !hello.store.capabilities.includes('audit.history')) return;
    const mine = new AbortController();
    loading = mine;
    const loader = createHistoryLoader({
      who: { id: record.id, key: record.key },
      db,
      ingest: parts.ingest,
      request: (payload, ms) => request('history', payload, ms),
      pageSize: hello.limits.historyPage,
      clock,
      random: parts.random,
      log,
      signal: mine.signal,
    });
    loader
      .run()
      .catch((error: unknown) => {
        log.error('reading history failed', { connection: record.id, error: String(error) });
      })
      .finally(() => {
        if (loading === mine) loading = null;
        if (stopped) return;
        history = historySummary(db, record.key);
        parts.changed();
      });
  };
  const stopHistory = (): void => {
    loading?.abort();
    loading = null;
  };

  const moved = (machine: Machine): void => {
    const now = isLive(machine) ? 'live' : 'offline';
    if (now === 'live' && watched !== 'live') {
      asOf = clock();
      const { phase } = machine;
      watch('live', phase.is === 'streaming' && phase.snapshotParts === undefined ? RESUMED : null);
      // An agent that was renewed may keep a past that it had not kept when its snapshot came.
      if (history.is === 'none') {
        tryWrite(() => {
          planPast(db, record.key, { at: agentNow(), after: null });
        });
        history = historySummary(db, record.key);
      }
      if (record.hello !== null) loadHistory(record.hello);
    } else if (now === 'offline' && watched === 'live') {
      // Since the last thing that came: a machine that slept learns of it when it wakes.
      watch('offline', 'problem' in machine.phase ? machine.phase.problem.code : null, asOf ?? clock());
    }
    watched = now;
    if (!isGreeted(machine)) stopHistory();
    parts.changed();
  };

  const greeted = (hello: Hello): Who => {
    skewMs = hello.now - clock();
    const old = adoptable(db, record.key, hello);
    if (old !== null) {
      transaction(db, () => {
        adopt(db, record.key, old);
      });
      reload();
      live = liveCounts(db).get(record.key) ?? 0;
      history = historySummary(db, record.key);
      setAside = record.setAside;
    }
    tryWrite(() => {
      saveHello(db, record.key, hello, hello.now - clock());
    });
    reload();
    queueMicrotask(() => {
      parts.greeted(self);
    });
    return { id: record.id, key: record.key };
  };

  const onStatus = (next: Status): void => {
    status = next;
    skewMs = next.now - clock();
    if (next.store !== store) {
      store = next.store;
      watch(`store-${next.store}`, next.error ?? null);
    }
    const fresh = current() && next.store !== 'down';
    if (fresh) asOf = clock();
    tryWrite(() => {
      saveStatus(db, record.key, next, next.now - clock());
      if (fresh) saveAsOf(db, record.key, clock());
    });
    parts.changed();
  };

  const reload = (): void => {
    record = connectionById(db, record.id) ?? record;
  };
  const request: Environment['request'] = (event, payload, timeoutMs) =>
    connection === null
      ? Promise.reject(new Error('not connected'))
      : connection.request(event, payload, timeoutMs);

  const build = (token: string): Connection =>
    createConnection({
      who: { id: record.id, key: record.key },
      target: () => ({
        url: record.url,
        token,
        ca: record.ca,
        pin: record.pin,
        proxy: findProxy(record.proxy, record.url, vault.get(proxySecret(record.id)), parts.systemProxy),
        client: parts.client,
      }),
      cursor: readCursor(db, record.key),
      environment: record.environmentId,
      clock,
      random: parts.random,
      ingest: parts.ingest,
      times: {
        now: agentNow,
        lastKnown: () => (asOf === null ? null : asOf + (skewMs ?? 0)),
        applied: () => {
          history = historySummary(db, record.key);
        },
      },
      news: {
        moved,
        greeted,
        status: onStatus,
        certificate: (shown) => {
          if (JSON.stringify(shown) === JSON.stringify(record.certificate)) return;
          tryWrite(() => {
            saveCertificate(db, record.key, shown);
          });
          reload();
          parts.changed();
        },
        noted: () => {
          parts.changed();
        },
        told: (event, payload) => {
          parts.told(self, event, payload);
        },
      },
      log,
    });

  const stop = (): void => {
    stopHistory();
    connection?.stop();
    connection = null;
  };
  const start = (): void => {
    if (connection !== null || stopped) return;
    refusal = null;
    const applying = parts.ingest.applying(record.key);
    if (applying !== null) {
      void applying.finally(start);
      return;
    }
    if (!record.enabled) return;
    const token = vault.get(record.id);
    if (token === undefined) {
      refusal = PROBLEMS.noToken();
      return;
    }
    connection = build(token);
    connection.start();
  };

  const self: Environment = {
    record: () => record,
    hello: () => (connection !== null && isGreeted(connection.machine()) ? record.hello : null),
    request,
    agentNow,
    start,
    stop: () => {
      stopped = true;
      stop();
    },
    restart: () => {
      stop();
      start();
      parts.changed();
    },
    wake: () => {
      if (connection === null) start();
      else if (connection.machine().phase.is !== 'refused') connection.reconnect();
    },
    reload,
    onNews: (news) => {
      live += news.live;
      setAside += news.setAside;
      if (news.history > 0) history = { ...history, events: history.events + news.history };
      if (current()) asOf = clock();
      if (news.setAside > 0 || news.history > 0 || news.live !== 0) parts.changed();
    },
    view: () => ({
      ...configuredView(record),
      proxy: { ...record.proxy, credentials: vault.get(proxySecret(record.id)) !== undefined },
      secret: vault.state(record.id),
      state:
        connection !== null
          ? stateView(connection.machine(), status?.sessions ?? null)
          : refusal === null
            ? { is: 'stopped' }
            : { is: 'refused', problem: refusal },
      status,
      skewMs,
      asOf: asOf === null ? null : epochMs(asOf),
      liveSessions: live,
      setAside,
      history,
    }),
  };
  return self;
}

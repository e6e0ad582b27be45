import { randomUUID } from 'node:crypto';
import { ConnectionId } from '#shared/domain/ids.ts';
import type { Log } from '#shared/domain/log.ts';
import type { ProxyChoice } from '#shared/domain/proxy.ts';
import type { Problem } from '#shared/domain/result.ts';
import type { Clock } from '#shared/domain/units.ts';
import type { DemoEnvironment } from '#shared/ipc/engine-process.ts';
import type { EnvironmentView } from '#shared/ipc/views.ts';
import { checkAgentUrl } from '#shared/protocol/connection-file.ts';
import type { CertificateView } from '#shared/ipc/desk-views.ts';
import type { Hello } from '#shared/protocol/handshake.ts';
import { findProxy, proxySecret } from './connections/find-proxy.ts';
import { PROBLEMS } from './connections/problems.ts';
import { choiceOf, credentialsFor, keepCredentials, type ProxyRequest } from './environment-proxy.ts';
import { createEnvironment, type Environment, type EnvironmentParts } from './connections/environment.ts';
import type { SocketTarget } from './connections/socket.ts';
import { testConnection } from './connections/test-connection.ts';
import type { IngestNews } from './ingest/ingest.ts';
import {
  allConnections,
  connectionById,
  insertConnection,
  updateConnection,
  type ConnectionEdit,
} from './mirror/connections.ts';
import { transaction, type WritableDb } from './mirror/database.ts';
import { forgetStep } from './mirror/forget.ts';
import { liveCounts } from './mirror/watch-log.ts';
import { ProblemError } from './problem-error.ts';
import type { SecretVault } from './secrets.ts';

export interface NewEnvironment {
  readonly name?: string | undefined;
  readonly url: string;
  readonly token: string;
  readonly ca?: string | undefined;
  readonly colour?: number | undefined;
  readonly proxy?: ProxyRequest | undefined;
  readonly pin?: string | undefined;
  readonly folder?: string | undefined;
}
export interface EnvironmentEdit {
  readonly connection: ConnectionId;
  readonly name?: string | undefined;
  readonly url?: string | undefined;
  readonly token?: string | undefined;
  readonly ca?: string | null | undefined;
  readonly colour?: number | undefined;
  readonly enabled?: boolean | undefined;
  readonly proxy?: ProxyRequest | undefined;
  readonly pin?: string | null | undefined;
  readonly folder?: string | undefined;
}
export type TestResult =
  | {
      readonly ok: true;
      readonly hello: Hello;
      readonly ms: number;
      /** What the agent showed; null without TLS. */
      readonly certificate: CertificateView | null;
    }
  | { readonly ok: false; readonly problem: Problem };

/** All configured connections. One that fails disturbs no other: they share nothing but the writer. */
export interface Environments {
  list(): readonly EnvironmentView[];
  find(connection: ConnectionId): Environment | null;
  byKey(key: number): Environment | null;
  live(): number;
  add(one: NewEnvironment): EnvironmentView;
  update(edit: EnvironmentEdit): EnvironmentView;
  remove(connection: ConnectionId, forget: boolean): Promise<void>;
  retry(connection: ConnectionId): EnvironmentView;
  test(
    one: Omit<NewEnvironment, 'token'> & {
      token?: string | undefined;
      connection?: ConnectionId | undefined;
    },
  ): Promise<TestResult>;
  demo(environments: readonly DemoEnvironment[]): void;
  /** The machine woke up: connect anew. */
  wake(): void;
  /** Tokens were learnt: start what waited for them. */
  secretsChanged(): void;
  onNews(news: IngestNews): void;
  start(): void;
  stop(): void;
}

const COLOURS = 8;

export function createEnvironments(options: {
  readonly db: WritableDb;
  readonly parts: Omit<EnvironmentParts, 'record' | 'live'>;
  readonly vault: SecretVault;
  readonly clock: Clock;
  readonly log: Log;
  readonly client: SocketTarget['client'];
  readonly changed: () => void;
}): Environments {
  const { db, vault, clock, changed } = options;
  const environments = new Map<ConnectionId, Environment>();

  const begin = (connection: ConnectionId, live: number): Environment => {
    const record = connectionById(db, connection);
    if (record === null) throw new Error(`no connection ${connection}`);
    const environment = createEnvironment({ ...options.parts, record, live });
    environments.set(connection, environment);
    return environment;
  };
  const must = (connection: ConnectionId): Environment => {
    const found = environments.get(connection);
    if (found !== undefined) return found;
    throw new ProblemError({
      code: 'NOT_FOUND',
      message: 'This environment is not configured any more.',
      advice: 'Look at the list of environments.',
    });
  };
  const goodUrl = (text: string): string => {
    const checked = checkAgentUrl(text);
    if (!checked.ok) throw new ProblemError(PROBLEMS.badUrl(checked.message));
    return checked.url;
  };
  const freeColour = (): number => {
    const used = new Set([...environments.values()].map((one) => one.view().colour));
    for (let colour = 0; colour < COLOURS; colour += 1) if (!used.has(colour)) return colour;
    return environments.size % COLOURS;
  };
  /** A stored token goes to the address that it was entered for and to no other, whatever a window asks. */
  const tokenFor = (connection: ConnectionId, url: string): string => {
    const token = vault.get(connection);
    if (token === undefined) throw new ProblemError(PROBLEMS.noToken());
    if (must(connection).record().url !== url) {
      throw new ProblemError({
        code: 'TOKEN_NEEDED',
        message: 'The address is another one than the token was entered for.',
        advice: 'Enter the token again, so that it is sent there on purpose.',
      });
    }
    return token;
  };

  const environmentsApi: Environments = {
    list: () => [...environments.values()].map((one) => one.view()),
    find: (connection) => environments.get(connection) ?? null,
    byKey: (key) => [...environments.values()].find((one) => one.record().key === key) ?? null,
    live: () => [...environments.values()].reduce((sum, one) => sum + one.view().liveSessions, 0),
    add: (one) => {
      const url = goodUrl(one.url);
      const proxy = one.proxy ?? { is: 'none' };
      const choice = choiceOf(proxy);
      const id = ConnectionId.parse(randomUUID());
      transaction(db, () => {
        const key = insertConnection(db, {
          id,
          name: one.name ?? new URL(url).host,
          nameGiven: one.name !== undefined,
          url,
          ca: one.ca ?? null,
          colour: one.colour ?? freeColour(),
          demoKey: null,
          createdAt: clock(),
        });
        updateConnection(db, key, {
          proxy: choice,
          ...(one.pin === undefined ? {} : { pin: one.pin }),
          ...(one.folder === undefined ? {} : { folder: one.folder }),
        });
      });
      vault.put(id, one.token);
      keepCredentials(vault, id, credentialsFor(proxy, choice, undefined));
      const environment = begin(id, 0);
      environment.start();
      changed();
      return environment.view();
    },
    update: (edit) => {
      const environment = must(edit.connection);
      const before = environment.record();
      const url = edit.url === undefined ? before.url : goodUrl(edit.url);
      if (url !== before.url && edit.token === undefined) tokenFor(edit.connection, url);
      const change: ConnectionEdit = {
        url,
        ...(edit.name === undefined ? {} : { name: edit.name, nameGiven: true }),
        ...(edit.colour === undefined ? {} : { colour: edit.colour }),
        ...(edit.enabled === undefined ? {} : { enabled: edit.enabled }),
        ...(edit.proxy === undefined ? {} : { proxy: choiceOf(edit.proxy) }),
        ...(edit.pin === undefined ? {} : { pin: edit.pin }),
        ...(edit.folder === undefined ? {} : { folder: edit.folder }),
      };
      const kept = vault.get(proxySecret(edit.connection));
      transaction(db, () => {
        updateConnection(db, before.key, change);
        if (edit.ca !== undefined) {
          db.prepare('UPDATE connection SET ca = ? WHERE key = ?').run(edit.ca, before.key);
        }
      });
      if (edit.token !== undefined) vault.put(edit.connection, edit.token);
      if (edit.proxy !== undefined) {
        keepCredentials(vault, edit.connection, credentialsFor(edit.proxy, before.proxy, kept));
      }
      environment.reload();
      const reconnects =
        edit.token !== undefined ||
        edit.ca !== undefined ||
        edit.proxy !== undefined ||
        edit.pin !== undefined ||
        url !== before.url ||
        edit.enabled !== undefined;
      if (reconnects) environment.restart();
      changed();
      return environment.view();
    },
    remove: async (connection, forget) => {
      const environment = must(connection);
      const { key } = environment.record();
      environment.stop();
      environments.delete(connection);
      vault.delete(connection);
      keepCredentials(vault, connection, undefined);
      transaction(db, () => {
        updateConnection(db, key, { removedAt: clock(), enabled: false });
      });
      changed();
      if (!forget) return;
      while (transaction(db, () => forgetStep(db, key))) {
        await new Promise<void>((resume) => setImmediate(resume));
      }
      options.parts.forgotten();
      changed();
    },
    retry: (connection) => {
      const environment = must(connection);
      environment.restart();
      return environment.view();
    },
    test: async (one) => {
      const checked = checkAgentUrl(one.url);
      if (!checked.ok) return { ok: false, problem: PROBLEMS.badUrl(checked.message) };
      try {
        const known = one.connection === undefined ? undefined : must(one.connection).record();
        const token =
          one.token ?? (one.connection === undefined ? undefined : tokenFor(one.connection, checked.url));
        if (token === undefined) return { ok: false, problem: PROBLEMS.noToken() };
        const ca = one.ca ?? known?.ca ?? null;
        const before: ProxyChoice = known?.proxy ?? { is: 'none' };
        const kept = one.connection === undefined ? undefined : vault.get(proxySecret(one.connection));
        const choice = one.proxy === undefined ? before : choiceOf(one.proxy);
        const credentials = one.proxy === undefined ? kept : credentialsFor(one.proxy, before, kept);
        const target: SocketTarget = {
          url: checked.url,
          token,
          ca,
          pin: one.pin ?? known?.pin ?? null,
          proxy: findProxy(choice, checked.url, credentials, options.parts.systemProxy),
          client: options.client,
        };
        return await testConnection(target, options.log);
      } catch (error) {
        if (error instanceof ProblemError) return { ok: false, problem: error.problem };
        throw error;
      }
    },
    demo: (wanted) => {
      const known = new Map(allConnections(db).map((record) => [record.demoKey, record]));
      for (const one of wanted) {
        const url = goodUrl(one.url);
        const record = known.get(one.key);
        // Removed by the person: it stays removed.
        if (record !== undefined && record.removedAt !== null) continue;
        const id = record?.id ?? ConnectionId.parse(randomUUID());
        transaction(db, () => {
          if (record !== undefined) updateConnection(db, record.key, { url });
          else {
            insertConnection(db, {
              id,
              name: one.name,
              nameGiven: false,
              url,
              ca: null,
              colour: one.colour,
              demoKey: one.key,
              createdAt: clock(),
            });
          }
        });
        const same = record?.url === url && vault.get(id) === one.token;
        vault.remember(id, one.token);
        const running = environments.get(id);
        if (running === undefined) begin(id, 0).start();
        else if (!same || running.hello() === null) {
          running.reload();
          running.restart();
        }
      }
      changed();
    },
    wake: () => {
      for (const one of environments.values()) one.wake();
    },
    secretsChanged: () => {
      for (const one of environments.values()) one.start();
      changed();
    },
    onNews: (news) => {
      environments.get(news.connection)?.onNews(news);
    },
    start: () => {
      const live = liveCounts(db);
      for (const record of allConnections(db)) {
        if (record.removedAt !== null) continue;
        begin(record.id, live.get(record.key) ?? 0).start();
      }
      changed();
    },
    stop: () => {
      for (const one of environments.values()) one.stop();
    },
  };
  return environmentsApi;
}

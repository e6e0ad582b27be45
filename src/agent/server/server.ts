import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { Server } from 'socket.io';
import type { Dispose, Log } from '#shared/domain/log.ts';
import type { Clock, EpochMs } from '#shared/domain/units.ts';
import { durationMs, SECOND } from '#shared/domain/units.ts';
import type { AgentToConsole, ConsoleToAgent } from '#shared/protocol/events.ts';
import type { Hello, HelloLimits, Refusal, Status } from '#shared/protocol/handshake.ts';
import { LIMITS, NAMESPACE, PROTOCOL_VERSION } from '#shared/protocol/limits.ts';
import type { StoreStateHolder } from '../poll/store-state.ts';
import type { AgentState } from '../state/state.ts';
import { EVERYTHING, mayReadSessions } from '../state/viewer.ts';
import { capabilitiesOf } from './capabilities.ts';
import type { Caller } from './caller.ts';
import { callerOf } from './caller.ts';
import type { Connection } from './connection.ts';
import { serveConsole } from './connection.ts';
import type { ConnectionCaps } from './handshake.ts';
import { createDoor } from './handshake.ts';
import { deliver } from './notices.ts';
import { createHandlers } from './requests.ts';
import type { CommandService, PostureService, RulesService } from './services.ts';

export interface ServerOptions {
  readonly http: HttpServer | HttpsServer;
  readonly state: AgentState;
  readonly store: StoreStateHolder;
  readonly commands: CommandService;
  readonly posture: PostureService;
  readonly rules: RulesService;
  readonly agent: Hello['agent'];
  readonly environment: Hello['environment'];
  readonly storeKind: string;
  readonly limits: HelloLimits;
  readonly caps: ConnectionCaps;
  readonly clock: Clock;
  readonly log: Log;
  readonly ackTimeoutMs?: number;
  readonly statusEveryMs?: number;
}
export interface AgentServer {
  connections(): number;
  /** The log may forget nothing after this; null: no console needs it kept. */
  keepAfter(): number | null;
  /** After the log was trimmed: tells consoles that it has passed. */
  afterTrim(): void;
  close(): Promise<void>;
}

/** How often tokens and statuses are looked at. */
const TICK_MS = 250;
const STATUS_AT_MOST_MS = SECOND;

export function createServer(options: ServerOptions): AgentServer {
  const { http, state, store, clock, log, limits, commands } = options;
  const io = new Server<ConsoleToAgent, AgentToConsole, Record<string, never>, { caller: Caller }>(http, {
    transports: ['websocket'],
    allowUpgrades: false,
    serveClient: false,
    perMessageDeflate: false,
    httpCompression: false,
    maxHttpBufferSize: LIMITS.messageBytes,
    connectTimeout: LIMITS.handshakeMs,
    cleanupEmptyChildNamespaces: true,
  });
  const connections = new Set<Connection>();
  const door = createDoor(state.tokens, options.caps, clock);
  const handlers = createHandlers({
    state,
    limits,
    commands,
    posture: options.posture,
    rules: options.rules,
  });

  const hello = (caller: Caller): Hello => {
    const description = store.description();
    return {
      protocol: PROTOCOL_VERSION,
      agent: options.agent,
      environment: options.environment,
      store: {
        kind: description?.kind ?? options.storeKind,
        ...(description?.version === undefined ? {} : { version: description.version.slice(0, LIMITS.id) }),
        capabilities: capabilitiesOf(description),
        writeIntervalMs: description?.writeIntervalMs ?? null,
        longestRequestMs: description?.longestRequestMs ?? durationMs(30 * SECOND),
      },
      operator: {
        ...caller.operator,
        scopes: [...caller.token.scopes],
        accounts: [...caller.token.accounts],
      },
      log: { epoch: state.epoch.current(), tail: state.log.tail(), head: state.log.head() },
      limits,
      now: clock(),
    };
  };
  const status = (caller: Caller): Status => {
    const { store: condition, error, lastReadAt, warnings } = store.condition();
    const now = clock();
    return {
      store: condition,
      lastReadAt,
      lagMs: lastReadAt === null ? null : durationMs(Math.max(0, now - lastReadAt)),
      ...(error === null ? {} : { error: error.slice(0, LIMITS.message) }),
      sessions: mayReadSessions(caller.viewer) ? state.sessions.count(caller.viewer) : 0,
      warnings: warnings
        .slice(0, 100)
        .map(({ id, message }) => ({ id, message: message.slice(0, LIMITS.message) })),
      now,
    };
  };

  io.of('/').use((_socket, next) => {
    next(refusal({ code: 'FORBIDDEN', message: `This agent serves the namespace ${NAMESPACE} only.` }));
  });
  const namespace = io.of(NAMESPACE);
  namespace.use((socket, next) => {
    const open = {
      total: connections.size,
      ofToken: (id: string) => [...connections].filter(({ tokenId }) => tokenId === id).length,
    };
    const admission = door.admit(socket.handshake.auth, socket.handshake.address, open);
    if (!admission.ok) {
      log.info('handshake refused', { code: admission.refusal.code, address: socket.handshake.address });
      next(refusal(admission.refusal));
      return;
    }
    socket.data.caller = callerOf(admission.token);
    next();
  });
  namespace.on('connection', (socket) => {
    const connection = serveConsole(socket, {
      state,
      handlers,
      limits,
      clock,
      log,
      ready: () => store.ready(),
      hello,
      status,
      ackTimeoutMs: options.ackTimeoutMs ?? LIMITS.ackTimeoutMs,
    });
    connections.add(connection);
    socket.on('disconnect', () => void connections.delete(connection));
  });

  let tokensVersion = state.tokens.version();
  const checkTokens = () => {
    for (const connection of [...connections]) connection.checkToken();
  };
  /** A token revoked by another process must not get what is logged from now on. */
  const checkIfChanged = () => {
    const version = state.tokens.version();
    if (version === tokensVersion) return;
    tokensVersion = version;
    checkTokens();
  };
  const pumpAll = () => {
    checkIfChanged();
    for (const connection of [...connections]) connection.pump();
  };
  const everyMs = options.statusEveryMs ?? LIMITS.statusEveryMs;
  let lastStatus = '';
  let lastStatusAt: EpochMs = clock();
  let expiryCheckedAt: EpochMs = clock();
  const tick = () => {
    const now = clock();
    checkIfChanged();
    if (now - expiryCheckedAt >= SECOND) {
      expiryCheckedAt = now;
      checkTokens();
    }
    const { store: condition, error, warnings } = store.condition();
    const facts = JSON.stringify([condition, error, warnings, state.sessions.count(EVERYTHING)]);
    const due = now - lastStatusAt >= everyMs;
    if (!due && (facts === lastStatus || now - lastStatusAt < STATUS_AT_MOST_MS)) return;
    lastStatus = facts;
    lastStatusAt = now;
    for (const connection of [...connections]) {
      connection.sendStatus();
      connection.pump();
    }
  };
  const timer = setInterval(() => {
    try {
      tick();
    } catch (error) {
      log.error('the regular check failed', { error: String(error) });
    }
  }, TICK_MS);
  const disposers: Dispose[] = [
    () => clearInterval(timer),
    state.log.onChange(pumpAll),
    commands.onNotice((notice) => deliver(notice, connections)),
    store.onChange((what) => {
      if (what === 'ready') pumpAll();
      if (what !== 'description') return;
      for (const connection of [...connections]) {
        connection.goodbye('RESUBSCRIBE', 'What the store can do has changed.');
      }
    }),
  ];

  return {
    connections: () => connections.size,
    keepAfter() {
      let least: number | null = null;
      for (const connection of connections) {
        const kept = connection.subscription()?.keepAfter() ?? null;
        if (kept !== null && (least === null || kept < least)) least = kept;
      }
      return least;
    },
    afterTrim() {
      const tail = state.log.tail();
      for (const connection of [...connections]) {
        const position = connection.subscription()?.position() ?? null;
        if (position !== null && position + 1 < tail) {
          connection.goodbye('RESUBSCRIBE', 'The log no longer reaches back to where this console is.');
        }
      }
    },
    async close() {
      for (const dispose of disposers) dispose();
      for (const connection of [...connections])
        connection.goodbye('SHUTTING_DOWN', 'The agent is stopping.');
      await io.close();
    },
  };
}

function refusal(data: Refusal): Error {
  return Object.assign(new Error(data.message), { data });
}

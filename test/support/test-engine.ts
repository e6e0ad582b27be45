import { createEnricher } from '#geo/enrich.ts';
import type { Place } from '#shared/domain/place.ts';
import type { ConnectionId } from '#shared/domain/ids.ts';
import type { Log } from '#shared/domain/log.ts';
import { epochMs, type Clock } from '#shared/domain/units.ts';
import { ENGINE_METHODS, type EngineContract } from '#shared/ipc/engine-contract.ts';
import type { ReplyOf, RequestOf } from '#shared/ipc/contract.ts';
import type { EngineEvent, EnvironmentView, SessionRow } from '#shared/ipc/views.ts';
import type { Engine, EngineOptions } from '#engine/engine-types.ts';
import { createEngine } from '#engine/engine.ts';
import { createVault, type SecretVault } from '#engine/secrets.ts';
import { mirrorFile } from '#engine/mirror/mirror-file.ts';
import Database from 'better-sqlite3';
import { userAgentReader } from '#geo/user-agent.ts';

const quiet: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Test equipment: two places, told by the first number of an address. The real user agent reader. */
export const testGeo: EngineOptions['geo'] = {
  enricher: createEnricher({
    places: {
      source: { name: 'test', date: null, licence: null, attribution: [] },
      find: ({ text }): Place | null =>
        text.startsWith('8.')
          ? place('US', 'Mountain View', 37.4, -122.1)
          : text.startsWith('91.')
            ? place('DE', 'Berlin', 52.5, 13.4)
            : null,
    },
    userAgents: userAgentReader(),
  }),
  sources: [],
  attributions: [],
  problems: [],
  relist: () => Promise.resolve(),
};
const place = (country: string, city: string, latitude: number, longitude: number): Place => ({
  country,
  region: null,
  city,
  latitude,
  longitude,
  accuracyKm: null,
  source: 'test',
  disagrees: false,
});

export interface TestEngine {
  readonly engine: Engine;
  readonly events: EngineEvent[];
  readonly vault: SecretVault;
  /** Calls as a window does: the request goes through its schema. */
  call<Name extends keyof EngineContract>(
    name: Name,
    request: RequestOf<EngineContract[Name]>,
  ): Promise<ReplyOf<EngineContract[Name]>>;
  environment(connection?: ConnectionId): Promise<EnvironmentView>;
  /** Resolves when the condition holds; asks every few milliseconds. */
  until<T>(what: string, condition: () => Promise<T | null | false | undefined>): Promise<T>;
  live(connection?: ConnectionId): Promise<EnvironmentView>;
  sessions(state?: 'live' | 'ended' | 'all'): Promise<readonly SessionRow[]>;
  /** Reads the mirror directly. */
  rows(sql: string, ...bound: readonly unknown[]): readonly Record<string, unknown>[];
  stop(): Promise<void>;
}

export interface TestEngineOptions {
  readonly clock?: Clock;
  readonly log?: Log;
  readonly tokens?: Readonly<Record<string, string>>;
  readonly random?: () => number;
  readonly operatorName?: string;
  readonly respondTimes?: EngineOptions['respondTimes'];
  readonly systemProxy?: EngineOptions['systemProxy'];
  readonly geo?: EngineOptions['geo'];
}

const WAIT_MS = 20_000;

/** Starts the real engine in this process on a profile folder. */
export function startTestEngine(profile: string, options: TestEngineOptions = {}): TestEngine {
  const vault = createVault({ tokens: { ...options.tokens }, kept: 'this-run' }, null);
  const created = createEngine({
    profile,
    vault,
    clock: options.clock ?? (() => epochMs(Date.now())),
    // No waiting for a random share of a second in tests.
    random: options.random ?? (() => 0),
    log: options.log ?? quiet,
    geo: options.geo ?? testGeo,
    version: '0.0.0-test',
    operatorName: options.operatorName ?? 'Tess Ter',
    respondTimes: options.respondTimes,
    ...(options.systemProxy === undefined ? {} : { systemProxy: options.systemProxy }),
  });
  if (!created.ok) throw new Error(`${created.error.code}: ${created.error.message}`);
  const engine = created.value;
  const events: EngineEvent[] = [];
  engine.onEvent((event) => events.push(event));
  engine.start();

  const call: TestEngine['call'] = (name, request) => {
    const parsed: unknown = ENGINE_METHODS[name].request.parse(request);
    const handler = engine.handlers[name] as (request: unknown, signal: AbortSignal) => Promise<never>;
    return handler(parsed, new AbortController().signal);
  };
  const environment: TestEngine['environment'] = async (connection) => {
    const list = await call('environments.list', {});
    const found = connection === undefined ? list[0] : list.find((one) => one.connection === connection);
    if (found === undefined) throw new Error('no such environment');
    return found;
  };
  const until: TestEngine['until'] = async (what, condition) => {
    const end = Date.now() + WAIT_MS;
    for (;;) {
      const value = await condition();
      if (value !== null && value !== false && value !== undefined) return value;
      if (Date.now() > end) {
        const states = (await call('environments.list', {})).map((one) => JSON.stringify(one.state));
        throw new Error(`waited in vain: ${what}; ${states.join(' ')}`);
      }
      await new Promise((resume) => setTimeout(resume, 10));
    }
  };
  return {
    engine,
    events,
    vault,
    call,
    environment,
    until,
    live: (connection) =>
      until('live', async () => {
        const view = await environment(connection);
        return view.state.is === 'live' ? view : null;
      }),
    sessions: async (state = 'live') =>
      (
        await call('sessions.page', {
          filter: { state },
          sort: { by: 'openedAt', descending: false },
          offset: 0,
          limit: 1_000,
        })
      ).rows,
    rows: (sql, ...bound) => {
      const db = new Database(mirrorFile(profile), { readonly: true });
      try {
        return db.prepare(sql).all(...bound) as Record<string, unknown>[];
      } finally {
        db.close();
      }
    },
    stop: () => engine.stop(),
  };
}

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { utilityProcess } from 'electron';
import { z } from 'zod';
import type { Log } from '#shared/domain/log.ts';
import type { DemoEnvironment } from '#shared/ipc/engine-process.ts';
import type { DemoState } from '#shared/ipc/main-contract.ts';
import { ConnectionFile } from '#shared/protocol/connection-file.ts';
import { SCOPES, type Tier } from '#shared/protocol/handshake.ts';
import { createChild, type Child } from './child.ts';

interface Preset {
  readonly key: 'shop' | 'intranet' | 'blog';
  readonly tier: Tier;
  readonly protected: boolean;
  readonly seed: number;
}
const PRESETS: readonly Preset[] = [
  { key: 'shop', tier: 'production', protected: true, seed: 11 },
  { key: 'intranet', tier: 'production', protected: false, seed: 23 },
  { key: 'blog', tier: 'staging', protected: false, seed: 37 },
];

/** By then the engine has listed the environment of an agent that listens. */
const LISTED_MS = 1_000;

const Listening = z.object({ type: z.literal('listening'), url: z.string() });

export interface DemoAgents {
  start(): void;
  stop(): Promise<void>;
  state(): DemoState;
  set(name: string, running: boolean): Promise<DemoState>;
}

/**
 * The demo: three real agents, one an environment, each in a utility process of its own beside its own store
 * under `<profile>/demo/<name>`. Their consoles' tokens are made once with the agent's own `token create`.
 */
export function createDemoAgents(options: {
  readonly module: string;
  readonly profile: string;
  readonly log: Log;
  /** The agents that listen, with address and token. */
  readonly onEnvironments: (environments: readonly DemoEnvironment[]) => void;
  readonly onState: (state: DemoState) => void;
}): DemoAgents {
  const { log } = options;
  const addresses = new Map<string, string>();
  const children = new Map<string, Child>();
  /** Asked to run; their environments are not listed yet. */
  const starting = new Set<string>();
  const folder = (key: string) => join(options.profile, 'demo', key);

  const state = (): DemoState => ({
    agents: PRESETS.map(({ key }) => ({
      name: key,
      running: children.get(key)?.running() ?? false,
      starting: starting.has(key),
    })),
  });
  const announce = () => {
    options.onState(state());
  };
  const publish = () => {
    options.onEnvironments(
      PRESETS.flatMap(({ key }, colour) => {
        const url = addresses.get(key);
        const token = readToken(folder(key));
        return url === undefined || token === null ? [] : [{ key, name: key, url, token, colour }];
      }),
    );
  };

  const settled = (key: string) => {
    if (starting.delete(key)) announce();
  };

  const begin = async (preset: Preset): Promise<void> => {
    const { key } = preset;
    if (children.get(key)?.running() !== true) starting.add(key);
    const existing = children.get(key);
    if (existing !== undefined) {
      existing.start();
      return;
    }
    const directory = folder(key);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    await writeConfig(directory, preset);
    if (readToken(directory) === null) await createToken(options.module, directory, key);
    const child = createChild(
      {
        module: options.module,
        args: () => ['serve', '--config', join(directory, 'agent.yaml')],
        name: `Watchfloor demo agent ${key}`,
        log,
      },
      {
        started: announce,
        message: (raw) => {
          const listening = Listening.safeParse(raw);
          if (!listening.success) return;
          addresses.set(key, listening.data.url);
          publish();
          // The engine lists the environment first: between the two a window would say that there is none.
          setTimeout(settled, LISTED_MS, key);
        },
        ended: () => {
          starting.delete(key);
          announce();
        },
      },
    );
    children.set(key, child);
    child.start();
  };
  const launch = async (preset: Preset): Promise<void> => {
    try {
      await begin(preset);
    } catch (error) {
      settled(preset.key);
      throw error;
    }
  };
  const launchLogged = (preset: Preset) =>
    launch(preset).catch((error: unknown) => {
      log.error('a demo agent could not be started', { agent: preset.key, problem: String(error) });
    });

  return {
    start: () => {
      for (const preset of PRESETS) void launchLogged(preset);
      announce();
    },
    stop: async () => {
      await Promise.all([...children.values()].map((child) => child.stop(3_000)));
      announce();
    },
    state,
    set: async (name, running) => {
      const preset = PRESETS.find(({ key }) => key === name);
      if (preset === undefined) throw new Error(`There is no demo agent named ${name}.`);
      if (running) await launch(preset);
      else await children.get(name)?.stop(3_000);
      announce();
      return state();
    },
  };
}

/** JSON is YAML: the agent reads the file as it would any other configuration. */
async function writeConfig(directory: string, preset: Preset): Promise<void> {
  const file = join(directory, 'agent.yaml');
  const port = await freePort(previousPort(file));
  const config = {
    agent: { id: `demo-${preset.key}` },
    environment: { id: preset.key, name: preset.key, tier: preset.tier, protected: preset.protected },
    listen: { host: '127.0.0.1', port },
    dataDir: join(directory, 'agent'),
    privileged: { roles: ['administrator'] },
    services: { roles: ['service'] },
    store: { kind: 'demo', dir: directory, preset: preset.key, seed: preset.seed },
  };
  writeFileSync(file, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
}

function previousPort(file: string): number {
  if (!existsSync(file)) return 0;
  const parsed = z
    .object({ listen: z.object({ port: z.int().min(0).max(65_535) }) })
    .safeParse(JSON.parse(readFileSync(file, 'utf8')));
  return parsed.success ? parsed.data.listen.port : 0;
}

/** The wanted port where it is free, so that addresses stay the same between runs; any other where it is not. */
async function freePort(wanted: number): Promise<number> {
  const attempt = (port: number) =>
    new Promise<number | null>((resolve) => {
      const server = createServer();
      server.once('error', () => {
        resolve(null);
      });
      server.listen(port, '127.0.0.1', () => {
        const address = server.address();
        server.close(() => {
          resolve(typeof address === 'object' && address !== null ? address.port : null);
        });
      });
    });
  const port = (wanted > 0 ? await attempt(wanted) : null) ?? (await attempt(0));
  if (port === null) throw new Error('No port is free on 127.0.0.1.');
  return port;
}

const connectionFile = (directory: string) => join(directory, 'connection.json');

function readToken(directory: string): string | null {
  if (!existsSync(connectionFile(directory))) return null;
  try {
    const parsed = ConnectionFile.safeParse(JSON.parse(readFileSync(connectionFile(directory), 'utf8')));
    return parsed.success ? parsed.data.token : null;
  } catch {
    return null;
  }
}

function createToken(module: string, directory: string, key: string): Promise<void> {
  const scopes = SCOPES.filter((scope) => scope !== 'sessions:own').join(',');
  const child = utilityProcess.fork(
    module,
    [
      'token',
      'create',
      '--config',
      join(directory, 'agent.yaml'),
      '--name',
      'Demo operator',
      '--scopes',
      scopes,
      '--connection-file',
      connectionFile(directory),
    ],
    { serviceName: `Watchfloor demo token ${key}`, stdio: 'ignore' },
  );
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`the agent's token create ended with ${String(code)}`));
    });
  });
}

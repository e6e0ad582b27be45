import { join } from 'node:path';
import type { ConnectionId } from '#shared/domain/ids.ts';
import { EnvironmentId } from '#shared/domain/ids.ts';
import type { Scope } from '#shared/protocol/handshake.ts';
import { startTestAgent, type TestAgent, type TestAgentOptions } from './agent-in-process.ts';
import { createMemoryStore, type MemoryStore } from './memory-store.ts';
import { startTestEngine, type TestEngine, type TestEngineOptions } from './test-engine.ts';

/** One environment of a test: a store in memory with the real agent before it. */
export interface Site {
  readonly name: string;
  readonly store: MemoryStore;
  agent: TestAgent;
  /** Ends the agent and starts it again on the same folder and port. */
  restart(): Promise<void>;
}

export async function startSite(
  folder: string,
  name: string,
  options: TestAgentOptions = {},
  store: MemoryStore = createMemoryStore(),
): Promise<Site> {
  const begin = (port: number) =>
    startTestAgent(store, join(folder, name), {
      ...options,
      listen: { host: '127.0.0.1', port, tls: null, maxSockets: 500 },
      environment: { id: EnvironmentId.parse(name), name, ...options.environment },
    });
  const site: Site = {
    name,
    store,
    agent: await begin(0),
    restart: async () => {
      const port = Number(new URL(site.agent.url).port);
      await site.agent.stop();
      site.agent = await begin(port);
    },
  };
  return site;
}

/** Sessions `<account>-<n>`, as many for each account. */
export function fill(site: Site, accounts: readonly string[], each = 1): void {
  for (const account of accounts) {
    site.store.account(account);
    for (let n = 0; n < each; n += 1) site.store.put(`${account}-${String(n)}`, { account });
  }
}

export interface Desk {
  readonly engine: TestEngine;
  readonly connections: readonly ConnectionId[];
}
/** A console with a token of this operator for every site, in step with all of them. */
export async function startDesk(
  profile: string,
  sites: readonly Site[],
  token: {
    readonly operator?: string;
    readonly scopes?: readonly Scope[];
    readonly accounts?: readonly string[];
  } = {},
  options: TestEngineOptions = {},
): Promise<Desk> {
  const engine = startTestEngine(profile, options);
  const connections: ConnectionId[] = [];
  for (const site of sites) {
    const view = await engine.call('environments.add', {
      url: site.agent.url,
      token: site.agent.token(token).text,
      name: site.name,
    });
    connections.push(view.connection);
  }
  for (const connection of connections) await engine.live(connection);
  await inStep({ engine, connections }, sites);
  return { engine, connections };
}

/** Waits until the mirror lists as many live sessions as the stores. */
export async function inStep({ engine }: Desk, sites: readonly Site[]): Promise<void> {
  const wanted = () => sites.reduce((sum, { store }) => sum + store.keys().length, 0);
  await engine.until('the mirror in step', async () => {
    const list = await engine.call('environments.list', {});
    return list.reduce((sum, { liveSessions }) => sum + liveSessions, 0) === wanted();
  });
}

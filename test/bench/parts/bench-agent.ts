import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DrupalConfig, drupalGrants } from '#agent/stores/drupal/config.ts';
import { drupalAdapter } from '#agent/stores/drupal/drupal-adapter.ts';
import { openDatabase } from '#agent/stores/sql/open-database.ts';
import { DEFAULT_HELLO_LIMITS } from '#shared/protocol/limits.ts';
import { startAgent, type RunningAgent } from '#agent/agent.ts';
import type { AccountId } from '#shared/domain/ids.ts';
import { AgentId, EnvironmentId, OperatorId } from '#shared/domain/ids.ts';
import { SCOPES } from '#shared/protocol/handshake.ts';
import { openState } from '#agent/state/state.ts';
import { silent, systemClock, temporaryFolder } from '#test/support/agent-in-process.ts';
import type { TestDatabase } from '#test/conformance/stores/databases.ts';

/** Far more than a listing takes: one that fails again and again must not be waited for. */
const LISTED_WITHIN_MS = 120_000;

export interface BenchAgent {
  readonly agent: RunningAgent;
  /** Milliseconds until everything was listed and could be served. */
  readonly listedMs: number;
  /** A token with every scope. */
  readonly token: string;
  stop(): Promise<void>;
}

export const grantsOf = (db: TestDatabase): string =>
  drupalGrants(DrupalConfig.parse({ database: db.config }));

/** The real agent on Drupal's tables, as `serve` starts it, with its writing thread beside this bundle. */
export async function startBenchAgent(
  db: TestDatabase,
  poll: { readonly intervalMs: number; readonly adaptive: boolean },
): Promise<BenchAgent> {
  const config = DrupalConfig.parse({ database: db.config });
  const folder = temporaryFolder();
  const began = performance.now();
  const agent = await startAgent({
    agent: { id: AgentId.parse('bench'), version: '0' },
    environment: { id: EnvironmentId.parse('bench'), name: 'Bench', tier: 'other', protected: false },
    dataDir: folder.path,
    baseDir: folder.path,
    listen: { host: '127.0.0.1', port: 0, tls: null, maxSockets: 10 },
    storeKind: 'drupal',
    createStore: (deps) => drupalAdapter(config, openDatabase(config.database, deps.baseDir, ''), deps),
    flags: { privileged: { roles: ['editor'], accounts: [] }, services: { roles: [], accounts: [] } },
    limits: { ...DEFAULT_HELLO_LIMITS, targets: 10_000 },
    caps: { perToken: 5, total: 5 },
    poll,
    bounds: { maxAgeDays: 7, maxRows: 1_000_000, historyDays: 400 },
    // Beside the bench's own file; this module may lie in a chunk that several benches share.
    writer: join(dirname(process.argv[1] ?? ''), 'listing.js'),
    clock: systemClock,
    log: silent,
  });
  while (agent.facts().store !== 'up') {
    if (performance.now() - began > LISTED_WITHIN_MS)
      throw new Error(`not listed: ${agent.facts().error ?? ''}`);
    await sleep(2);
  }
  const listedMs = performance.now() - began;
  const beside = openState(folder.path, systemClock, false);
  const { text } = beside.tokens.create({
    operator: OperatorId.parse('bench'),
    name: 'bench',
    scopes: SCOPES.filter((scope) => scope !== 'sessions:own'),
    accounts: [] as AccountId[],
    expiresAt: null,
  });
  beside.close();
  return {
    agent,
    listedMs,
    token: text,
    async stop() {
      await agent.stop();
      folder.remove();
    },
  };
}

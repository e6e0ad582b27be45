import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgentOptions, RunningAgent } from '#agent/agent.ts';
import { startAgent } from '#agent/agent.ts';
import { openState } from '#agent/state/state.ts';
import { AccountId, AgentId, EnvironmentId, OperatorId } from '#shared/domain/ids.ts';
import type { Log } from '#shared/domain/log.ts';
import { epochMs } from '#shared/domain/units.ts';
import type { Scope } from '#shared/protocol/handshake.ts';
import { DEFAULT_HELLO_LIMITS } from '#shared/protocol/limits.ts';
import type { MemoryStore } from './memory-store.ts';
import { ALL_SCOPES } from './scopes.ts';

export const systemClock = () => epochMs(Date.now());
export const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
export { ALL_SCOPES };

export function temporaryFolder(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'watchfloor-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export interface TestAgent extends RunningAgent {
  /** A token, its text and its id. */
  token(options?: {
    operator?: string;
    scopes?: readonly Scope[];
    accounts?: readonly string[];
    expiresInMs?: number;
  }): {
    readonly id: string;
    readonly text: string;
  };
}

export type TestAgentOptions = Partial<Omit<AgentOptions, 'environment'>> & {
  readonly environment?: Partial<AgentOptions['environment']>;
};

/** Starts the real agent in this process on a store of a test, listening on a free port of loopback. */
export async function startTestAgent(
  store: MemoryStore,
  dataDir: string,
  options: TestAgentOptions = {},
): Promise<TestAgent> {
  const { environment, timing, ...rest } = options;
  const agent = await startAgent({
    agent: { id: AgentId.parse('test-agent'), version: '0.0.0' },
    dataDir,
    baseDir: dataDir,
    listen: { host: '127.0.0.1', port: 0, tls: null, maxSockets: 500 },
    storeKind: 'memory',
    createStore: () => store.adapter,
    flags: { privileged: { roles: ['admin'], accounts: [] }, services: { roles: [], accounts: [] } },
    limits: DEFAULT_HELLO_LIMITS,
    caps: { perToken: 20, total: 100 },
    poll: { intervalMs: 40, adaptive: false },
    bounds: { maxAgeDays: 30, maxRows: 1_000_000, historyDays: 400 },
    clock: systemClock,
    log: silent,
    ...rest,
    environment: {
      id: EnvironmentId.parse('test'),
      name: 'Test',
      tier: 'other',
      protected: false,
      ...environment,
    },
    timing: { proofAfterMs: [100, 400], accountsEveryMs: 200, ...timing },
  });
  return {
    ...agent,
    token: ({ operator = 'alice', scopes = ALL_SCOPES, accounts = [], expiresInMs } = {}) => {
      // As the command line does it: another connection to the same file.
      const beside = openState(dataDir, systemClock, false);
      const { token, text } = beside.tokens.create({
        operator: OperatorId.parse(operator),
        name: operator,
        scopes,
        accounts: accounts.map((id) => AccountId.parse(id)),
        expiresAt: expiresInMs === undefined ? null : epochMs(Date.now() + expiresInMs),
      });
      beside.close();
      return { id: token.id, text };
    },
  };
}

import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach } from 'vitest';
import type { Proof } from '#shared/protocol/commands.ts';
import type { TestAgent, TestAgentOptions } from '#test/support/agent-in-process.ts';
import { startTestAgent, temporaryFolder } from '#test/support/agent-in-process.ts';
import type { MemoryStore } from '#test/support/memory-store.ts';
import { createMemoryStore } from '#test/support/memory-store.ts';
import type { TestConsole } from '#test/support/test-console.ts';
import { connectConsole } from '#test/support/test-console.ts';

/** One agent on one store for each test of a file, and the consoles that follow it; all of it ends with the test. */
export interface OneAgent {
  readonly store: MemoryStore;
  /** The one that was started last. */
  readonly agent: TestAgent;
  start(options?: TestAgentOptions): Promise<void>;
  /** A console that has read its snapshot. */
  follow(token?: Parameters<TestAgent['token']>[0]): Promise<TestConsole>;
}

/** To be called once at the top of a test file. */
export function oneAgent(): OneAgent {
  let folder: ReturnType<typeof temporaryFolder>;
  let store: MemoryStore;
  let agent: TestAgent;
  let consoles: TestConsole[] = [];
  beforeEach(() => {
    folder = temporaryFolder();
    store = createMemoryStore();
  });
  afterEach(async () => {
    for (const console of consoles) console.close();
    consoles = [];
    await agent.stop();
    folder.remove();
  });
  return {
    get store() {
      return store;
    },
    get agent() {
      return agent;
    },
    async start(options = {}) {
      agent = await startTestAgent(store, folder.path, options);
    },
    async follow(token = {}) {
      const console = await connectConsole(agent.url, agent.token(token).text);
      consoles.push(console);
      await console.subscribe();
      await console.until(() => console.parts.at(-1)?.last === true, 'the snapshot');
      return console;
    },
  };
}

/** A command, unless something else is asked: to end one session that is not there. */
export const order = <More extends Record<string, unknown>>(more: More) => ({
  id: randomUUID(),
  kind: 'revoke',
  selector: { sessions: ['none'] },
  reason: 'a test',
  claim: { name: 'Alice' },
  issuedAt: Date.now(),
  ...more,
});

/** Handles of the sessions of an account, as a console knows them. */
export const of = (console: TestConsole, account: string) =>
  [...console.sessions.values()].filter((session) => session.account?.id === account).map(({ id }) => id);

/** What a console was told of what became of a command's sessions. */
export const proofs = (console: TestConsole, id: string) =>
  console.news
    .filter(({ event }) => event === 'command.proof')
    .map(({ payload }) => payload as Proof)
    .filter((proof) => proof.id === id);

import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach } from 'vitest';
import { epochMs, type EpochMs } from '#shared/domain/units.ts';
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
  /** What the clocks of agent and store show. */
  now(): EpochMs;
  /** Both clocks of the agent go on, ms: time passes. */
  pass(ms: number): void;
  /** Somebody sets the clock, ms: only the time of day moves. */
  setClock(ms: number): void;
  /** The store is read again, whole, twice: what was under way is seen too. */
  looks(): Promise<void>;
  /** Folder of the agent's state. */
  readonly path: string;
  /** A console that has not asked for anything. */
  connect(token: string): Promise<TestConsole>;
  /** A console that has read its snapshot. */
  follow(token?: Parameters<TestAgent['token']>[0]): Promise<TestConsole>;
}

/** To be called once at the top of a test file. */
export function oneAgent(): OneAgent {
  let folder: ReturnType<typeof temporaryFolder>;
  let store: MemoryStore;
  let agent: TestAgent;
  let consoles: TestConsole[] = [];
  /** What the agent's clocks show beyond the real ones, ms. */
  let ahead = { wall: 0, even: 0 };
  const now = () => epochMs(Date.now() + ahead.wall);
  beforeEach(() => {
    folder = temporaryFolder();
    ahead = { wall: 0, even: 0 };
    store = createMemoryStore({ clock: now });
  });
  afterEach(async () => {
    for (const console of consoles) console.close();
    consoles = [];
    await agent.stop();
    folder.remove();
  });
  const connect = async (token: string): Promise<TestConsole> => {
    const console = await connectConsole(agent.url, token);
    consoles.push(console);
    return console;
  };
  return {
    get store() {
      return store;
    },
    get agent() {
      return agent;
    },
    async start(options = {}) {
      const monotonic = () => performance.now() + ahead.even;
      const timing = { monotonic, ...options.timing };
      agent = await startTestAgent(store, folder.path, { clock: now, ...options, timing });
    },
    now,
    pass(ms) {
      ahead = { wall: ahead.wall + ms, even: ahead.even + ms };
    },
    setClock(ms) {
      ahead = { ...ahead, wall: ahead.wall + ms };
    },
    async looks() {
      await agent.refresh();
      await agent.refresh();
    },
    get path() {
      return folder.path;
    },
    connect,
    async follow(token = {}) {
      const console = await connect(agent.token(token).text);
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

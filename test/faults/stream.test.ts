import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, expect, test } from 'vitest';
import { epochMs } from '#shared/domain/units.ts';
import {
  startTestAgent,
  temporaryFolder,
  type TestAgent,
  type TestAgentOptions,
} from '#test/support/agent-in-process.ts';
import { createMemoryStore, type MemoryStore } from '#test/support/memory-store.ts';
import { startTestEngine, type TestEngine } from '#test/support/test-engine.ts';
import { agentHolds, differences, mirrorHolds } from './parts/compare.ts';
import { freePort } from './parts/killable.ts';

// The real agent and the real engine, and what the protocol foresees when things go wrong between them.

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
const folder = (): string => {
  const { path, remove } = temporaryFolder();
  closers.push(remove);
  return path;
};

interface Pair {
  readonly store: MemoryStore;
  readonly dataDir: string;
  readonly profile: string;
  readonly engine: TestEngine;
  readonly agent: () => TestAgent;
  /** Stops the agent and starts it again on the same port. */
  restartAgent(between?: () => unknown): Promise<void>;
  /** Waits until the mirror is the agent's truth. */
  agree(): Promise<void>;
  activity(count: number): void;
}

async function pair(options: TestAgentOptions = {}): Promise<Pair> {
  const store = createMemoryStore();
  const dataDir = folder();
  const profile = folder();
  const port = await freePort();
  const start = () =>
    startTestAgent(store, dataDir, {
      listen: { host: '127.0.0.1', port, tls: null, maxSockets: 50 },
      ...options,
    });
  let agent = await start();
  closers.push(() => agent.stop());
  const engine = startTestEngine(profile);
  closers.push(() => engine.stop());
  let counter = 0;
  const activity = (count: number): void => {
    for (let at = 0; at < count; at += 1) {
      counter += 1;
      const id = `person${String(counter % 7)}`;
      store.account(id, { name: id });
      store.put(`key${String(counter % 11)}`, {
        account: id,
        opened: { at: epochMs(Date.now()), ip: '8.8.8.8', userAgent: null },
        last: { at: epochMs(Date.now()), ip: `8.8.8.${String(counter % 250)}`, userAgent: null },
      });
      if (counter % 5 === 0) store.remove(`key${String((counter + 3) % 11)}`);
      store.event(`event${String(counter)}`, {
        action: 'login',
        at: epochMs(Date.now()),
        account: { name: id },
      });
    }
  };
  activity(20);
  await agent.refresh();
  await engine.call('environments.add', { url: agent.url, token: agent.token().text });
  await engine.live();
  return {
    store,
    dataDir,
    profile,
    engine,
    activity,
    agent: () => agent,
    restartAgent: async (between) => {
      await agent.stop();
      await between?.();
      agent = await start();
    },
    agree: async () => {
      await engine.until('the mirror is the agent’s truth', async () => {
        await agent.refresh();
        const truth = agentHolds(join(dataDir, 'agent.db'));
        const mirror = mirrorHolds(join(profile, 'mirror.db'));
        return truth.pending === 0 && truth.head === mirror.head && differences(truth, mirror).length === 0;
      });
    },
  };
}

test('a new epoch: the agent lost its log; sessions are closed and opened as they are, events are there once', async () => {
  const one = await pair();
  one.activity(30);
  await one.agree();
  const before = mirrorHolds(join(one.profile, 'mirror.db'));
  await one.restartAgent(() => {
    const db = new Database(join(one.dataDir, 'agent.db'));
    db.exec("DELETE FROM changes; UPDATE meta SET value = 'another' WHERE key = 'epoch'");
    db.close();
    rmSync(join(one.dataDir, 'log.marker'), { force: true });
  });
  one.activity(30);
  await one.agree();
  const after = mirrorHolds(join(one.profile, 'mirror.db'));
  expect(after.epoch).not.toBe(before.epoch);
  for (const id of before.audit.keys()) expect(after.audit.get(id)).toBe(1);
});

test('the log was trimmed while the console was away: a snapshot, and the gap is read from history', async () => {
  const one = await pair({ bounds: { maxAgeDays: 30, maxRows: 20, historyDays: 400 } });
  await one.agree();
  const { connection } = await one.engine.environment();
  await one.engine.call('environments.update', { connection, enabled: false });
  one.activity(200);
  await one.agent().refresh();
  one.agent().trim();
  expect(one.agent().facts().tail).toBeGreaterThan(mirrorHolds(join(one.profile, 'mirror.db')).head + 1);
  await one.engine.call('environments.update', { connection, enabled: true });
  await one.engine.live();
  await one.agree();
  expect(mirrorHolds(join(one.profile, 'mirror.db')).audit.size).toBe(220);
});

test('acknowledgements that stall: the agent gives up, the console comes back, and each event is there once', async () => {
  const one = await pair({ timing: { ackTimeoutMs: 300 } });
  await one.agree();
  // Somebody holds the database: nothing can be written, so nothing may be acknowledged.
  const holder = new Database(join(one.profile, 'mirror.db'));
  holder.exec('BEGIN IMMEDIATE');
  one.activity(40);
  await one.agent().refresh();
  await one.engine.until('the agent gave up', async () => {
    const { state } = await one.engine.environment();
    return 'problem' in state && state.problem.code === 'SLOW';
  });
  const about = await one.engine.call('about', {});
  expect(about.problems.map(({ code }) => code)).toContain('DATABASE_BUSY');
  holder.exec('ROLLBACK');
  holder.close();
  await one.agree();
  expect((await one.engine.call('about', {})).problems).toEqual([]);
});

test('the agent is gone: what was mirrored stays and says as of when; it returns and the rest arrives', async () => {
  const one = await pair();
  await one.agree();
  const held = await one.engine.sessions();
  await one.restartAgent(async () => {
    const view = await one.engine.until('offline', async () => {
      const now = await one.engine.environment();
      return now.state.is === 'waiting' ? now : null;
    });
    expect(view.asOf).not.toBeNull();
    expect(await one.engine.sessions()).toHaveLength(held.length);
    one.activity(25);
  });
  await one.agree();
});

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '#test/support/agent-in-process.ts';
import { fill, startSite, type Site } from '#test/support/response-world.ts';
import { startTestEngine, type TestEngine } from '#test/support/test-engine.ts';
import { checkOperation } from './parts/check-operation.ts';
import { MISHAPS, startFrameProxy, type Fault, type FrameProxy, type Mishap } from './parts/frame-proxy.ts';

// Frames between console and agent are lost, doubled, late, overtaken, and connections are cut, at every step of a
// command's life on both sides: only what the preview showed ends, once, and receipt, store and both journals agree.

const { path, remove } = temporaryFolder();
let site: Site;
let proxy: FrameProxy;
let engine: TestEngine;
const ended = new Map<string, number>();

beforeAll(async () => {
  site = await startSite(path, 'shop', {
    limits: { batch: 3, inFlight: 2, targets: 6, unapproved: 25, historyPage: 1_000 },
    // Slower than an answer may take: it says “running” and is asked again.
    timing: { answerWithinMs: 130, ackTimeoutMs: 1_000 },
  });
  site.store.onEnd(async ({ key }) => {
    await sleep(4);
    if (site.store.has(key)) ended.set(key, (ended.get(key) ?? 0) + 1);
    return null;
  });
  proxy = await startFrameProxy(site.agent.url);
  const respondTimes = { send: 250, again: 20, mostAgain: 60, poll: 30, proof: 2_000, list: 250 };
  engine = startTestEngine(join(path, 'profile'), { respondTimes });
  const token = site.agent.token({ operator: 'alice' }).text;
  await engine.call('environments.add', { url: proxy.url, token, name: 'shop' });
  await engine.live();
});
afterAll(async () => {
  await engine.stop();
  await proxy.stop();
  await site.agent.stop();
  remove();
});

async function connectNow(): Promise<void> {
  const { connection, state } = await engine.environment();
  if (state.is === 'waiting') await engine.call('environments.retry', { connection });
}

let runs = 0;
/** Ends the eleven sessions of a new account in two commands, while this befalls their frames. */
async function carriedOut(faults: readonly Fault[]): Promise<void> {
  runs += 1;
  const account = `ann${String(runs)}`;
  fill(site, [account], 11);
  await connectNow();
  await engine.live();
  const shown = await engine.until('seen', async () => {
    const rows = (await engine.sessions()).filter((row) => row.account?.id === account);
    return rows.length === 11 ? rows : null;
  });
  const [{ connection } = { connection: undefined }] = shown;
  if (connection === undefined) throw new Error('nobody is there');
  const sessions = shown.map(({ id }) => id);
  const selection = { targets: [{ connection, selector: { sessions } }] };
  // What befell the last one may still have its consequences: until the agent has answered.
  const { operation } = await engine.until('previewed', async () => {
    await connectNow();
    const preview = await engine.call('respond.preview', { selection });
    return preview.parts.every(({ is }) => is === 'ready') ? preview : null;
  });
  const met = proxy.met.length;
  for (const fault of faults) proxy.plan(fault);
  await engine.call('respond.execute', { operation, reason: 'drill' });
  // Somebody signs in meanwhile: not shown, so not ended.
  const since = `${account}-since`;
  site.store.put(since, { account });
  // Cuts follow each other here as in no network: the person at the console presses “connect now”.
  const impatient = setInterval(() => {
    void connectNow();
  }, 100);
  const { commands } = await checkOperation({
    engine,
    agents: [{ name: site.name, dataDir: join(path, site.name) }],
    operation,
    shown: sessions,
  });
  clearInterval(impatient);
  // What the store tells of may come after the receipt is complete.
  if (faults.some(({ name }) => name === 'changes' || name === 'command.proof'))
    await engine.until('told of', () => Promise.resolve(proxy.met.length >= met + faults.length || null));
  proxy.clear();
  expect(commands.map(({ state }) => state)).toEqual(['completed', 'completed']);
  expect(site.store.keys().filter((key) => key.startsWith(`${account}-`))).toEqual([since]);
  const mine = [...ended].filter(([key]) => key.startsWith(`${account}-`));
  expect(mine.map(([, times]) => times)).toEqual(Array.from({ length: 11 }, () => 1));
}

const STEPS: readonly (Pick<Fault, 'direction' | 'name' | 'answer'> & {
  readonly but?: readonly Mishap[];
})[] = [
  { direction: 'up', name: 'command', answer: false },
  { direction: 'down', name: 'command', answer: true },
  { direction: 'up', name: 'command.get', answer: false },
  { direction: 'down', name: 'command.get', answer: true },
  { direction: 'up', name: 'command.targets', answer: false },
  { direction: 'down', name: 'command.targets', answer: true },
  { direction: 'down', name: 'command.proof', answer: false },
  { direction: 'down', name: 'changes', answer: false },
  { direction: 'up', name: 'changes', answer: true },
];

const befallen = new Map<string, number>();
describe.each(STEPS)('$direction $name (an answer: $answer)', (step) => {
  test.each(MISHAPS)('%s', async (mishap) => {
    const before = proxy.met.length;
    await carriedOut([{ ...step, mishap }]);
    befallen.set(step.name, (befallen.get(step.name) ?? 0) + proxy.met.length - before);
    // A command that is answered at once is not asked for again, nor for its list: then there is no such frame.
    if (step.name !== 'command.get' && step.name !== 'command.targets')
      expect(proxy.met.length).toBeGreaterThan(before);
  });
});
test('lists of outcomes were asked for, and met mishaps too', () => {
  expect(befallen.get('command.targets')).toBeGreaterThan(0);
});

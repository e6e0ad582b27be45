import { randomUUID } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { epochMs } from '#shared/domain/units.ts';
import { startTestAgent, temporaryFolder, type TestAgent } from '#test/support/agent-in-process.ts';
import { createMemoryStore, type MemoryStore } from '#test/support/memory-store.ts';
import { connectConsole, type TestConsole } from '#test/support/test-console.ts';
import { median, note, quick, row } from './parts/report.ts';

// Rules held by an agent with a hundred thousand sessions: what they add to a look at the store, and how long consoles
// wait meanwhile. The store is a table in memory, so that the rules are what is measured.

const SESSIONS = quick ? 10_000 : 100_000;
const EACH = 4;
const CHANGED = 1_000;
const LOOKS = quick ? 3 : 5;
/** A console may wait this long for the agent; its own bound for a person who clicks. */
const BLOCK_MS = 100;
const DAY = 86_400_000;

const common = { brake: { perMinute: 1_000_000, percent: 100 } };
const idle = { ...common, id: 'idle', name: 'Idle', kind: 'idle', afterMs: DAY };
/** Every kind of rule, and none that means anybody. */
const QUIET = [
  { ...idle, mode: 'enforce' },
  { ...common, id: 'age', name: 'Age', mode: 'enforce', kind: 'lifetime', afterMs: 30 * DAY },
  {
    ...common,
    id: 'limit',
    name: 'Limit',
    mode: 'enforce',
    kind: 'concurrency',
    max: 50,
    per: 'account',
    end: 'oldest',
  },
  {
    ...common,
    id: 'net',
    name: 'Net',
    mode: 'enforce',
    kind: 'network',
    deny: ['203.0.113.0/24'],
    unknown: 'allow',
  },
  {
    ...common,
    id: 'device',
    name: 'Device',
    mode: 'enforce',
    kind: 'device',
    deny: ['bot'],
    unknown: 'allow',
  },
  {
    ...common,
    id: 'hours',
    name: 'Hours',
    mode: 'enforce',
    kind: 'hours',
    timeZone: 'Europe/Berlin',
    windows: [{ days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '00:00' }],
  },
  {
    ...common,
    id: 'pass',
    name: 'Password',
    mode: 'enforce',
    kind: 'credential-change',
    keep: 'changing-session',
  },
  {
    ...common,
    id: 'fails',
    name: 'Fails',
    mode: 'enforce',
    kind: 'failed-logins',
    max: 20,
    withinMs: 600_000,
    then: 'report',
  },
];
/** Means everybody: all have been there for an hour. */
const everybody = (mode: string, percent: number) => ({
  ...idle,
  id: 'all',
  name: 'Everybody',
  mode,
  afterMs: 60_000,
  brake: { perMinute: 1_000_000, percent },
});

function fill(store: MemoryStore): void {
  for (let n = 0; n < SESSIONS; n += 1) put(store, n, 3_600_000);
}
function put(store: MemoryStore, n: number, ago: number): void {
  const ip = `198.51.${String(n % 100)}.${String(n % 250)}`;
  const userAgent = `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${String(120 + (n % 20))}.0.0.0 Safari/537.36`;
  const seen = { at: epochMs(Date.now() - ago), ip, userAgent };
  store.put(`s${String(n)}`, { account: `u${String(Math.floor(n / EACH))}`, opened: seen, last: seen });
}

const folder = temporaryFolder();
const store = createMemoryStore();
fill(store);
const agent: TestAgent = await startTestAgent(store, folder.path, {
  poll: { intervalMs: 3_600_000, adaptive: false },
  timing: { accountsEveryMs: 3_600_000, proofAfterMs: [3_600_000] },
});
let version = 0;
try {
  const console = await connectConsole(agent.url, agent.token().text);
  await agent.refresh();
  await measure(console);
  console.close();
} finally {
  await agent.stop();
  folder.remove();
}

/** Milliseconds of one look, and the longest that nothing else was served meanwhile. */
async function look(): Promise<{ readonly ms: number; readonly block: number }> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const began = performance.now();
  await agent.refresh();
  const ms = performance.now() - began;
  await new Promise((resolve) => setTimeout(resolve, 5));
  delay.disable();
  return { ms, block: delay.max / 1e6 };
}
async function looks(before: () => void): Promise<{ ms: number; block: number }> {
  const seen: { ms: number; block: number }[] = [];
  for (let n = 0; n < LOOKS; n += 1) {
    before();
    seen.push(await look());
  }
  return { ms: median(seen.map(({ ms }) => ms)), block: Math.max(...seen.map(({ block }) => block)) };
}
function nothing(): void {
  // The store stays as it is.
}
function change(): void {
  for (let n = 0; n < CHANGED; n += 1) put(store, n * EACH, 3_000_000 - n);
}
async function publish(on: TestConsole, rules: readonly unknown[]): Promise<void> {
  const answer = await on.ask<'rules.put'>('rules.put', { id: randomUUID(), rules, ifVersion: version });
  if (!answer.ok || answer.state !== 'completed') throw new Error(JSON.stringify(answer).slice(0, 300));
  ({ version } = answer);
}

async function measure(on: TestConsole): Promise<void> {
  const count = SESSIONS.toLocaleString('en-GB');
  const bare = { still: await looks(nothing), changed: await looks(change) };
  await publish(on, QUIET);
  const first = await look();
  const ruled = { still: await looks(nothing), changed: await looks(change) };
  console.log(`  first look ${first.ms.toFixed(0)} ms, longest block ${first.block.toFixed(0)} ms`);
  row({
    name: 'rules-first-block',
    what: `eight rules published over ${count} sessions: the longest that the agent serves nobody while it judges everybody`,
    product: first.block,
    ceiling: BLOCK_MS,
    unit: 'ms',
    goal: 1,
    better: 'lower',
    quote: true,
  });
  row({
    name: 'rules-first',
    what: 'the whole of that look',
    product: first.ms,
    ceiling: null,
    unit: 'ms',
    goal: null,
    better: 'lower',
  });
  row({
    name: 'rules-still',
    what: `a look at ${count} unchanged sessions with eight rules, against one without rules`,
    product: ruled.still.ms,
    ceiling: bare.still.ms,
    unit: 'ms',
    goal: null,
    better: 'lower',
  });
  row({
    name: 'rules-changed',
    what: `a look at which ${CHANGED.toLocaleString('en-GB')} of ${count} sessions changed, with eight rules, against one without`,
    product: ruled.changed.ms,
    ceiling: bare.changed.ms,
    unit: 'ms',
    goal: 2,
    better: 'lower',
  });
  for (const [name, rule, what] of [
    ['observed', everybody('observe', 100), 'a rule that only observes means everybody'],
    ['braked', everybody('enforce', 10), 'a rule that means everybody is stopped by its brake'],
    ['ended', everybody('enforce', 100), 'a rule ends everybody'],
  ] as const) {
    await publish(on, [rule]);
    const one = await look();
    const after = await looks(nothing);
    console.log(
      `  ${name}: ${one.ms.toFixed(0)} ms, block ${one.block.toFixed(0)} ms; after: ${after.ms.toFixed(1)} ms, block ${after.block.toFixed(0)} ms; left ${String(store.keys().length)}`,
    );
    row({
      name: `rules-${name}-block`,
      what: `${what} (${count} sessions): the longest that the agent serves nobody`,
      product: one.block,
      ceiling: BLOCK_MS,
      unit: 'ms',
      goal: 1,
      better: 'lower',
      quote: name === 'braked',
    });
    row({
      name: `rules-${name}-after`,
      what: 'a look afterwards at which nothing changed, against one without rules',
      product: after.ms,
      ceiling: bare.still.ms,
      unit: 'ms',
      goal: null,
      better: 'lower',
    });
  }
  if (store.keys().length !== 0) throw new Error('not everybody was ended');
  note(
    'The real agent in the process of the bench, on a store that is a table in memory and is read in no time.',
  );
}

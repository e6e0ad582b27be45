// needs: window
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from '@playwright/test';
import { openReadable } from '#engine/mirror/database.ts';
import { openGeo, resolveGeoData } from '#geo/open.ts';
import { hostPage, pageWindowCommand } from '#test/support/page-window.ts';
import { consoleCommand, prepareProfile } from './parts/console-window.ts';
import { sendLive, startLiveSender } from './parts/live-sender.ts';
import { kindOf, memoryOf, processTree } from './parts/process-memory.ts';
import { startProduct } from './parts/product.ts';
import { interleaved, median, note, quick, row } from './parts/report.ts';

// From starting the program to the first sessions on screen, of a mirror that holds a day's work, beside a window with the
// same React and MUI and nothing in it. Nothing looks on while it starts; the page's own marks are read afterwards.

const SESSIONS = quick ? 5_000 : 100_000;
/** As many as it takes for the middle one to be told from a round that something else on the machine held up. */
const ROUNDS = quick ? 1 : 7;
/** Until then everything has settled; memory is read after it. */
const SETTLED_MS = quick ? 5_000 : 8_000;

interface Started {
  readonly usableMs: number;
  readonly memory: number;
}

/** Where the time went, ms since the program was started: its page, what it painted first, and the page's own marks. */
type Moments = Readonly<Record<string, number>>;

/** Memory by kind of process, for whoever looks for what costs. */
function byKind(pids: readonly number[]): string {
  const kinds = new Map<string, number[]>();
  for (const pid of pids) kinds.set(kindOf(pid), [...(kinds.get(kindOf(pid)) ?? []), memoryOf([pid])]);
  return [...kinds]
    .map(([kind, each]) => `${kind} ${each.map((mb) => mb.toFixed(0)).join(' + ')}`)
    .join(', ');
}

async function start(command: {
  readonly executablePath: string;
  readonly args: readonly string[];
}): Promise<Started> {
  const began = Date.now();
  const child = spawn(command.executablePath, ['--remote-debugging-port=0', ...command.args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const endpoint = new Promise<string>((resolve) => {
    let text = '';
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      const url = /DevTools listening on (ws:\S+)/.exec(text)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
  try {
    await sleep(SETTLED_MS);
    const tree = processTree(child.pid ?? 0);
    const memory = memoryOf(tree);
    console.log(`  MB: ${byKind(tree)}`);
    const browser = await chromium.connectOverCDP(await endpoint);
    const page = browser.contexts()[0]?.pages()[0];
    if (page === undefined) throw new Error('there is no window');
    const usable = await page.evaluate(
      async () =>
        new Promise<number>((resolve) => {
          const look = () => {
            const [mark] = performance.getEntriesByName('usable');
            if (mark === undefined) setTimeout(look, 200);
            else resolve(performance.timeOrigin + mark.startTime);
          };
          look();
        }),
    );
    const moments = await page.evaluate((): Moments => {
      const [page] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
      const marks = [...performance.getEntriesByType('paint'), ...performance.getEntriesByType('mark')];
      return Object.fromEntries(
        [
          ['page', 0] as const,
          ['read', page?.responseEnd ?? 0] as const,
          ['run', page?.domContentLoadedEventEnd ?? 0] as const,
          ...marks.map(({ name, startTime }) => [name, startTime] as const),
        ].map(([name, at]) => [name, performance.timeOrigin + at]),
      );
    });
    console.log(
      `  ms: ${Object.entries(moments)
        .map(([name, at]) => `${name} ${(at - began).toFixed(0)}`)
        .join(', ')}`,
    );
    await browser.close();
    return { usableMs: usable - began, memory };
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

/** A profile whose mirror holds so many sessions; its agent is gone. */
async function filledProfile(): Promise<string> {
  const profile = mkdtempSync(join(tmpdir(), 'watchfloor-bench-start-'));
  const sender = await startLiveSender(SESSIONS);
  const product = startProduct(profile, await openGeo({ files: resolveGeoData(process.cwd()) }));
  await product.connect(sender.url);
  await sender.listed;
  // What an agent has sent is kept at once and put into the mirror afterwards.
  const signal = new AbortController().signal;
  const live = async (): Promise<number> =>
    (await product.engine.handlers['environments.list']({}, signal)).reduce(
      (sum, one) => sum + one.liveSessions,
      0,
    );
  while ((await live()) < SESSIONS) await sleep(500);
  // Nor is a day's work half done: the snapshot is wholly in, and who is who has been worked out.
  const db = openReadable(join(profile, 'mirror.db'), 'modest');
  const waiting = db
    .prepare('SELECT (SELECT count(*) FROM staged_session) + (SELECT count(*) FROM identity_dirty)')
    .pluck();
  while (waiting.get() !== 0) await sleep(500);
  db.close();
  await product.stop();
  sender.stop();
  prepareProfile(profile, 'watch');
  return profile;
}

async function bench(): Promise<void> {
  const profile = await filledProfile();
  const hosted = await hostPage('test/bench/window/empty.html');
  const memory = { product: [] as number[], ceiling: [] as number[] };
  const timed = async (of: keyof typeof memory, command: Parameters<typeof start>[0]): Promise<number> => {
    const { usableMs, memory: held } = await start(command);
    memory[of].push(held);
    return usableMs;
  };
  try {
    const { product, ceiling } = await interleaved(ROUNDS, {
      product: () => timed('product', consoleCommand(profile)),
      ceiling: () => timed('ceiling', pageWindowCommand(hosted, { width: 1440, height: 900 })),
    });
    const words = SESSIONS.toLocaleString('en-GB');
    row({
      name: 'start-usable',
      what: `from starting the program to the first of ${words} sessions in the table, against an empty window with React and MUI`,
      product,
      ceiling,
      unit: 'ms',
      goal: 1.5,
      better: 'lower',
      quote: true,
    });
    row({
      name: 'start-memory',
      what: 'memory of all its processes once it has settled, against the same empty window',
      product: median(memory.product),
      ceiling: median(memory.ceiling),
      unit: 'MB',
      goal: 1.4,
      better: 'lower',
      quote: true,
    });
    note(
      'Memory is PSS: what processes share is divided among them. The product’s includes the engine. No agent answers: with one, a reader process and the table of places (66 MB) come as soon as they are needed.',
    );
  } finally {
    hosted.stop();
    rmSync(profile, { recursive: true, force: true });
  }
}

if (process.argv[2] === 'live-sender') sendLive(Number(process.argv[3]));
else await bench();

// needs: window
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addEnvironment, heapOf, openConsole, prepareProfile } from './parts/console-window.ts';
import { sendLive, startLiveSender } from './parts/live-sender.ts';
import { kindOf, memoryOf, processTree } from './parts/process-memory.ts';
import { median, note, quick, row } from './parts/report.ts';

// Ten hours of traffic as fast as it is taken in, with the window on Watch: what the window and the engine hold afterwards must
// be what they held when they had settled, because as many sessions end as begin.

const SESSIONS = quick ? 2_000 : 10_000;
/** A site of its size: changes a second, of which two in nine are a sign-in, two a sign-out, five sessions in use. */
const CHANGES_A_SECOND = 5;
const HOURS = quick ? 0.25 : 10;
const CHANGES = CHANGES_A_SECOND * 3_600 * HOURS;
const SAMPLES = quick ? 6 : 20;
/** What is held until it has settled: caches, the feed, the figures. */
const SETTLED = 0.3;

interface Sample {
  readonly heap: number;
  readonly window: number;
  readonly engine: number;
}

async function bench(): Promise<void> {
  const profile = mkdtempSync(join(tmpdir(), 'watchfloor-bench-hours-'));
  prepareProfile(profile, 'watch');
  const sender = await startLiveSender(SESSIONS);
  const console_ = await openConsole(profile);
  const { app, page } = console_;
  const main = app.process().pid ?? 0;
  const sample = async (): Promise<Sample> => {
    const heap = await heapOf(console_);
    const tree = processTree(main);
    const of = (kind: string): number => memoryOf(tree.filter((pid) => kindOf(pid) === kind));
    return { heap, window: of('renderer'), engine: of('utility') };
  };
  try {
    await addEnvironment(console_, sender.url);
    await sender.listed;
    await page.evaluate(() => {
      window.location.hash = '#/watch';
    });
    sender.change({ perSecond: 20_000, kind: 'day' });
    const samples: Sample[] = [];
    const began = performance.now();
    for (let next = 1; next <= SAMPLES; next += 1) {
      while ((await sender.acknowledged()) < (CHANGES * next) / SAMPLES) await page.waitForTimeout(200);
      samples.push(await sample());
      console.log(`  ${next}/${SAMPLES}: ${JSON.stringify(samples.at(-1))}`);
    }
    const seconds = (performance.now() - began) / 1_000;
    const settled = samples.slice(Math.floor(SAMPLES * SETTLED));
    const half = Math.floor(settled.length / 2);
    const compare = (name: string, what: string, pick: (one: Sample) => number, goal: number): void => {
      row({
        name: `hours-${name}`,
        what,
        product: median(settled.slice(-half).map(pick)),
        ceiling: median(settled.slice(0, half).map(pick)),
        unit: 'MB',
        goal,
        better: 'lower',
        quote: name === 'heap',
      });
    };
    compare(
      'heap',
      `heap of the window after ${HOURS} hours of traffic, against when it had settled`,
      (one) => one.heap,
      1.1,
    );
    compare('window', 'memory of the window’s process, the same', (one) => one.window, 1.15);
    compare('engine', 'memory of the engine and its readers, the same', (one) => one.engine, 1.15);
    note(
      `${Math.round(CHANGES).toLocaleString('en-GB')} changes (${CHANGES_A_SECOND} a second for ${HOURS} hours) in ${seconds.toFixed(0)} s, with ${SESSIONS.toLocaleString('en-GB')} sessions live at any time; medians of the halves after the first ${SETTLED * 100} %.`,
    );
  } finally {
    await app.close();
    sender.stop();
    rmSync(profile, { recursive: true, force: true });
  }
}

if (process.argv[2] === 'live-sender') sendLive(Number(process.argv[3]));
else await bench();

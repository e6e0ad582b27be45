// needs: window
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  addEnvironment,
  heapOf,
  openConsole,
  prepareProfile,
  type ConsoleWindow,
} from './parts/console-window.ts';
import { sendLive, startLiveSender } from './parts/live-sender.ts';
import { note, percentile, quick, row, seeded } from './parts/report.ts';

// The table of sessions over a million of them, in the real console on the real engine: what the window holds, how long a jump
// to anywhere takes until its rows are there, and how long the window cannot answer while it is live.

const SESSIONS = quick ? 20_000 : 1_000_000;
const JUMPS = quick ? 10 : 60;
/** A jump that takes longer counts as this. */
const MOST_MS = 10_000;
const LIVE_MS = quick ? 3_000 : 15_000;

/** Time of each jump from moving the scroll bar until the row that belongs there is drawn, ms. */
async function jumps({ page }: ConsoleWindow): Promise<number[]> {
  const random = seeded(9);
  const shares = Array.from({ length: JUMPS }, () => random());
  return page.evaluate(
    async ({ wanted, total, most }) => {
      const scroller = document.querySelector('[data-testid="session-scroller"]');
      if (scroller === null) throw new Error('there is no table');
      const times: number[] = [];
      for (const share of wanted) {
        const index = Math.floor(share * (total - 100));
        const rowHeight = (scroller.querySelector('[data-index]') as HTMLElement).offsetHeight;
        const began = performance.now();
        scroller.scrollTop = index * rowHeight;
        while (scroller.querySelector(`[data-index="${String(index + 2)}"]`) === null) {
          if (performance.now() - began > most) break;
          await new Promise((resolve) => requestAnimationFrame(resolve));
        }
        times.push(performance.now() - began);
        await new Promise((resolve) => setTimeout(resolve, 150));
      }
      scroller.scrollTop = 0;
      return times;
    },
    { wanted: shares, total: SESSIONS, most: MOST_MS },
  );
}

/** The longest task of the window while it is live, ms. */
const longest = ({ page }: ConsoleWindow): Promise<number> =>
  page.evaluate(
    (length) =>
      new Promise<number>((resolve) => {
        let most = 0;
        new PerformanceObserver((list) => {
          for (const { duration } of list.getEntries()) most = Math.max(most, duration);
        }).observe({ type: 'longtask' });
        setTimeout(() => resolve(most), length);
      }),
    LIVE_MS,
  );

async function bench(): Promise<void> {
  const profile = mkdtempSync(join(tmpdir(), 'watchfloor-bench-table-'));
  prepareProfile(profile, 'sessions');
  const sender = await startLiveSender(SESSIONS);
  const product = await openConsole(profile);
  const { page } = product;
  try {
    await addEnvironment(product, sender.url);
    await sender.listed;
    await page.evaluate(() => {
      window.location.hash = '#/sessions';
    });
    const words = SESSIONS.toLocaleString('en-GB');
    // A list under the pointer is held.
    await page.mouse.move(20, 600);
    await page
      .getByTestId('session-count')
      .filter({ hasText: new RegExp(`^${words} live`) })
      .waitFor({ timeout: 900_000 });
    await page.waitForTimeout(3_000);
    // Whoever drags the scroll bar points at the list first: then it is held, and put in order.
    await page.mouse.move(700, 500);
    await page.waitForTimeout(3_000);
    const jumped = await jumps(product);
    const limits = { goal: 1, better: 'lower' } as const;
    row({
      ...limits,
      name: 'table-jump',
      what: `95 % of jumps in a table of ${words} sessions until the rows are there`,
      product: percentile(jumped, 0.95),
      ceiling: 33,
      unit: 'ms',
      quote: true,
    });
    row({
      ...limits,
      name: 'table-heap',
      what: `heap of the window with a table of ${words} sessions`,
      product: await heapOf(product),
      ceiling: 74,
      unit: 'MB',
    });
    sender.change({ perSecond: 1_000, kind: 'uses' });
    await page.waitForTimeout(2_000);
    row({
      ...limits,
      name: 'table-blocked',
      what: 'longest time in which the window could not answer while 1,000 of them change per second',
      product: await longest(product),
      ceiling: 50,
      unit: 'ms',
    });
    note(
      `Jumps: median ${percentile(jumped, 0.5).toFixed(1)} ms; each asks the engine for the page of rows that it lands on. The list has been pointed at for three seconds before, as by whoever drags its scroll bar; that has it put in order.`,
    );
    note(
      'The browser tells only of times of 50 ms and more in which the window could not answer: 0 says that there was none.',
    );
  } finally {
    await product.app.close();
    sender.stop();
    rmSync(profile, { recursive: true, force: true });
  }
}

if (process.argv[2] === 'live-sender') sendLive(Number(process.argv[3]));
else await bench();

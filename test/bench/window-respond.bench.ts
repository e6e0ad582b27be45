// needs: window
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { addEnvironment, openConsole, prepareProfile } from './parts/console-window.ts';
import { startLaravelSite, type Site } from './parts/laravel-site.ts';
import { note, quick, row } from './parts/report.ts';

// A mass sign-out in the real window, with five shipped agents: whether the window can be used meanwhile.

const ENVIRONMENTS = 5;
const SESSIONS = (quick ? 1_000 : 10_000) / ENVIRONMENTS;
/** A person notices what takes longer; the browser tells of nothing shorter. */
const NOTICED_MS = 50;
const WAIT_MS = 180_000;

const view = (page: Page, name: string): Promise<void> =>
  page.getByRole('link', { name, exact: true }).click();

/** Notes from now on every stretch in which the window could not answer, ms. */
const watchStalls = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const stalls: number[] = [];
    Object.assign(globalThis, { stalls });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) stalls.push(duration);
    }).observe({ type: 'longtask' });
  });
const worstStall = (page: Page): Promise<number> =>
  page.evaluate(() => Math.max(0, ...(globalThis as unknown as { stalls: number[] }).stalls));

async function endEveryone(page: Page): Promise<void> {
  await view(page, 'Response');
  await page.getByRole('button', { name: /^End everyone/ }).click();
  await page.getByRole('menuitem', { name: `in all ${String(ENVIRONMENTS)} environments` }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Reason').fill('Measured', { timeout: WAIT_MS });
  for (let n = 1; n <= ENVIRONMENTS; n += 1) {
    await dialog.getByLabel(new RegExp(`Type “site${String(n)}”`)).fill(`site${String(n)}`);
  }
  await dialog.getByTestId('confirm-end').click();
  for (let n = 0; n < ENVIRONMENTS; n += 1) {
    await dialog
      .getByTestId('receipt-command')
      .nth(n)
      .filter({ hasText: new RegExp(`ended\\s*${SESSIONS.toLocaleString('en-GB')}`) })
      .waitFor({ timeout: WAIT_MS });
  }
}

async function bench(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'watchfloor-bench-respond-'));
  prepareProfile(folder, 'watch');
  const sites: Site[] = [];
  for (let n = 1; n <= ENVIRONMENTS; n += 1) {
    sites.push(await startLaravelSite(folder, `site${String(n)}`, SESSIONS));
  }
  const product = await openConsole(folder);
  const { page } = product;
  try {
    for (const { agent, token } of sites) await addEnvironment(product, agent.url, token);
    await view(page, 'Sessions');
    const words = (ENVIRONMENTS * SESSIONS).toLocaleString('en-GB');
    // A list under the pointer is held.
    await page.mouse.move(20, 600);
    await page
      .getByTestId('session-count')
      .filter({ hasText: new RegExp(`^${words} live`) })
      .waitFor({ timeout: WAIT_MS });
    await page.waitForTimeout(3_000);
    await watchStalls(page);
    await endEveryone(page);
    row({
      name: 'respond-blocked',
      what: `longest time in which the window could not answer while ${words} sessions were ended in ${String(ENVIRONMENTS)} environments, from the button to the receipt`,
      product: await worstStall(page),
      ceiling: NOTICED_MS,
      unit: 'ms',
      goal: 1,
      better: 'lower',
    });
    note(
      'The browser tells only of times of 50 ms and more in which the window could not answer: 0 says that there was none.',
    );
  } finally {
    await product.app.close();
    await Promise.all(sites.map(({ agent }) => agent.stop()));
    rmSync(folder, { recursive: true, force: true });
  }
}

await bench();

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { _electron, type CDPSession, type ElectronApplication, type Page } from '@playwright/test';

/** The real console, from the programs in `out/`, on a profile of the bench's. */
export interface ConsoleWindow {
  readonly app: ElectronApplication;
  readonly page: Page;
  readonly cdp: CDPSession;
}

/** The console's executable and its arguments for a profile. */
export function consoleCommand(profile: string): { executablePath: string; args: string[] } {
  const executablePath = process.env['WATCHFLOOR_ELECTRON'];
  if (executablePath === undefined) throw new Error('WATCHFLOOR_ELECTRON is not set: use npm run bench.');
  return {
    executablePath,
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), process.cwd(), `--profile=${profile}`],
  };
}

/** What a profile begins with: a window of the size that the benches use, and no demo. */
export function prepareProfile(profile: string, view: string): void {
  writeFileSync(
    join(profile, 'settings.json'),
    JSON.stringify({ demo: false, theme: 'dark', layout: { window: '0,0,1440,900', view } }),
  );
}

export async function openConsole(profile: string): Promise<ConsoleWindow> {
  const app = await _electron.launch({
    ...consoleCommand(profile),
    env: { ...process.env, NODE_ENV: 'production' },
  });
  const page = await app.firstWindow();
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable');
  return { app, page, cdp };
}

/** Adds an environment as a person does. */
export async function addEnvironment({ page }: ConsoleWindow, url: string, token = 't'): Promise<void> {
  await page.evaluate(() => {
    window.location.hash = '#/environments';
  });
  await page
    .getByRole('button', { name: /^Add an environment/ })
    .first()
    .click();
  const form = page.getByRole('dialog');
  await form.getByLabel('Address of the agent').fill(url);
  await form.getByLabel('Token').fill(token);
  // The engine may still be starting: then the form says so and keeps what was typed.
  for (let times = 0; times < 30; times += 1) {
    if ((await form.count()) === 0) return;
    await form
      .getByRole('button', { name: 'Add environment' })
      .click({ timeout: 2_000 })
      .catch(() => undefined);
    await page.waitForTimeout(1_000);
  }
  throw new Error('the environment could not be added');
}

/** Heap of the window in MB, after everything unreachable was collected. */
export async function heapOf({ cdp }: ConsoleWindow): Promise<number> {
  await cdp.send('HeapProfiler.collectGarbage');
  const { metrics } = await cdp.send('Performance.getMetrics');
  return (metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? Number.NaN) / 2 ** 20;
}

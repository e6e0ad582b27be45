import Database from 'better-sqlite3';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test, type Console } from './console.ts';
import { seriousFindings } from './looking.ts';

const DEMO = ['shop', 'intranet', 'blog'] as const;
const VIEWS = [
  'Watch',
  'Sessions',
  'People',
  'Detections',
  'Audit',
  'Investigate',
  'Response',
  'Rules',
  'Environments',
  'Settings',
];

const open = (page: Page, view: string) => page.getByRole('link', { name: view, exact: true }).click();

async function everyDemoIsLive(page: Page): Promise<void> {
  await open(page, 'Environments');
  for (const name of DEMO) {
    await expect(page.getByTestId(`environment-${name}`).getByTestId('state-sentence')).toContainText(
      /live/i,
      {
        timeout: 45_000,
      },
    );
  }
}

/** Ids of the sessions in a demo environment's own database. */
function storedSessions({ profile }: Console, environment: string): Set<string> {
  const store = new Database(join(profile, 'demo', environment, 'store.db'), { readonly: true });
  try {
    const rows = store.prepare('SELECT id FROM sessions').all() as { id: string }[];
    return new Set(rows.map(({ id }) => id));
  } finally {
    store.close();
  }
}

test('the first run shows sessions of three demo environments on the map and in the table', async ({
  open: launch,
}) => {
  const { page } = await launch({ demo: true });
  await expect(page.getByTestId('demo-mark')).toContainText(/demo/i);
  await everyDemoIsLive(page);
  const shop = page.getByTestId('environment-shop');
  const more = shop.getByRole('button', { name: 'More' });
  if (await more.isVisible()) await more.click();
  const posture = shop.getByRole('region', { name: 'Posture of the store' });
  await expect(posture).toContainText(/in [1-9]\d* checks?, asked/, { timeout: 20_000 });
  await expect(posture.getByRole('listitem').first()).toContainText(/weak|look at it|not known|good/);
  await open(page, 'Watch');
  await expect(page.locator('.wf-cluster').first()).toBeVisible();
  await expect(page.getByRole('row').nth(5)).toBeVisible();
  for (const name of DEMO) await expect(page.getByTestId(`connection-${name}`)).toBeVisible();
});

for (const theme of ['dark', 'light'] as const) {
  test(`no view has a serious accessibility finding in the ${theme} theme`, async ({ demo }) => {
    const { page } = await demo({ theme });
    await everyDemoIsLive(page);
    for (const view of VIEWS) {
      await open(page, view);
      await expect(page.getByRole('heading', { level: 1, name: view })).toBeAttached();
      expect(await seriousFindings(page), view).toEqual([]);
    }
  });
}

test('a session that is ended leaves the store, and the receipt says so', async ({ demo }) => {
  const console = await demo();
  const { page } = console;
  await everyDemoIsLive(page);
  // The invented people hold still, so that whatever leaves the store left because of the command.
  for (const name of DEMO) writeFileSync(join(console.profile, 'demo', name, 'control.json'), '{"rate":0}');
  await page.waitForTimeout(3_000);
  await open(page, 'Sessions');
  const grid = page.getByRole('grid');
  await expect(grid.getByRole('row').nth(3)).toBeVisible();
  await grid.getByRole('row').nth(3).getByRole('checkbox').check();
  await page.getByRole('button', { name: /^End 1 session/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Reason').fill('Reported by the person');
  const button = dialog.getByTestId('confirm-end');
  await expect(button).toContainText(/^End 1 session in (shop|intranet|blog)$/);
  const environment = (await button.textContent())?.split(' ').at(-1) ?? '';
  const before = storedSessions(console, environment);
  await button.click();
  await expect(dialog.getByTestId('receipt-command')).toContainText(/ended\s*1/);
  const after = storedSessions(console, environment);
  expect([...before].filter((id) => !after.has(id))).toHaveLength(1);
  expect([...after].filter((id) => !before.has(id))).toEqual([]);
  await dialog.getByRole('button', { name: 'Close' }).click();
  await open(page, 'Response');
  await expect(page.getByTestId('operation').first()).toContainText('Reported by the person');
});

test('the engine is killed: the window says so, it comes back, and nothing is lost', async ({
  open: launch,
}) => {
  const { app, page } = await launch({ demo: true });
  await everyDemoIsLive(page);
  const killed = await app.evaluate(({ app: electron }) => {
    const engine = electron
      .getAppMetrics()
      .find((metric) => metric.serviceName === 'Watchfloor engine' || metric.name === 'Watchfloor engine');
    if (engine === undefined) return false;
    process.kill(engine.pid, 'SIGKILL');
    return true;
  });
  expect(killed).toBe(true);
  await everyDemoIsLive(page);
  await open(page, 'Sessions');
  await expect(page.getByRole('grid').getByRole('row').nth(3)).toBeVisible();
});

test('with every agent gone the data stays and its age is said; they come back by themselves', async ({
  demo,
}) => {
  const { page } = await demo();
  await everyDemoIsLive(page);
  await page.evaluate(async (names) => {
    const { watchfloor } = globalThis as unknown as {
      watchfloor: { call(name: string, request: unknown): Promise<unknown> };
    };
    for (const name of names) await watchfloor.call('demo.set', { name, running: false });
  }, DEMO);
  for (const name of DEMO) {
    await expect(page.getByTestId(`environment-${name}`).getByTestId('state-sentence')).not.toContainText(
      /^live/i,
    );
  }
  await open(page, 'Sessions');
  await expect(page.getByTestId('stale-note')).toBeVisible();
  await expect(page.getByRole('grid').getByRole('row').nth(3)).toBeVisible();
  await expect(page.getByTestId('live-state')).toHaveText('Not live');
  for (const view of ['People', 'Detections']) {
    await open(page, view);
    await expect(page.getByTestId('stale-note')).toBeVisible();
  }
  await page.evaluate(async (names) => {
    const { watchfloor } = globalThis as unknown as {
      watchfloor: { call(name: string, request: unknown): Promise<unknown> };
    };
    for (const name of names) await watchfloor.call('demo.set', { name, running: true });
  }, DEMO);
  await everyDemoIsLive(page);
  await expect(page.getByTestId('live-state')).toHaveText('Live');
});

import { readFileSync } from 'node:fs';
import type { ElectronApplication, Page } from '@playwright/test';
import { expect, test } from './console.ts';

const view = (page: Page, name: string) => page.getByRole('link', { name, exact: true }).click();
const countOf = async (page: Page): Promise<number> =>
  Number(((await page.getByTestId('session-count').textContent()) ?? '').replaceAll(/\D/g, ''));
const palette = async (page: Page, text: string) => {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill(text);
  await page.keyboard.press('Enter');
};

test('groups, selection, dragging out, undo, and two windows that each remember themselves', async ({
  open: launch,
  folder,
}) => {
  const console = await launch({ profile: folder });
  const { app, page } = console;
  await page.getByTestId('connection-blog').waitFor({ timeout: 60_000 });
  await view(page, 'Sessions');
  await expect.poll(() => countOf(page), { timeout: 60_000 }).toBeGreaterThan(50);

  // Groups hold the sessions of the list; an open one lists its own.
  await page.getByLabel('Group by').click();
  await page.getByRole('option', { name: 'By network' }).click();
  const tree = page.getByRole('treegrid');
  const heads = tree.locator('[aria-level="1"]');
  await expect(page.getByTestId('group-count')).toContainText(/in \d+ groups/);
  const wanted = Number(/(\d+) session/.exec((await heads.first().textContent()) ?? '')?.[1]);
  expect(wanted).toBeGreaterThan(0);
  await heads.first().click();
  await expect(heads.first()).toHaveAttribute('aria-expanded', 'true');
  await expect(tree.locator('[aria-level="2"]').first()).toBeVisible();
  await heads.first().focus();
  await page.keyboard.press('ArrowLeft');
  await expect(heads.first()).toHaveAttribute('aria-expanded', 'false');
  await page.keyboard.press('x');
  await expect(page.getByTestId('chosen-count')).toContainText(/^\d+ selected/);
  const selected = Number(/^\d+/.exec((await page.getByTestId('chosen-count').textContent()) ?? '')?.[0]);
  expect(selected).toBeGreaterThan(0);

  // What is selected stays selected when the list is narrowed, and it says so.
  const line = page.getByRole('combobox', { name: /^Search/ });
  await line.fill('env:blog');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('chosen-count')).toContainText(/^\d+ selected/);
  await page
    .getByRole('treegrid')
    .focus()
    .catch(() => undefined);
  await page.getByRole('heading', { level: 1, name: 'Sessions' }).click();
  await page.keyboard.press('Control+z');
  await expect(line).toHaveValue('');

  // Dragged out, the selection is a CSV file.
  await heads.first().click();
  const row = tree.locator('[aria-level="2"]').first();
  await expect(row).toBeVisible();
  await watchDrags(app);
  await row.dispatchEvent('dragstart');
  await expect.poll(() => draggedFile(app)).toMatch(/sessions?\.csv$/);
  const csv = readFileSync((await draggedFile(app)) ?? '', 'utf8')
    .trimEnd()
    .split('\r\n');
  expect(csv[0]).toMatch(/^Environment,Session,Person/);
  expect(csv).toHaveLength(selected + 1);

  // Another window is another place.
  await palette(page, 'another window');
  await expect.poll(() => app.windows().length).toBe(2);
  const second = app.windows().find((one) => one !== page);
  if (second === undefined) throw new Error('no second window');
  await second.getByTestId('connection-blog').waitFor({ timeout: 30_000 });
  await view(second, 'Audit');
  await line.fill('device:mobile');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Sessions' }).click();
  await page.waitForTimeout(500);
  await app.close();

  const again = await launch({ profile: folder });
  await expect.poll(() => again.app.windows().length, { timeout: 30_000 }).toBe(2);
  const titles = () => Promise.all(again.app.windows().map((one) => one.title()));
  await expect
    .poll(async () => (await titles()).toSorted())
    .toEqual(['Audit · Watchfloor', 'Sessions · Watchfloor']);
  const names = await titles();
  const sessions = again.app.windows()[names.findIndex((name) => name.startsWith('Sessions'))];
  if (sessions === undefined) throw new Error('no window shows Sessions');
  await expect(sessions.getByRole('combobox', { name: /^Search/ })).toHaveValue('device:mobile');
  await expect(sessions.getByLabel('Group by')).toHaveText('By network');

  // Beside the clock it goes on without a window, and a window comes back.
  await view(sessions, 'Settings');
  await sessions.getByLabel('Find a setting').fill('tray');
  await sessions.getByRole('switch', { name: 'Icon beside the clock' }).check();
  await expect
    .poll(() => again.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length))
    .toBe(2);
  await again.app.evaluate(({ BrowserWindow }) => {
    for (const window of BrowserWindow.getAllWindows()) window.close();
  });
  await expect
    .poll(() => again.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length))
    .toBe(0);
  await again.app.evaluate(({ app: electron }) => electron.emit('activate'));
  await expect
    .poll(() => again.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length))
    .toBe(1);
});

/** The system's own dragging cannot be seen by a test; what it is handed can. */
const watchDrags = (app: ElectronApplication) =>
  app.evaluate(({ BrowserWindow }) => {
    for (const window of BrowserWindow.getAllWindows()) {
      window.webContents.startDrag = ({ file }) => {
        (globalThis as { draggedFile?: string }).draggedFile = file;
      };
    }
  });
const draggedFile = (app: ElectronApplication) =>
  app.evaluate(() => (globalThis as { draggedFile?: string }).draggedFile ?? null);

test('an environment says how it is reached, what its store is like, and when it could not be seen', async ({
  open: launch,
}) => {
  const { page } = await launch({ demo: true });
  await view(page, 'Environments');
  const shop = page.getByTestId('environment-shop');
  await expect(shop.getByTestId('state-sentence')).toContainText(/live/i, { timeout: 60_000 });
  await shop.getByRole('button', { name: 'More' }).click();
  await expect(shop.getByRole('region', { name: 'Posture of the store' })).toContainText(/checks/);
  await expect(shop.getByRole('region', { name: 'Posture of the store' })).toContainText(/cookie/i);
  const outages = shop.getByRole('region', { name: 'History of outages' });
  await expect(outages.getByRole('img', { name: /^The last 24 hours/ })).toBeVisible();
  await page.getByRole('button', { name: 'Stop shop' }).click();
  await expect(outages).toContainText(/The agent was not connected/, { timeout: 60_000 });
  await page.getByRole('button', { name: 'Start shop' }).click();

  // A proxy that is not there is told from an agent that is not there, at once.
  await shop.getByRole('button', { name: 'Edit…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Proxy').click();
  await page.getByRole('option', { name: 'Set by hand' }).click();
  await dialog.getByLabel('Address of the proxy').fill('http://127.0.0.1:9');
  await dialog.getByLabel(/^Group/).fill('Europe');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(shop.getByTestId('state-sentence')).toContainText(
    'The proxy http://127.0.0.1:9 does not answer',
    {
      timeout: 60_000,
    },
  );
  await expect(page.getByRole('region', { name: 'Europe' })).toContainText('shop');
  await shop.getByRole('button', { name: 'Edit…' }).click();
  await dialog.getByLabel('Proxy').click();
  await page.getByRole('option', { name: 'None: straight to the agent' }).click();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(shop.getByTestId('state-sentence')).toContainText(/live/i, { timeout: 60_000 });
});

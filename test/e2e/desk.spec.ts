import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ElectronApplication, Page } from '@playwright/test';
import { agentFolder } from '../support/agent-process.ts';
import { startConnectProxy, startSocksProxy } from '../support/proxies.ts';
import { expect, test } from './console.ts';
import { addEnvironment, openView, seriousFindings } from './looking.ts';

// The habits of a desktop program, as somebody at work has them.

async function demoIsLive(page: Page): Promise<void> {
  await openView(page, 'Environments');
  for (const name of ['shop', 'intranet', 'blog']) {
    await expect(page.getByTestId(`environment-${name}`).getByTestId('state-sentence')).toContainText(
      /live/i,
      { timeout: 60_000 },
    );
  }
}

/** What the palette is asked for, and Enter. */
async function command(page: Page, text: string): Promise<void> {
  await page.keyboard.press('Control+k');
  const line = page.getByRole('combobox', { name: 'Search and commands' });
  await expect(line).toBeFocused();
  await line.fill(text);
  await page.keyboard.press('Enter');
}

const numberOf = (text: string | null): number => Number((text ?? '').replaceAll(/[^\d]/g, ''));

test('several windows, each with its own view and filter, are there again after a restart', async ({
  open: launch,
  folder,
}) => {
  const first = await launch({ demo: true, profile: folder });
  await demoIsLive(first.page);
  await openView(first.page, 'Sessions');
  const [second] = await Promise.all([
    first.app.waitForEvent('window'),
    command(first.page, 'another window'),
  ]);
  await expect(second.getByRole('heading', { level: 1, name: 'Sessions' })).toBeVisible();
  await second.getByRole('combobox', { name: /^Search/ }).fill('device:mobile');
  await second.keyboard.press('Enter');
  await expect(second.getByText('Search: device:mobile')).toBeVisible();
  await expect(first.page.getByText('Search: device:mobile')).toHaveCount(0);
  const [wall] = await Promise.all([
    first.app.waitForEvent('window'),
    command(first.page, 'Map alone, in another window'),
  ]);
  await expect(wall.getByRole('button', { name: 'Map alone' })).toHaveAttribute('aria-pressed', 'true');
  await expect(wall.getByRole('grid')).toHaveCount(0);
  // What is a choice holds in every window at once.
  await command(second, 'Light theme');
  for (const page of [first.page, second, wall]) {
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  }
  // What a window remembers is written a moment after it changed.
  await first.page.waitForTimeout(1_000);
  await first.app.close();

  const again = await launch({ profile: folder });
  await expect.poll(() => again.app.windows().length, { timeout: 30_000 }).toBe(3);
  const views = async () =>
    (await Promise.all(again.app.windows().map((page) => page.evaluate(() => window.location.hash)))).sort();
  await expect.poll(views).toEqual(['#/sessions', '#/sessions', '#/watch/map']);
  const chips = async () =>
    (
      await Promise.all(again.app.windows().map((page) => page.getByText('Search: device:mobile').count()))
    ).reduce((sum, one) => sum + one, 0);
  await expect.poll(chips).toBe(1);
});

/** Files that the window would have dragged out: the system's own dragging would wait for a drop. */
async function catchDrags(app: ElectronApplication): Promise<() => Promise<readonly string[]>> {
  await app.evaluate(({ webContents }) => {
    const files: string[] = [];
    Object.assign(globalThis, { dragged: files });
    for (const contents of webContents.getAllWebContents()) {
      contents.startDrag = ({ file }) => {
        files.push(file);
      };
    }
  });
  return () => app.evaluate(() => (globalThis as unknown as { dragged: string[] }).dragged);
}

test('a selection over many pages is counted honestly, and is dragged out as CSV', async ({
  open: launch,
}) => {
  const { app, page } = await launch({ demo: true });
  await demoIsLive(page);
  await openView(page, 'Sessions');
  const grid = page.getByRole('grid');
  await expect(grid.getByRole('row').nth(5)).toBeVisible();
  await page.getByRole('checkbox', { name: 'Select all sessions of this list' }).click();
  const chosen = page.getByTestId('chosen-count');
  await expect(chosen).toContainText(/^[1-9][\d,]* selected/, { timeout: 30_000 });
  const all = numberOf(/^[\d,]+/.exec((await chosen.textContent()) ?? '')?.[0] ?? null);
  const total = numberOf(
    /^[\d,]+/.exec((await page.getByTestId('session-count').textContent()) ?? '')?.[0] ?? null,
  );
  // More than are in the page, and no more than there are; people come and go meanwhile.
  expect(all).toBeGreaterThan(await grid.getByRole('row').count());
  expect(all).toBeLessThanOrEqual(total + 20);
  await page.getByRole('combobox', { name: /^Search/ }).fill('env:blog');
  await page.keyboard.press('Enter');
  await expect(chosen).toContainText(/ selected \([\d,]+ not in this list/);

  const files = await catchDrags(app);
  const row = grid.getByRole('row', { selected: true }).first();
  const box = (await row.boundingBox())!;
  await page.mouse.move(box.x + 200, box.y + 8);
  await page.mouse.down();
  await page.mouse.move(box.x + 260, box.y + 60, { steps: 6 });
  await page.mouse.up();
  await expect.poll(files, { timeout: 20_000 }).toHaveLength(1);
  const [file = ''] = await files();
  expect(file).toMatch(/sessions\.csv$/);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\r\n');
  expect(lines[0]).toMatch(/^Environment,Session,Person,/);
  expect(lines.length - 1).toBe(all);
});

test('sessions are grouped by every dimension with counts of everything that fits', async ({
  open: launch,
}) => {
  const { page } = await launch({ demo: true });
  await demoIsLive(page);
  await openView(page, 'Sessions');
  const groups = page.getByTestId('group-count');
  for (const by of ['person', 'address', 'network', 'country', 'browser and system', 'environment']) {
    await page.getByRole('combobox', { name: 'Group by' }).click();
    await page.getByRole('option', { name: `By ${by}`, exact: true }).click();
    await expect(groups).toContainText(/in [1-9][\d,]* groups?/);
    await expect(page.getByRole('row', { expanded: false }).first()).toContainText(/[\d,]+ sessions?/);
  }
  await expect(groups).toHaveText('in 3 groups');
  const heads = page.getByRole('row', { expanded: false });
  const counted = async () =>
    (await heads.allTextContents()).reduce(
      (sum, text) => sum + numberOf(/([\d,]+) sessions?/.exec(text)?.[1] ?? null),
      0,
    );
  const total = async () =>
    numberOf(/^[\d,]+/.exec((await page.getByTestId('session-count').textContent()) ?? '')?.[0] ?? null);
  await expect.poll(async () => (await counted()) - (await total())).toBe(0);
  // A group that is opened lists its own.
  await heads.filter({ hasText: 'blog' }).click();
  await expect(page.getByRole('row', { level: 2 }).first()).toContainText('blog');
});

test('what is looked into is bookmarked and noted, and stands together under Investigate', async ({
  open: launch,
}) => {
  const { page } = await launch({ demo: true });
  await demoIsLive(page);
  await openView(page, 'Audit');
  const events = page.getByRole('region', { name: 'Events' });
  await expect(async () => {
    await page.getByRole('button', { name: /^(Newest|[\d,]+ new)$/ }).click();
    await expect.poll(() => events.getByRole('row').count(), { timeout: 2_000 }).toBeGreaterThan(10);
  }).toPass({ timeout: 60_000 });

  // By keys alone: a line, its menu, only what is like it; then the bookmark.
  await page.getByTestId('bars').focus();
  await page.keyboard.press('j');
  await page.keyboard.press('Shift+F10');
  const menu = page.getByRole('menu', { name: 'Actions for this event' });
  await expect(menu).toBeVisible();
  expect(await seriousFindings(page), 'menu of an event').toEqual([]);
  await menu.getByRole('menuitem', { name: /^Only “/ }).click();
  await expect(page.getByRole('combobox', { name: /^Search/ })).toHaveValue(/^action:=/);
  await events
    .getByRole('row')
    .nth(2)
    .click({ button: 'right', position: { x: 30, y: 8 } });
  await menu.getByRole('menuitem', { name: 'Bookmark this event' }).click();
  await expect(menu).toHaveCount(0);

  await openView(page, 'Sessions');
  const row = page.getByRole('grid').getByRole('row').nth(3);
  await row.click();
  const panel = page.getByTestId('session-panel');
  await expect(panel.getByRole('heading').first()).not.toHaveText('Session');
  const name = (await panel.getByRole('heading').first().textContent()) ?? '';
  await panel.getByRole('button', { name: 'Bookmark' }).click();
  await expect(panel.getByRole('button', { name: 'Bookmark' })).toHaveAttribute('aria-pressed', 'true');
  await panel.getByRole('textbox', { name: 'New note' }).fill('Asked the help desk.');
  await panel.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(panel.getByText('Asked the help desk.')).toBeVisible();

  // What a link leads to has its menu wherever it stands.
  await panel
    .getByRole('link', { name: /^Everything that .* touched$/ })
    .first()
    .click({ button: 'right' });
  const ofAddress = page.getByRole('menu', { name: 'Actions for this address' });
  await expect(ofAddress.getByRole('menuitem', { name: 'Its events' })).toBeVisible();
  expect(await seriousFindings(page), 'menu of an address').toEqual([]);
  await ofAddress.getByRole('menuitem', { name: 'Bookmark' }).click();
  await expect(ofAddress).toHaveCount(0);

  // A session that is pinned stands beside the next one.
  await panel.getByRole('button', { name: 'Pin', exact: true }).click();
  const others = page.getByRole('grid').getByRole('row').filter({ hasNotText: name });
  const beside = panel.getByRole('region', { name: 'Compared with the pinned session' });
  // The list goes on while nobody is at it: another session may be where one was that was about to be chosen.
  await expect(async () => {
    await others.nth(5).click();
    await expect(beside.getByRole('row', { name: /^Person/ })).toContainText(name, { timeout: 5_000 });
  }).toPass();
  expect(await seriousFindings(page), 'two sessions').toEqual([]);
  await beside.getByRole('button', { name: 'Let it go' }).click();
  await expect(beside).toHaveCount(0);

  await command(page, 'Bookmarks and notes');
  const answer = page.getByTestId('answer');
  await expect(answer.getByRole('row')).toHaveCount(5);
  await expect(answer.getByRole('link', { name: `session of ${name}` })).toHaveCount(2);
  expect(await seriousFindings(page), 'bookmarks and notes').toEqual([]);
  await answer.getByRole('button', { name: /^Remove the note about/ }).click();
  await expect(answer.getByRole('row')).toHaveCount(4);
  await answer.getByRole('button', { name: 'Undo' }).click();
  await expect(answer.getByRole('row')).toHaveCount(5);
  // The bookmarked event opens with what happened around it.
  await answer.getByRole('row').last().getByRole('link').click();
  await expect(page.getByRole('heading', { level: 1, name: 'Audit' })).toBeVisible();
  await expect(page.getByRole('combobox', { name: 'Period' })).toContainText('–');
});

test('a question to the past is kept as a view, with its instant, environment and search', async ({
  open: launch,
}) => {
  const { page } = await launch({ demo: true });
  await demoIsLive(page);
  await command(page, 'yesterday 03:10');
  const answer = page.getByTestId('answer');
  await expect(answer.getByTestId('at-count')).toContainText('03:10:00');
  await page.getByRole('combobox', { name: 'Environment' }).click();
  await page.getByRole('option', { name: 'shop' }).click();
  await command(page, 'Save this view');
  await expect(page.getByLabel('Name')).toBeFocused();
  await page.keyboard.type('The night in the shop');
  await page.keyboard.press('Enter');
  await page.getByRole('combobox', { name: 'Environment' }).click();
  await page.getByRole('option', { name: 'blog' }).click();
  await answer.getByRole('button', { name: '+1 hour' }).click();
  await expect(answer.getByTestId('at-count')).toContainText('04:10:00');
  await command(page, 'The night in');
  await expect(answer.getByTestId('at-count')).toContainText('03:10:00');
  await expect(page.getByRole('combobox', { name: 'Environment' })).toContainText('shop');
});

test('an agent is reached over an HTTP and a SOCKS proxy as soon as that is saved', async ({
  open: launch,
  folder,
}) => {
  const made = agentFolder(join(folder, 'agent'), {
    environment: { id: 'far', name: 'far' },
    store: { kind: 'demo', dir: 'demo', preset: 'blog', people: 20, historyDays: 0, rate: 0 },
  });
  const agent = await made.start();
  const proxies = [
    ['http', await startConnectProxy()],
    ['socks', await startSocksProxy()],
  ] as const;
  try {
    const { page } = await launch();
    await addEnvironment(page, { name: 'far', url: agent.url, token: await made.token('ops') });
    const far = page.getByTestId('environment-far');
    const dialog = page.getByRole('dialog');
    for (const [name, proxy] of proxies) {
      expect(proxy.asked, name).toEqual([]);
      await far.getByRole('button', { name: 'Edit…' }).click();
      await dialog.getByRole('combobox', { name: 'Proxy' }).click();
      await page.getByRole('option', { name: 'Set by hand' }).click();
      await dialog.getByLabel('Address of the proxy').fill(proxy.url);
      await dialog.getByRole('button', { name: 'Save' }).click();
      await expect(dialog).toHaveCount(0);
      await expect.poll(() => proxy.asked.length, { timeout: 20_000, message: name }).toBeGreaterThan(0);
      expect(proxy.asked[0], name).toBe(new URL(agent.url).host);
      await expect(far.getByTestId('state-sentence')).toContainText(/live/i, { timeout: 30_000 });
    }
    // A proxy that leads nowhere is named, and what was mirrored stays.
    proxies[1][1].refuses = true;
    await far.getByRole('button', { name: 'Edit…' }).click();
    await dialog.getByRole('button', { name: 'Test connection' }).click();
    await expect(dialog.getByRole('alert')).toContainText(/proxy/i);
  } finally {
    await Promise.all(proxies.map(([, proxy]) => proxy.stop()));
    await agent.stop();
  }
});

test('new detections are read out, unless that is turned down', async ({ open: launch }) => {
  const { page } = await launch({ demo: true });
  await openView(page, 'Settings');
  const announce = page.getByRole('combobox', { name: 'Announce detections' });
  await announce.click();
  await page.getByRole('option', { name: 'All' }).click();
  const announcer = page.getByTestId('announcer');
  await expect(announcer).toContainText(/^New detection, /, { timeout: 300_000 });
  await announce.click();
  await page.getByRole('option', { name: 'None' }).click();
  // From here on whatever is found is silent: other sentences may be said.
  const heard = await announcer.textContent();
  await openView(page, 'Detections');
  const before = await page.getByTestId('detection').count();
  await expect
    .poll(() => page.getByTestId('detection').count(), { timeout: 300_000 })
    .toBeGreaterThan(before);
  const now = await announcer.textContent();
  expect(now === heard || !(now ?? '').startsWith('New detection')).toBe(true);
});

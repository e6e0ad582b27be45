import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test, type Console } from './console.ts';

const root = join(import.meta.dirname, '..', '..');

async function watching(page: Page): Promise<void> {
  for (const name of ['shop', 'intranet', 'blog']) {
    await expect(page.getByTestId(`connection-${name}`)).toBeVisible({ timeout: 45_000 });
  }
  await expect(page.locator('.wf-cluster').first()).toBeVisible({ timeout: 45_000 });
}
const countOf = async (page: Page): Promise<number> => {
  const text = (await page.getByTestId('session-count').textContent()) ?? '';
  return Number(/^[\d,]+/.exec(text)?.[0].replaceAll(',', '') ?? Number.NaN);
};

test('the past: map, table and figures show an instant, say so everywhere, play it, and come back to live', async ({
  demo,
}) => {
  const { page } = await demo();
  await watching(page);
  // The agents' logs of the last day are read while the demo starts; then there is a past to look at.
  await expect
    .poll(async () => (await page.getByTestId('time-bar').getAttribute('aria-label')) ?? '', {
      timeout: 60_000,
    })
    .toMatch(/: [1-9][\d,]* sign-ins/);
  const bar = page.getByTestId('time-bar');
  const box = (await bar.boundingBox())!;
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await expect(page.getByTestId('as-of')).toContainText('Not live: as of');
  await expect(page.getByTestId('session-count')).toContainText('open then');
  await expect.poll(() => countOf(page)).toBeGreaterThan(0);
  // The agents' history may still be read meanwhile; then table and figures come to agree.
  const figures = page.getByRole('group', { name: 'Key figures' });
  await expect
    .poll(
      async () => {
        const told = /Sessions then([\d,]+)/.exec((await figures.textContent()) ?? '')?.[1] ?? '';
        return Number(told.replaceAll(',', '')) - (await countOf(page));
      },
      { timeout: 30_000 },
    )
    .toBe(0);
  const then = await countOf(page);
  const circles = page.locator('.wf-cluster:visible');
  await expect
    .poll(async () => {
      const names = await circles.evaluateAll((all) =>
        all.map((one) => one.getAttribute('aria-label') ?? ''),
      );
      return names.reduce(
        (sum, name) => sum + Number(/: ([\d,]+) session/.exec(name)?.[1]?.replaceAll(',', '')),
        0,
      );
    })
    .toBeGreaterThan(0);
  await page.getByRole('link', { name: 'Audit', exact: true }).click();
  await expect(page.getByTestId('as-of')).toContainText('this view shows now');
  await page.getByRole('link', { name: 'Watch', exact: true }).click();

  const before = Number(await bar.getAttribute('aria-valuenow'));
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await expect.poll(async () => Number(await bar.getAttribute('aria-valuenow'))).toBeGreaterThan(before + 30);
  await page.getByRole('button', { name: 'Pause', exact: true }).first().click();

  await page.mouse.move(box.x + box.width * 0.3, box.y + 10);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + 10, { steps: 4 });
  await page.mouse.up();
  await expect(page.getByTestId('as-of')).toContainText('Not live: period');
  await expect(page.getByTestId('session-count')).toContainText('open in this period');
  await expect.poll(() => countOf(page)).toBeGreaterThan(then);
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('as-of')).toHaveCount(0);
  await expect(page.getByTestId('session-count')).toContainText('live');
});

test('columns are chosen, ordered and sized, and are so again after a restart', async ({
  open: launch,
  folder,
}) => {
  const first = await launch({ demo: true, profile: folder });
  await watching(first.page);
  await first.page.getByRole('link', { name: 'Sessions', exact: true }).click();
  const headers = (page: Page) =>
    page
      .getByRole('columnheader')
      .evaluateAll((all) =>
        all.map((one) => one.textContent.replace(/ [↑↓]$/, '')).filter((text) => text !== ''),
      );
  await first.page.getByRole('button', { name: 'Columns' }).click();
  const chooser = first.page.getByRole('dialog', { name: 'Columns' });
  await chooser.getByRole('checkbox', { name: 'Roles' }).uncheck();
  await chooser.getByRole('checkbox', { name: 'Expires' }).check();
  await chooser.getByRole('button', { name: 'Person: further left' }).click();
  await first.page.keyboard.press('Escape');
  const person = (page: Page) => page.getByRole('columnheader', { name: 'Person' });
  const edge = (await person(first.page).boundingBox())!;
  await first.page.mouse.move(edge.x + edge.width - 2, edge.y + 8);
  await first.page.mouse.down();
  await first.page.mouse.move(edge.x + edge.width + 70, edge.y + 8, { steps: 4 });
  await first.page.mouse.up();
  const shown = await headers(first.page);
  expect(shown.slice(0, 2)).toEqual(['Person', 'Environment']);
  expect(shown).toContain('Expires');
  expect(shown).not.toContain('Roles');
  const { width } = (await person(first.page).boundingBox())!;
  expect(width).toBeGreaterThan(edge.width + 50);
  await first.app.close();

  const again = await launch({ profile: folder });
  await again.page.getByRole('link', { name: 'Sessions', exact: true }).click();
  await expect(again.page.getByRole('columnheader', { name: 'Expires' })).toBeVisible();
  expect(await headers(again.page)).toEqual(shown);
  expect((await person(again.page).boundingBox())!.width).toBeCloseTo(width, 0);
});

/** What the system does with a link: it starts the program once more, which hands the link to the one that runs. */
function follow({ profile }: Console, link: string): void {
  const executable = process.env['WATCHFLOOR_ELECTRON'] ?? '';
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const { status } = spawnSync(executable, [...sandbox, root, `--profile=${profile}`, link], {
    timeout: 30_000,
    env: { ...process.env, NODE_ENV: 'production' },
  });
  expect(status).toBe(0);
}

test('a link opens its session; a link to nothing known changes nothing; the palette does what it names', async ({
  demo,
}) => {
  const console = await demo();
  const { page } = console;
  await watching(page);
  await page.getByRole('grid').getByRole('row').nth(3).click();
  const panel = page.getByTestId('session-panel');
  await expect(panel).toBeVisible();
  await expect(panel.getByRole('heading').first()).not.toHaveText('Session');
  const name = (await panel.getByRole('heading').first().textContent()) ?? '';
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('copy a link');
  await page.keyboard.press('Enter');
  const copied = () => console.app.evaluate(({ clipboard }) => clipboard.readText());
  await expect.poll(copied).toMatch(/^watchfloor:\/\/session\/[^/]+\/[^/]+$/);
  const link = await copied();
  await page
    .getByRole('button', { name: 'Close', exact: true })
    .or(panel.getByRole('button', { name: /close/i }))
    .first()
    .click();
  await expect(panel).toHaveCount(0);

  follow(console, 'watchfloor://delete/everything');
  await expect(panel).toHaveCount(0);
  follow(console, link);
  await expect(page.getByRole('heading', { level: 1, name: 'Sessions' })).toBeVisible();
  await expect(panel.getByRole('heading').first()).toHaveText(name);

  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('this time yesterday');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('as-of')).toBeVisible();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('back to live');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('as-of')).toHaveCount(0);
});

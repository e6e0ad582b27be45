import { expect, test, type ElectronApplication, type Page } from '@playwright/test';
import { seriousFindings } from './looking.ts';
import { hostPage, openPage, type HostedPage } from '../support/page-window.ts';

// Pictures of every component in every state. After a change that is meant to be seen:
// `npx playwright test test/e2e/gallery.spec.ts --update-snapshots` (with the variables that `npm test` sets), and look at them.

const GROUPS = ['marks', 'fields', 'boxes', 'charts', 'parts'] as const;
const OVER = [
  ['parts', 'NameDialog', 'dialog'],
  ['parts', 'SavedViewsDialog', 'dialog'],
  ['boxes', 'ActionMenu', 'menu'],
] as const;

let hosted: HostedPage;
let app: ElectronApplication;
let page: Page;
test.beforeAll(async () => {
  hosted = await hostPage('test/gallery/index.html');
  ({ app, window: page } = await openPage(hosted, { width: 960, height: 800 }));
});
test.afterAll(async () => {
  await app.close();
  hosted.stop();
});

async function show(query: string): Promise<void> {
  await page.goto(`${hosted.url}?${query}`);
  await page.evaluate(() => document.fonts.ready);
}

for (const theme of ['dark', 'light'] as const) {
  for (const group of GROUPS) {
    test(`${group} look as they did and have no serious accessibility finding, ${theme}`, async () => {
      await show(`group=${group}&theme=${theme}`);
      const gallery = page.getByTestId('gallery');
      await expect(gallery.locator('section').first()).toBeVisible();
      // What waits shows itself after a moment.
      if (group === 'boxes') await expect(page.getByRole('status').first()).toBeVisible();
      expect(await seriousFindings(page)).toEqual([]);
      await expect(gallery).toHaveScreenshot(`${group}-${theme}.png`);
    });
  }
}

for (const [group, component, role] of OVER) {
  test(`${component} looks as it did`, async () => {
    await show(`group=${group}&alone=${component}`);
    await expect(page.getByRole(role)).toBeVisible();
    expect(await seriousFindings(page)).toEqual([]);
    await expect(page.getByRole(role)).toHaveScreenshot(`${component}.png`);
  });
}

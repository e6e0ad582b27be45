import type { Page } from '@playwright/test';
import { expect, test } from './console.ts';
import { seriousFindings } from './looking.ts';

// The pages behind the views, and the views at 200 %; at 100 % these are looked at in both themes by demo.spec.ts.

const VIEWS = [
  'sessions',
  'people',
  'detections',
  'audit',
  'investigate/at',
  'rules',
  'environments',
  'settings',
  'watch',
] as const;
const BEHIND = [
  'people/identities',
  'detections/figures',
  'detections/tuning',
  'detections/suppressions',
  'detections/sigma',
  'investigate/difference',
  'investigate/shared',
  'investigate/notes',
  'response/holds',
  'response/journal',
] as const;

async function look(page: Page, hash: string): Promise<void> {
  await page.evaluate((to) => {
    window.location.hash = to;
  }, `#/${hash}`);
  await expect(page.getByRole('heading', { level: 1 }).first()).toBeAttached();
  // What is faster shows no sign of waiting; what is slower is looked at as it waits.
  await page.waitForTimeout(250);
  expect(await seriousFindings(page), hash).toEqual([]);
  const sideways = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  });
  expect(sideways, `${hash}: the window scrolls sideways`).toBeLessThanOrEqual(0);
}

test('no page has a serious accessibility finding or scrolls the window sideways, at 100 % and at 200 %', async ({
  demo,
}) => {
  const { page } = await demo({ theme: 'dark', width: 1280, height: 800 });
  await expect(page.locator('.wf-cluster').first()).toBeVisible({ timeout: 60_000 });
  await page.getByRole('grid').getByRole('row').nth(2).click();
  await expect(page.getByTestId('session-panel')).toBeVisible();
  for (const hash of BEHIND) await look(page, hash);
  await page.evaluate(async () => {
    const { watchfloor } = globalThis as unknown as {
      watchfloor: { call(name: string, request: unknown): Promise<unknown> };
    };
    await watchfloor.call('settings.put', { theme: 'light', zoom: 2 });
  });
  await expect.poll(() => page.evaluate(() => window.innerWidth)).toBeLessThan(700);
  for (const hash of [...VIEWS, ...BEHIND]) await look(page, hash);
});

test('who asks for less motion gets none', async ({ open: launch }) => {
  const { page } = await launch();
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.getByRole('link', { name: 'Environments', exact: true }).click();
  await page
    .getByRole('button', { name: /^Add an environment/ })
    .first()
    .click();
  await expect(page.getByRole('dialog')).toBeVisible();
  const moving = await page.evaluate(
    () =>
      [...document.querySelectorAll('*')]
        .map((element) => getComputedStyle(element))
        .filter(
          ({ animationName, transitionDuration }) =>
            animationName !== 'none' || transitionDuration.split(', ').some((length) => length !== '0s'),
        ).length,
  );
  expect(moving).toBe(0);
});

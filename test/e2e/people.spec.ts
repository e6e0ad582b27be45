import { expect } from '@playwright/test';
import { test } from './console.ts';
import { seriousFindings } from './looking.ts';

test('a person: found, joined with another account, taken apart again; an address and whom it touched', async ({
  demo,
}) => {
  const { page } = await demo();
  await page.getByRole('link', { name: 'People', exact: true }).click();
  const people = page.getByRole('region', { name: 'People' }).getByRole('row');
  await expect.poll(() => people.count(), { timeout: 40_000 }).toBeGreaterThan(20);
  await expect(page.getByTestId('people-count')).toContainText('people');

  await people.nth(1).getByRole('link').first().click();
  const person = page.getByTestId('person');
  await expect(person.getByRole('heading', { name: 'Sessions of this period' })).toBeVisible();
  await expect(person.getByRole('heading', { name: /^Signed in now: [1-9]/ })).toBeVisible();
  // What was done in a session lies on its bar as dots, and what was flagged over all of them.
  await expect(person.getByRole('group', { name: 'Detections' })).toBeVisible();
  await expect(
    person.getByRole('button', { name: /· (?:at least )?\d+ events?(?:, \d+ failed)?$/ }).first(),
  ).toBeVisible();
  await expect(person.getByRole('img', { name: /^Map of \d+ place/ })).toBeVisible();

  await person.getByRole('button', { name: 'Join another account…' }).click();
  await page.getByPlaceholder('Name of the other account').fill('a.');
  await page.getByRole('option').first().click();
  await expect(person.getByText('belongs to this person now')).toBeVisible();
  await expect(person.getByText(/2 accounts/)).toBeVisible();
  await person.getByRole('button', { name: 'Undo' }).click();
  await expect(person.getByText(/1 account ·/)).toBeVisible();

  await person.getByRole('textbox', { name: 'New note' }).fill('Called back: travelling this week.');
  await person.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(person.getByText('travelling this week')).toBeVisible();

  for (const theme of ['dark', 'light']) {
    await page.evaluate((name) => {
      document.documentElement.setAttribute('data-theme', name);
    }, theme);
    expect(await seriousFindings(page)).toEqual([]);
  }

  // Staying at a link, with the pointer or by keyboard, says in a few lines what it leads to; Escape sends that away.
  const address = person.getByRole('link', { name: /^Everything that .* touched$/ }).first();
  const summary = page.getByRole('tooltip');
  await expect(async () => {
    await page.mouse.move(2, 2);
    await address.hover();
    await expect(summary).toBeVisible({ timeout: 2_000 });
    const id = (await summary.getAttribute('id', { timeout: 500 })) ?? 'none';
    await expect(address).toHaveAttribute('aria-describedby', id, { timeout: 500 });
  }).toPass();
  await expect(summary.locator('dt')).toHaveText([
    'Place',
    'Network',
    'Signed in now',
    'Accounts',
    'Last seen',
    'Last 7 days',
  ]);
  expect(await seriousFindings(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(summary).toHaveCount(0);
  await expect(person).toBeVisible();
  await page.mouse.move(2, 2);
  await address.focus();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Tab');
  await expect(summary).toContainText('Signed in now');
  // A masked address has no summary that would tell it by whom it touched.
  const mask = (maskAddresses: boolean) =>
    page.evaluate(async (value) => {
      const { watchfloor } = globalThis as unknown as {
        watchfloor: { call(name: string, request: unknown): Promise<unknown> };
      };
      await watchfloor.call('settings.put', { maskAddresses: value });
    }, maskAddresses);
  await mask(true);
  await expect(summary).toContainText('Masked by the privacy setting');
  await expect(summary.locator('dt')).toHaveCount(0);
  await mask(false);
  await page.keyboard.press('Escape');
  await expect(summary).toHaveCount(0);

  await address.click();
  const entity = page.getByTestId('entity');
  await expect(entity.getByRole('heading', { name: 'Accounts it touched' })).toBeVisible();
  await entity.getByRole('link', { name: /./ }).first().click();
  await expect(page.getByTestId('person')).toBeVisible();

  // In the table of sessions, whose cells are no links, too; there with what only this session says of it.
  await page.getByRole('link', { name: 'Sessions', exact: true }).click();
  const device = page.locator('[data-leads^="#/investigate/device/"]').first();
  await expect(async () => {
    await page.mouse.move(2, 2);
    await device.hover();
    await expect(summary).toContainText('Kind of device', { timeout: 2_000 });
  }).toPass();
  await expect(summary).toContainText((await device.getAttribute('data-detail')) ?? 'none');
  await page.locator('[data-leads^="#/people/"]').first().hover();
  await expect(summary.locator('dt').first()).toHaveText('Signed in now');
  await page.locator('[data-leads^="#/environments/"]').first().hover();
  await expect(summary).toContainText(/Live[,.]/);
  await expect(summary.locator('dt')).toHaveText(['Signed in now', 'True as of', 'Agent']);
  expect(await seriousFindings(page)).toEqual([]);
});

test('the past: who was signed in at an instant in one environment, and what another instant has that this has not', async ({
  demo,
}) => {
  const { page } = await demo();
  await page.getByRole('link', { name: 'Investigate', exact: true }).click();
  const answer = page.getByTestId('answer');
  // The demo's agents deliver their past within the first seconds; a step asks anew.
  await expect(async () => {
    await answer.getByRole('button', { name: '+5 min' }).click();
    await expect(answer.getByTestId('at-count')).toContainText(/[1-9]\d\d sessions at/, { timeout: 2_000 });
  }).toPass({ timeout: 40_000 });
  await answer
    .getByLabel(/^Instant,/)
    .fill(`${new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)}T03:10:00`);
  await page.getByRole('combobox', { name: 'Environment' }).click();
  await page.getByRole('option', { name: 'intranet' }).click();
  await expect(answer.getByTestId('at-count')).toContainText('03:10:00');
  await expect(answer.getByTestId('coverage')).toContainText(/^(⚠ )?intranet as of/);
  await expect(answer.getByTestId('coverage')).not.toContainText('shop');

  // A session opens beside the answer; one that is still signed in is selected and ended from here.
  await answer
    .getByRole('button', { name: /^Open the session of/ })
    .first()
    .click();
  const panel = page.getByTestId('session-panel');
  await expect(panel).toBeVisible();
  await panel.getByRole('button', { name: /close/i }).click();
  await expect(panel).toHaveCount(0);
  await answer.getByLabel(/^Instant,/).fill(new Date(Date.now() - 120_000).toISOString().slice(0, 19));
  const signedIn = answer.getByRole('checkbox', { disabled: false });
  await expect(signedIn.first()).toBeVisible({ timeout: 60_000 });
  await signedIn.first().check();
  await answer.getByRole('button', { name: /^End 1 session…$/ }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('heading').first()).toContainText(
    /^(End 1 session in|There is nothing to end)/,
    {
      timeout: 60_000,
    },
  );
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await answer.getByRole('button', { name: 'Clear' }).click();

  await page.getByRole('link', { name: 'Between two instants' }).click();
  await expect(answer.getByRole('heading', { name: /^Came: \d+ session/ })).toBeVisible();
  await page.getByRole('link', { name: 'Shared addresses' }).click();
  await expect(answer.getByRole('link', { name: /touched$/ }).first()).toBeVisible();
  expect(await seriousFindings(page)).toEqual([]);
});

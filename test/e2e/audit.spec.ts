import { expect } from '@playwright/test';
import { test } from './console.ts';
import { seriousFindings } from './looking.ts';

test('audit: bars, frequent values, a stretch chosen by keyboard, what happened around an event, and back', async ({
  demo,
}) => {
  const { page } = await demo();
  await page.getByRole('link', { name: 'Audit', exact: true }).click();
  const events = page.getByRole('region', { name: 'Events' });
  await expect(async () => {
    await page.getByRole('button', { name: /^(Newest|[\d,]+ new)$/ }).click();
    await expect.poll(() => events.getByRole('row').count(), { timeout: 2_000 }).toBeGreaterThan(20);
  }).toPass({ timeout: 40_000 });
  const search = page.getByRole('combobox', { name: /^Search/ });
  const bars = page.getByTestId('bars');
  await expect(bars).toHaveAttribute('aria-valuetext', /^[\d,]{3,} events$/);

  await page
    .getByRole('region', { name: 'Outcome' })
    .getByRole('button', { name: /^failure/ })
    .click();
  await expect(search).toHaveValue('outcome:=failure');
  await expect(events.getByText('Signed in', { exact: true })).toHaveCount(0);
  await expect(events.getByText('Failed sign-in').first()).toBeVisible();

  await search.fill('outcome:=failure (user:');
  await page.keyboard.press('Enter');
  await expect(page.getByText(/needs a value/).first()).toBeVisible();
  await search.fill('');
  await page.keyboard.press('Enter');
  await expect(events.getByText('Signed in', { exact: true }).first()).toBeVisible();

  await bars.focus();
  for (const key of ['ArrowLeft', 'ArrowLeft', 'Shift+ArrowLeft', 'Shift+ArrowLeft', 'Enter'])
    await page.keyboard.press(key);
  await expect(page.getByRole('combobox', { name: 'Period' })).toContainText('–');
  await events
    .getByRole('button', { name: /^What happened around/ })
    .first()
    .click();
  await expect(bars).toHaveAttribute('aria-valuetext', /event/);
  await page.getByRole('button', { name: 'Back', exact: true }).click();
  await page.getByRole('button', { name: 'Back', exact: true }).click();
  await expect(page.getByRole('combobox', { name: 'Period' })).toContainText('Last 24 hours');

  expect(await seriousFindings(page)).toEqual([]);

  // Lines are walked by keys, and Enter follows the first link of one: a person or an address.
  await expect(events.getByText('Signed in', { exact: true }).first()).toBeVisible();
  await bars.focus();
  const line = events.locator('tbody tr:focus');
  await page.keyboard.press('j');
  await expect(line).toHaveCount(1);
  const place = (): Promise<number> => line.evaluate((row) => (row as HTMLTableRowElement).sectionRowIndex);
  const first = await place();
  await page.keyboard.press('j');
  await expect.poll(place).toBe(first + 1);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Audit' })).toHaveCount(0);
});

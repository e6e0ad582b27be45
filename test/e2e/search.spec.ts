import { expect, test } from './console.ts';
import type { Page } from '@playwright/test';

const open = (page: Page, view: string) => page.getByRole('link', { name: view, exact: true }).click();

test('a search is completed as it is typed, faults are shown at their place, and a view is kept under a name', async ({
  demo,
}) => {
  const { page } = await demo();
  await open(page, 'Environments');
  for (const name of ['shop', 'intranet', 'blog']) {
    const state = page.getByTestId(`environment-${name}`).getByTestId('state-sentence');
    await expect(state).toContainText(/live/i, { timeout: 45_000 });
  }
  await open(page, 'Sessions');
  const count = page.getByTestId('session-count');
  await expect(count).toContainText('live');
  const all = Number((await count.textContent())?.replaceAll(/\D/g, ''));
  await page.keyboard.press('/');
  const line = page.getByRole('combobox', { name: /^Search/ });
  await expect(line).toBeFocused();
  await page.keyboard.type('devi');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(line).toHaveValue('device:');
  await page.keyboard.type('mob');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(line).toHaveValue('device:mobile ');
  await expect.poll(async () => Number((await count.textContent())?.replaceAll(/\D/g, ''))).toBeLessThan(all);
  await page.keyboard.type('country:Germany ');
  await expect(page.getByTestId('search-fault')).toHaveText('Germany');
  await expect(line).toHaveAttribute('aria-invalid', 'true');
  for (let back = 0; back < 'Germany '.length; back += 1) await page.keyboard.press('Backspace');
  await page.keyboard.type('D');
  await expect(page.getByRole('option', { name: 'DE', exact: true })).toBeVisible();
  await page.keyboard.press('Escape');
  await line.fill('device:mobile');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Saved views' }).click();
  await page.getByRole('menuitem', { name: 'Save this view…' }).click();
  await page.getByLabel('Name').fill('Phones');
  await page.getByRole('button', { name: 'Save view' }).click();
  await line.fill('');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Saved views' }).click();
  await page.getByRole('menuitem', { name: 'Phones' }).click();
  await expect(line).toHaveValue('device:mobile');
  await page.getByRole('button', { name: 'Saved views' }).click();
  await page.getByRole('menuitem', { name: 'Rename or delete…' }).click();
  await page.getByRole('button', { name: 'Delete Phones' }).click();
  await page.getByRole('button', { name: 'Close' }).click();

  // A stretch of the bars above the list narrows it to what began then; its chip takes that back.
  await line.fill('');
  await page.keyboard.press('Enter');
  const listed = async () => Number((await count.textContent())?.replaceAll(/\D/g, ''));
  await expect.poll(listed).toBeGreaterThan(all / 2);
  const bars = page.getByTestId('bars');
  await expect(bars).toHaveAttribute('aria-valuetext', /^[\d,]+ sessions$/);
  await bars.focus();
  await page.keyboard.press('ArrowLeft');
  for (let wider = 0; wider < 4; wider += 1) await page.keyboard.press('Shift+ArrowLeft');
  await expect(bars).toHaveAttribute('aria-valuetext', /–.*: [\d,]+ sessions?$/);
  await page.keyboard.press('Enter');
  await expect(line).toHaveValue(/^opened:>=\S+Z opened:<\S+Z$/);
  await expect.poll(listed).toBeLessThan(all / 2);
  const narrowed = await listed();
  await expect(bars).toHaveAttribute('aria-valuetext', new RegExp(`^${String(narrowed)} sessions?$`));
  await page.getByRole('button', { name: /^Began: .*Press Delete/ }).press('Delete');
  await expect(line).toHaveValue('');
  await expect.poll(listed).toBeGreaterThan(all / 2);
  await open(page, 'Audit');
  const audit = page.getByRole('combobox', { name: /^Search/ });
  await audit.fill('outcome:failure');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'Events' })).toContainText(/failed|refused|wrong/i);
});

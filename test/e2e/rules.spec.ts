import type { Page } from '@playwright/test';
import { expect, test } from './console.ts';
import { openView, picture, seriousFindings } from './looking.ts';

async function rulesOf(page: Page, environment: string): Promise<void> {
  await openView(page, 'Environments');
  await expect(page.getByTestId(`environment-${environment}`).getByTestId('state-sentence')).toContainText(
    /live/i,
    {
      timeout: 45_000,
    },
  );
  await openView(page, 'Rules');
  await page.getByRole('combobox', { name: 'Environment' }).click();
  await page.getByRole('option', { name: environment }).click();
}
/** Publishes what was written; types the environment's name where production is to be enforced. */
async function publish(page: Page, confirm: string | null): Promise<void> {
  await page.getByRole('button', { name: 'Publish…' }).click();
  const dialog = page.getByRole('dialog');
  const button = dialog.getByRole('button', { name: /^Publish/ });
  if (confirm !== null) {
    await expect(button).toBeDisabled();
    await dialog.getByRole('textbox', { name: new RegExp(`Type ${confirm} to confirm`) }).fill(confirm);
    // Nobody decides before that is said; and the button moves when it comes.
    await expect(dialog.getByTestId('reaches')).toContainText(/\d sessions?/, { timeout: 20_000 });
  }
  await button.click();
}

for (const theme of ['dark', 'light'] as const) {
  test(`a rule is written, simulated, observed and enforced (${theme})`, async ({ demo }) => {
    test.setTimeout(150_000);
    const { page } = await demo({ theme, width: theme === 'dark' ? 1440 : 1280, height: 800 });
    await rulesOf(page, 'intranet');
    await expect(page.getByText('No rules in intranet yet')).toBeVisible();
    await picture(page, `rules-empty-${theme}`);

    // Written with the keyboard: a template, then its parts.
    await page.getByRole('button', { name: 'New rule ▾' }).first().focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    const sentence = page.getByTestId('sentence');
    await expect(sentence).toHaveText('In intranet, everyone may have 1 session; the oldest ends.');
    await page.getByRole('textbox', { name: 'Sessions allowed' }).fill('2');
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Two each');
    await expect(sentence).toHaveText('In intranet, everyone may have 2 sessions; the oldest ends.');
    await expect(page.getByTestId('now')).toContainText(/It would end/, { timeout: 20_000 });
    await expect(page.getByTestId('past')).toContainText(/a day|Nobody/, { timeout: 20_000 });
    expect(await seriousFindings(page)).toEqual([]);
    await picture(page, `rules-editor-${theme}`);

    // Observed: in force, and nobody is signed out.
    await publish(page, null);
    await expect(page.getByText('Version 1 in force')).toBeVisible();
    await page.getByRole('textbox', { name: 'Sessions allowed' }).fill('1');
    await page.getByRole('textbox', { name: 'Percent of live sessions, at most' }).fill('5');
    await page.getByRole('combobox', { name: 'How far it goes' }).click();
    await page.getByRole('option', { name: 'Enforce' }).click();
    await page.getByRole('button', { name: 'Publish…' }).click();
    const dialog = page.getByRole('dialog');
    await expect(dialog.getByTestId('reaches')).toContainText(/session/, { timeout: 20_000 });
    expect(await seriousFindings(page)).toEqual([]);
    await picture(page, `rules-publish-${theme}`);
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await publish(page, 'intranet');
    await expect(page.getByText('Version 2 in force')).toBeVisible();

    // One session each reaches more than one in twenty: the brake stops it and asks.
    const brake = page.getByTestId('brake');
    await expect(brake).toContainText('The brake stopped “Two each”', { timeout: 30_000 });
    expect(await seriousFindings(page)).toEqual([]);
    await picture(page, `rules-brake-${theme}`);
    await brake.getByRole('button', { name: /^End / }).click();
    await expect(brake).toBeHidden({ timeout: 30_000 });
    await expect(page.getByTestId('rule')).toContainText(/[1-9][0-9]* sessions? ended/, { timeout: 30_000 });

    // The versions are compared, and the first taken up again.
    await page.getByRole('button', { name: 'Versions', exact: true }).click();
    await page.getByTestId('version').nth(1).getByRole('button', { name: 'Compare' }).click();
    await expect(page.getByTestId('version').nth(1)).toContainText('Changed: Two each');
    await picture(page, `rules-versions-${theme}`);
    await page.getByTestId('version').nth(1).getByRole('button', { name: 'Take up again' }).click();
    await expect(sentence).toHaveText('In intranet, everyone may have 2 sessions; the oldest ends.');
    await publish(page, null);
    await expect(page.getByText('Version 3 in force')).toBeVisible();

    await openView(page, 'Audit');
    await expect(page.getByRole('row').filter({ hasText: 'Two each' }).first()).toBeVisible({
      timeout: 30_000,
    });
  });
}

test('where two must agree, enforcing for many waits, and nothing ends', async ({ demo }) => {
  test.setTimeout(90_000);
  const { page } = await demo();
  await rulesOf(page, 'shop');
  await page.getByRole('button', { name: 'New rule ▾' }).first().click();
  await page.getByRole('menuitem', { name: 'No session longer than 30 days' }).click();
  await page.getByRole('textbox', { name: 'After signing in' }).fill('1');
  await page.getByRole('combobox', { name: 'Unit of After signing in' }).click();
  await page.getByRole('option', { name: 'minutes' }).click();
  await expect(page.getByTestId('sentence')).toContainText('1 minute');
  await page.getByRole('combobox', { name: 'How far it goes' }).click();
  await page.getByRole('option', { name: 'Enforce' }).click();
  await publish(page, 'shop');
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText(/waits for a second person/)).toBeVisible();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await expect(page.getByText('No rules published yet')).toBeVisible();
  // What was written is still there, also after another view was looked at.
  await openView(page, 'Watch');
  await openView(page, 'Rules');
  await expect(page.getByTestId('rule')).toContainText('not published');
});

test('two windows on the rules: what is written in one is seen in the other, and so is what is published', async ({
  demo,
}) => {
  test.setTimeout(150_000);
  const { app, page } = await demo({ width: 1280, height: 800 });
  await rulesOf(page, 'blog');
  const opened = app.waitForEvent('window');
  await app.evaluate(({ Menu }) => {
    const items = (Menu.getApplicationMenu()?.items ?? []).flatMap(({ submenu }) => submenu?.items ?? []);
    items.find(({ label }) => label === 'New window')?.click();
  });
  const second = await opened;
  await rulesOf(second, 'blog');
  await expect(second.getByText('No rules in blog yet')).toBeVisible();

  await page.getByRole('button', { name: 'New rule ▾' }).first().click();
  await page.getByRole('menuitem').first().click();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('One each');
  const theirs = second.getByTestId('rule').filter({ hasText: 'One each' });
  await expect(theirs).toContainText('not published');
  await second.getByRole('textbox', { name: 'Sessions allowed' }).fill('3');
  await expect(page.getByTestId('sentence')).toContainText('3 sessions');
  await picture(second, 'rules-two-windows');

  await publish(page, null);
  await expect(page.getByText('Version 1 in force')).toBeVisible();
  await expect(second.getByText('Version 1 in force')).toBeVisible();
  await expect(theirs).not.toContainText('not published');
  await expect(second.getByRole('button', { name: 'Publish…' })).toBeDisabled();
});

import type { Page } from '@playwright/test';
import { expect, test } from './console.ts';
import { seriousFindings } from './looking.ts';

const RULE = `title: Failed sign-in
logsource: { category: authentication }
detection:
  selection: { action: login-failed }
  condition: selection
level: low
`;

/** The demo's own attacks begin a minute after its start. */
const FIRST_MS = 480_000;

async function noSeriousFinding(page: Page, what: string): Promise<void> {
  expect(await seriousFindings(page), what).toEqual([]);
}
const set = (page: Page, changes: { readonly theme: string } | { readonly maskAddresses: boolean }) =>
  page.evaluate(async (wanted) => {
    const { watchfloor } = globalThis as unknown as {
      watchfloor: { call(name: string, request: unknown): Promise<unknown> };
    };
    await watchfloor.call('settings.put', wanted);
  }, changes);
/** An address that anybody can read. */
const WHOLE = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/;

test('an attack of the demo appears, its card answers everything, and it is triaged by keyboard', async ({
  open: launch,
}) => {
  test.setTimeout(FIRST_MS + 420_000);
  const { page } = await launch({ demo: true });
  await page.getByRole('link', { name: 'Detections', exact: true }).click();
  const rows = page.getByTestId('detection');
  await expect(rows.first()).toBeVisible({ timeout: FIRST_MS });

  // The card alone: what happened, why it is unusual, why it is no VPN or phone, what to do.
  await rows.first().getByRole('button').click();
  const card = page.getByTestId('card');
  await expect(card.getByTestId('what-happened')).not.toBeEmpty();
  await expect(card.getByTestId('why')).toContainText(/before.*VPN.*phone/);
  await expect(card.getByTestId('next-step')).not.toBeEmpty();
  await expect(card.getByRole('region', { name: /^Why it is not filtered/ })).toContainText(/no/);
  await expect(card.getByRole('region', { name: 'Events it rests on' })).toBeVisible();
  await expect(card.getByRole('group', { name: 'Actions' })).toContainText('Suppress…');
  const title = await card.getAttribute('aria-label');

  // Keys: take it, acknowledge it, take that back.
  const state = card.getByTestId('triage-state');
  await expect(state).toHaveText('Open, unassigned');
  await page.keyboard.press('a');
  await expect(state).toHaveText('Open, this console');
  await page.keyboard.press('e');
  await expect(state).toHaveText('In progress, this console');
  await page.keyboard.press('u');
  await expect(state).toHaveText('Open, this console');
  await expect(card.getByRole('region', { name: 'Notes and decisions' })).toContainText('(undone)');

  // Masked addresses are masked in sentences and in what was compared, too.
  await set(page, { maskAddresses: true });
  await expect(page.getByRole('region', { name: 'Queue' })).not.toContainText(WHOLE);
  await expect(card).not.toContainText(WHOLE);
  await set(page, { maskAddresses: false });

  // Ending goes through the preview, and does nothing by itself.
  await card
    .getByRole('button', { name: /^(End the session|Sign out)/ })
    .first()
    .click();
  const dialog = page.getByRole('dialog');
  // Whoever was found may have left by now; then the agent says so, and there is nothing to confirm.
  await expect(
    dialog.getByTestId('confirm-end').or(dialog.getByRole('heading', { name: 'There is nothing to end' })),
  ).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();

  for (const name of ['dark', 'light'] as const) {
    await set(page, { theme: name });
    await expect(page.locator('html')).toHaveAttribute('data-theme', name);
    await noSeriousFinding(page, `queue, ${name}`);
    for (const tab of ['Figures', 'Tuning']) {
      await page.getByRole('link', { name: tab, exact: true }).click();
      await expect(
        page.getByRole('region', { name: tab === 'Figures' ? 'Figures' : /^Settings of/ }),
      ).toBeVisible();
      await noSeriousFinding(page, `${tab}, ${name}`);
    }
    await page.getByRole('link', { name: 'Queue', exact: true }).click();
    await expect(card).toBeVisible();
  }

  // Suppressing says what else it would silence, and takes it out of the queue.
  const open = await page.getByRole('article', { name: title ?? '' }).count();
  if (open === 0) await rows.first().getByRole('button').click();
  const suppressed = await card.getAttribute('aria-label');
  await page.keyboard.press('s');
  await expect(dialog.getByTestId('reach')).toContainText(/would (also )?silence/);
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('Agreed with the person');
  await dialog.getByRole('button', { name: 'Suppress', exact: true }).click();
  await expect(dialog).toBeHidden();
  await page.getByRole('button', { name: /^Silenced/ }).click();
  await page.getByRole('link', { name: 'Suppressions', exact: true }).click();
  await expect(page.getByRole('region', { name: 'Suppressions' })).toContainText('Agreed with the person');
  await page.getByRole('button', { name: 'End now' }).click();
  await expect(page.getByRole('region', { name: 'Suppressions' })).toContainText('ended');
  expect(suppressed).not.toBeNull();

  // Settings are tried on the past before they are saved.
  await page.getByRole('link', { name: 'Tuning', exact: true }).click();
  await page.getByRole('link', { name: 'Password guessing against one account' }).click();
  const tuning = page.getByRole('region', { name: 'Settings of Password guessing against one account' });
  await expect(tuning.getByRole('button', { name: 'Try it' })).toBeDisabled();
  await tuning.getByRole('textbox', { name: /^Failures/i }).fill('2');
  await tuning.getByRole('combobox', { name: 'Time to try it on' }).click();
  await page.getByRole('option', { name: 'Everything mirrored' }).click();
  await tuning.getByRole('button', { name: 'Try it' }).click();
  // How much would fire depends on what the demo has invented; that there is an answer does not.
  await expect(tuning.getByTestId('back-test-answer')).toBeVisible({ timeout: 120_000 });
  await noSeriousFinding(page, 'back-test');
  await tuning.getByRole('textbox', { name: /^Failures/i }).fill('3');
  await expect(tuning).toContainText('The answer below is to other settings');
  await expect(tuning).toContainText('Nothing was changed yet');

  // Rules come from files: what does not load says where, what loads is listed and goes again.
  await page.getByRole('link', { name: 'Sigma', exact: true }).click();
  const sigma = page.getByRole('region', { name: 'Sigma rules' });
  const files = sigma.getByLabel('Sigma rule files');
  await files.setInputFiles({
    name: 'bad.yml',
    mimeType: 'application/yaml',
    buffer: Buffer.from('title: Bad\n'),
  });
  await expect(sigma.getByRole('alert')).toContainText(/No rule of bad\.yml loads: .*Nothing was imported/);
  await files.setInputFiles({
    name: 'failed.yml',
    mimeType: 'application/yaml',
    buffer: Buffer.from(RULE),
  });
  await expect(sigma.getByRole('row', { name: /failed\.yml/ })).toContainText('Failed sign-in');
  await noSeriousFinding(page, 'Sigma');
  await sigma.getByRole('button', { name: 'Remove failed.yml' }).click();
  await expect(sigma).toContainText('No rules are imported');
});

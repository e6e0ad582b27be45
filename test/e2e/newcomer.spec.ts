import type { Page } from '@playwright/test';
import { join } from 'node:path';
import { agentFolder } from '../support/agent-process.ts';
import { expect, test } from './console.ts';

// What a new analyst is asked to do on the open demo, by what is written in the window and nothing else. Each press and
// each thing typed counts as a step; many steps mean that something is hard to find.
const MOST_STEPS = 6;

/** Counts what a person does. */
function hands(page: Page) {
  let steps = 0;
  return {
    press: async (role: 'button' | 'link' | 'menuitem' | 'option' | 'combobox', name: string | RegExp) => {
      steps += 1;
      await page
        .getByRole(role, { name, exact: typeof name === 'string' })
        .first()
        .click();
    },
    type: async (label: string | RegExp, text: string) => {
      steps += 1;
      await page.getByLabel(label).first().fill(text);
    },
    keys: async (...keys: readonly string[]) => {
      steps += 1;
      for (const key of keys) await page.keyboard.press(key);
    },
    write: async (text: string) => {
      steps += 1;
      await page.keyboard.type(text);
    },
    steps: () => steps,
  };
}

test('five tasks of a newcomer on the open demo, with the mouse and by keyboard, each in a few steps', async ({
  open: launch,
  folder,
}) => {
  const { page } = await launch({ demo: true });
  // First steps: what this is, what to try, and the way to the first agent.
  const first = page.getByRole('region', { name: 'First steps' });
  await expect(first).toContainText('A demo with invented people', { timeout: 60_000 });
  await expect(first.getByRole('button', { name: 'Connect your first agent…' })).toBeVisible();
  for (const name of ['shop', 'intranet', 'blog']) {
    await expect(page.getByTestId(`connection-${name}`)).toContainText(/0\.\d s|live|s$/i, {
      timeout: 60_000,
    });
  }

  await test.step('find the person whose session was stolen and end it', async () => {
    const analyst = hands(page);
    await analyst.press('link', 'Detections');
    const stolen = page.getByRole('button', { name: /session hijack|stolen|two places/i }).first();
    await expect(stolen).toBeVisible({ timeout: 420_000 });
    await stolen.click();
    await analyst.press('button', /^(End the session|End \d+ session|Sign out)/);
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill('Stolen cookie');
    await dialog.getByTestId('confirm-end').click();
    await expect(dialog.getByTestId('receipt-command').first()).toContainText(/ended|gone/);
    await page.keyboard.press('Escape');
    expect(analyst.steps() + 3).toBeLessThanOrEqual(MOST_STEPS);
  });

  await test.step('who was signed in at 03:10 yesterday in one environment', async () => {
    const analyst = hands(page);
    // By keyboard: said to the palette as a person would say it.
    await analyst.keys('Control+k');
    await analyst.write('yesterday 03:10');
    await page.getByRole('option', { name: /^Who was signed in at .*03:10:00/ }).waitFor();
    await analyst.keys('Enter');
    await expect(page.getByTestId('at-count')).toContainText('03:10:00');
    await analyst.press('combobox', 'Environment');
    await analyst.press('option', 'shop');
    await expect(page.getByTestId('at-count')).toContainText(/[1-9][\d,]* sessions? at/);
    const environments = page.getByTestId('answer').getByRole('row');
    await expect(environments.nth(1)).toContainText('shop');
    expect(analyst.steps()).toBeLessThanOrEqual(MOST_STEPS);
  });

  const address = await test.step('every account that one address touched', async () => {
    const analyst = hands(page);
    await analyst.press('link', 'Sessions');
    const cell = page
      .getByRole('grid')
      .getByText(/^\d+\.\d+\.\d+\.\d+$/)
      .first();
    await expect(cell).toBeVisible();
    const ip = (await cell.textContent()) ?? '';
    await analyst.keys('Control+k');
    await analyst.write(ip);
    await page.getByRole('option', { name: `Everything that ${ip} touched` }).waitFor();
    await analyst.keys('Enter');
    await expect(page.getByTestId('entity')).toContainText('Accounts it touched');
    await expect(page.getByTestId('entity').getByRole('table').first().getByRole('row').nth(1)).toBeVisible();
    expect(analyst.steps()).toBeLessThanOrEqual(MOST_STEPS);
    return ip;
  });

  await test.step('save that as a view and open it again', async () => {
    const analyst = hands(page);
    await analyst.press('button', 'Saved views');
    await analyst.press('menuitem', 'Save this view…');
    await analyst.type('Name', 'The odd address');
    await analyst.press('button', 'Save view');
    await page.getByRole('link', { name: 'Watch', exact: true }).click();
    await analyst.keys('Control+k');
    await analyst.write('odd address');
    await page.getByRole('option', { name: 'Open the saved view The odd address' }).waitFor();
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('entity')).toHaveAttribute('aria-label', `Address ${address}`);
    expect(analyst.steps()).toBeLessThanOrEqual(MOST_STEPS);
  });

  await test.step('connect a second agent', async () => {
    const made = agentFolder(join(folder, 'second'), {
      environment: { id: 'second', name: 'second' },
      store: { kind: 'demo', dir: 'demo', preset: 'blog', people: 20, historyDays: 0, rate: 0 },
    });
    const agent = await made.start();
    try {
      const token = await made.token('newcomer');
      await page.getByRole('link', { name: 'Watch', exact: true }).click();
      const analyst = hands(page);
      await analyst.press('button', 'Connect your first agent…');
      await analyst.type('Address of the agent', agent.url);
      await analyst.type(/^Token/, token);
      await analyst.press('button', 'Add environment');
      const added = page.getByTestId('environment-second');
      await expect(added.getByTestId('state-sentence')).toContainText(/live/i, { timeout: 60_000 });
      expect(analyst.steps()).toBeLessThanOrEqual(MOST_STEPS);
      // It has been shown; it is not asked again.
      await page.getByRole('link', { name: 'Watch', exact: true }).click();
      await expect(first).toHaveCount(0);
    } finally {
      await agent.stop();
    }
  });
});

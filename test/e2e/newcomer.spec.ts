import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { agentFolder } from '../support/agent-process.ts';
import { expect, test } from './console.ts';

// What a new analyst is asked to do on the open demo, by what is written in the window and nothing else. Every click, key and
// text is counted: many of them mean that something is hard to find. docs/tour.md says the numbers.

/** Two slow cores may run other work beside a window, an engine and three agents. */
const PATIENCE = 300_000;

interface Steps {
  clicks: number;
  keys: number;
  texts: number;
}

/** The palette takes the keys from the moment at which it shows its line. */
const paletteIsOpen = (page: Page): Promise<void> =>
  expect(page.getByRole('combobox', { name: 'Search and commands' })).toBeFocused({ timeout: PATIENCE });

/** Hands that count what they do. */
function hands(page: Page) {
  const steps: Steps = { clicks: 0, keys: 0, texts: 0 };
  const patient = { timeout: PATIENCE };
  return {
    click: async (what: Locator) => {
      steps.clicks += 1;
      await what.click(patient);
    },
    key: async (key: string) => {
      steps.keys += 1;
      await page.keyboard.press(key);
    },
    /** Into whatever has the focus. */
    write: async (text: string) => {
      steps.texts += 1;
      await page.keyboard.type(text);
    },
    steps,
  };
}

/** What the tour promises; the test fails when a way gets longer. */
function within(name: string, steps: Steps, most: Steps): void {
  test.info().annotations.push({ type: 'steps', description: `${name}: ${JSON.stringify(steps)}` });
  expect(steps, name).toEqual(most);
}

test('five tasks of a newcomer on the open demo, each in a few steps', async ({ demo, folder }) => {
  const { page } = await demo();
  const first = page.getByRole('region', { name: 'First steps' });
  await expect(first).toContainText('A demo with invented people', { timeout: PATIENCE });
  for (const name of ['shop', 'intranet', 'blog']) {
    await expect(page.getByTestId(`connection-${name}`)).toBeVisible({ timeout: PATIENCE });
  }

  await test.step('find the person whose session was stolen and end it', async () => {
    const { click, write, key, steps } = hands(page);
    await click(first.getByRole('link', { name: 'a stolen session' }));
    await click(
      page
        .getByTestId('detection')
        .getByRole('button', { name: /Session used by another client/ })
        .first(),
    );
    const card = page.getByRole('region', { name: 'Evidence' });
    await expect(card.getByRole('heading').first()).toContainText('Session used by another client: ');
    await click(card.getByRole('button', { name: /^End the session/ }));
    const dialog = page.getByRole('dialog');
    await expect(dialog.getByLabel('Reason')).toBeFocused({ timeout: PATIENCE });
    await write('Stolen cookie');
    await key('Enter');
    await expect(dialog.getByTestId('receipt-command').first()).toContainText(/ended\s*1|already gone\s*1/, {
      timeout: PATIENCE,
    });
    await key('Escape');
    await expect(dialog).toHaveCount(0);
    within('a stolen session', steps, { clicks: 3, keys: 2, texts: 1 });
  });

  await test.step('see who was signed in at 03:10 yesterday in one environment', async () => {
    const { click, write, key, steps } = hands(page);
    await key('Control+k');
    await paletteIsOpen(page);
    await write('yesterday 03:10');
    await key('Enter');
    await expect(page.getByTestId('at-count')).toContainText('03:10:00', { timeout: PATIENCE });
    await click(page.getByRole('combobox', { name: 'Environment' }));
    await click(page.getByRole('option', { name: 'shop' }));
    // What happened while the demo was closed is still being read; the answer grows with it.
    await expect(page.getByTestId('at-count')).toContainText(/^[1-9][\d,]* sessions? at .* 03:10:00/, {
      timeout: PATIENCE,
    });
    await expect(page.getByTestId('coverage')).not.toContainText('still being read', { timeout: PATIENCE });
    const environments = () =>
      page
        .getByTestId('answer')
        .getByRole('row')
        .evaluateAll((rows) => [
          ...new Set(rows.slice(1).map((row) => /^\w+/.exec(row.children[1]?.textContent ?? '')?.[0])),
        ]);
    await expect.poll(environments, { timeout: PATIENCE }).toEqual(['shop']);
    within('who was signed in then', steps, { clicks: 2, keys: 2, texts: 1 });
  });

  const address = await test.step('find every account that one address touched', async () => {
    const { click, steps } = hands(page);
    // From the answer that is on screen: the address of whoever stands first with one.
    const links = page.getByTestId('answer').getByRole('link', { name: /^Everything that .* touched$/ });
    const ip = (await links.first().textContent()) ?? '';
    await click(links.filter({ hasText: ip }).first());
    const entity = page.getByRole('region', { name: `Address ${ip}` });
    await expect(entity).toContainText('Accounts it touched', { timeout: PATIENCE });
    await expect(entity.getByRole('table').first().getByRole('row').nth(1)).toBeVisible({
      timeout: PATIENCE,
    });
    within('what an address touched', steps, { clicks: 1, keys: 0, texts: 0 });
    return ip;
  });

  await test.step('save that as a view and open it again', async () => {
    const { click, write, key, steps } = hands(page);
    await click(page.getByRole('button', { name: 'Saved views' }));
    await click(page.getByRole('menuitem', { name: 'Save this view…' }));
    // The name that it proposes is selected: typing replaces it.
    await expect(page.getByLabel('Name', { exact: true })).toBeFocused();
    await write('The odd address');
    await key('Enter');
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await click(page.getByRole('link', { name: 'Watch', exact: true }));
    await expect(page.getByRole('heading', { level: 1, name: 'Watch' })).toBeAttached();
    await key('Control+k');
    await paletteIsOpen(page);
    await write('odd address');
    await key('Enter');
    await expect(page.getByRole('region', { name: `Address ${address}` })).toContainText(
      'Accounts it touched',
      {
        timeout: PATIENCE,
      },
    );
    within('a view saved and opened again', steps, { clicks: 3, keys: 3, texts: 2 });
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
      const { click, write, key, steps } = hands(page);
      await click(first.getByRole('button', { name: 'Connect your first agent…' }));
      await expect(page.getByLabel('Address of the agent')).toBeFocused({ timeout: PATIENCE });
      await write(agent.url);
      await key('Tab');
      await write(token);
      await key('Enter');
      await expect(page.getByTestId('environment-second').getByTestId('state-sentence')).toContainText(
        /live/i,
        {
          timeout: PATIENCE,
        },
      );
      within('a second agent', steps, { clicks: 1, keys: 2, texts: 2 });
      // It has been shown; it is not asked again.
      await page.getByRole('link', { name: 'Watch', exact: true }).click();
      await expect(page.getByTestId('connection-second')).toBeVisible();
      await expect(first).toHaveCount(0);
    } finally {
      await agent.stop();
    }
  });
});

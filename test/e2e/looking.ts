import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** What axe calls serious or critical in a page, each with the place it stands in. */
export async function seriousFindings(page: Page): Promise<string[]> {
  // What passes is looked at, too, but not told of: describing it takes longer than finding it.
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode(true)
    .options({ resultTypes: ['violations'] })
    .analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .map(({ html }) => html)
          .join(' ')
          .slice(0, 400)}`,
    );
}

/** Pictures for who looks at them; none in a usual run. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['WATCHFLOOR_PICTURES'];
  if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** Opens a view as people do, by its link. */
export const openView = (page: Page, name: string): Promise<void> =>
  page.getByRole('link', { name, exact: true }).click();

/** Adds an agent in the window and waits until it is live. */
export async function addEnvironment(
  page: Page,
  { name, url, token }: { readonly name: string; readonly url: string; readonly token: string },
): Promise<void> {
  await openView(page, 'Environments');
  await page.getByRole('button', { name: 'Add an environment…' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Address of the agent').fill(url);
  await dialog.getByLabel('Token', { exact: false }).first().fill(token);
  await dialog.getByLabel(/^Name/).fill(name);
  // The engine may still be starting: then the form says so and keeps what was typed.
  const added = page.getByTestId(`environment-${name}`);
  await expect(async () => {
    if (await dialog.isVisible()) await dialog.locator('button[type=submit]').click();
    await expect(added).toBeVisible({ timeout: 3_000 });
  }).toPass({ timeout: 60_000 });
  await expect(added.getByTestId('state-sentence')).toContainText(/live/i, { timeout: 60_000 });
}

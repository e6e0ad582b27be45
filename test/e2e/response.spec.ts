import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Locator, Page } from '@playwright/test';
import { agentFolder, type AgentFolder, type AgentProcess } from '../support/agent-process.ts';
import { expect, test } from './console.ts';
import { addEnvironment, openView } from './looking.ts';

interface Site {
  readonly name: string;
  readonly folder: AgentFolder;
  readonly agent: AgentProcess;
}
/** A real agent on a demo store whose people hold still. */
async function startSite(folder: string, name: string, config: Record<string, unknown> = {}): Promise<Site> {
  const made = agentFolder(join(folder, name), {
    environment: { id: name, name, ...(config['environment'] as object | undefined) },
    store: {
      kind: 'demo',
      dir: 'demo',
      preset: name === 'blog' ? 'blog' : 'shop',
      people: 40,
      historyDays: 1,
      rate: 0,
    },
    ...(config['limits'] === undefined ? {} : { limits: config['limits'] }),
  });
  return { name, folder: made, agent: await made.start() };
}
function stored({ folder }: Site): number {
  const store = new Database(join(folder.path, 'demo', 'store.db'), { readonly: true });
  try {
    return Number(store.prepare('SELECT count(*) FROM sessions').pluck().get());
  } finally {
    store.close();
  }
}

const add = async (page: Page, site: Site, operator: string): Promise<void> =>
  addEnvironment(page, { name: site.name, url: site.agent.url, token: await site.folder.token(operator) });

const dialogOf = (page: Page): Locator => page.getByRole('dialog');

test('everyone in two environments at once: names typed, one receipt, exported and in the journal', async ({
  open,
  folder,
}) => {
  const sites = [await startSite(folder, 'shop'), await startSite(folder, 'blog')];
  try {
    const { page } = await open();
    for (const site of sites) await add(page, site, 'alice');
    await openView(page, 'Response');
    await page.getByRole('button', { name: /End everyone/ }).click();
    await page.getByRole('menuitem', { name: /in all 2 environments/ }).click();
    const dialog = dialogOf(page);
    await expect(dialog.getByTestId('confirm-end')).toContainText(/^End \d+ sessions in 2 environments$/);
    await dialog.getByLabel('Reason').fill('Credential leak');
    await expect(dialog.getByTestId('confirm-end')).toBeDisabled();
    for (const { name } of sites) await dialog.getByLabel(new RegExp(`Type “${name}”`)).fill(name);
    await dialog.getByTestId('confirm-end').click();
    await expect(dialog.getByTestId('receipt-command')).toHaveCount(2);
    await expect(dialog.getByRole('heading')).toContainText(/sessions ended$/);
    expect(sites.map(stored)).toEqual([0, 0]);
    await dialog.getByRole('button', { name: 'Show every session' }).click();
    await expect(dialog.getByTestId('receipt-sessions').getByRole('row').nth(3)).toBeVisible();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('link', { name: 'Journal', exact: true }).click();
    await expect(page.getByTestId('journal')).toContainText('Command given');
    await expect(page.getByTestId('journal')).toContainText('Command finished');
    await page.getByRole('button', { name: 'Verify', exact: true }).click();
    await expect(page.getByRole('status').filter({ hasText: 'as it was written' })).toBeVisible();
  } finally {
    for (const { agent } of sites) await agent.stop();
  }
});

test('a big command in a protected environment waits for somebody else’s console', async ({
  open,
  folder,
}) => {
  const shop = await startSite(folder, 'shop', {
    environment: { protected: true, tier: 'production' },
    limits: { unapproved: 0 },
  });
  try {
    const alice = await open();
    const bob = await open();
    await add(alice.page, shop, 'alice');
    await add(bob.page, shop, 'bob');
    const before = stored(shop);
    await openView(alice.page, 'Sessions');
    const grid = alice.page.getByRole('grid');
    await grid.getByRole('row').nth(1).getByRole('checkbox').check();
    await grid.getByRole('row').nth(2).getByRole('checkbox').check();
    await alice.page.getByRole('button', { name: /^End 2 sessions/ }).click();
    const dialog = dialogOf(alice.page);
    await dialog.getByLabel('Reason').fill('Two stolen laptops');
    await expect(dialog.getByTestId('confirm-end')).toContainText('Ask for approval: end 2 sessions in shop');
    await dialog.getByTestId('confirm-end').click();
    await expect(dialog.getByTestId('receipt-command')).toContainText('waits for a second operator');
    await dialog.getByRole('button', { name: 'Close' }).click();
    await openView(alice.page, 'Response');
    await expect(alice.page.getByTestId('approval')).toContainText('somebody else has to decide');
    expect(stored(shop)).toBe(before);
    await openView(bob.page, 'Response');
    const request = bob.page.getByTestId('approval');
    await expect(request).toContainText('alice asks to end 2 sessions');
    await expect(request).toContainText('Two stolen laptops');
    await request.getByLabel('Note').fill('Seen the ticket');
    await request.getByRole('button', { name: 'Approve: end 2 sessions' }).click();
    await expect(request).toHaveCount(0);
    await expect(alice.page.getByTestId('operation').first()).toContainText('2 sessions ended');
    expect(stored(shop)).toBe(before - 2);
  } finally {
    await shop.agent.stop();
  }
});

test('a hold keeps somebody out until it is lifted', async ({ open, folder }) => {
  const shop = await startSite(folder, 'shop');
  try {
    const { page } = await open();
    await add(page, shop, 'alice');
    const dialog = dialogOf(page);
    await openView(page, 'Sessions');
    const first = page.getByRole('grid').getByRole('row').nth(1);
    await first.click({ button: 'right' });
    await page.getByRole('menuitem', { name: /^Sign out .* in shop/ }).click();
    await dialog.getByLabel('What to do').click();
    await page.getByRole('option', { name: 'End them and every new one for a time' }).click();
    await expect(dialog.getByTestId('confirm-end')).toContainText(/^Hold and end \d+ sessions? in shop$/);
    await dialog.getByLabel('Reason').fill('Password on a paste site');
    await dialog.getByTestId('confirm-end').click();
    await expect(dialog.getByTestId('receipt-command')).toContainText(/ended\s*\d/);
    await dialog.getByRole('button', { name: 'Close' }).click();
    await openView(page, 'Response');
    await page.getByRole('link', { name: 'Holds and blocks' }).click();
    const hold = page.getByTestId('hold');
    await expect(hold).toContainText('new sessions are ended');
    await hold.getByRole('button', { name: 'Lift…' }).click();
    await hold.getByLabel('Reason').fill('New password set');
    await hold.getByRole('button', { name: 'Lift the hold' }).click();
    await expect(page.getByText('Nobody is held or blocked')).toBeVisible();
  } finally {
    await shop.agent.stop();
  }
});

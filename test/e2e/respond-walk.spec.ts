import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { ElectronApplication, Locator, Page } from '@playwright/test';
import { agentFolder, type AgentProcess } from '../support/agent-process.ts';
import { laravelFile, type LaravelFile } from '../faults/parts/laravel-file.ts';
import { expect, test } from './console.ts';
import { addEnvironment, openView, picture, seriousFindings } from './looking.ts';

// What an administrator does after a leak, in the real window: nobody reached and why, a session that came back, an
// approval, a hold, and the report for the auditor.

interface Site {
  readonly name: string;
  readonly store: LaravelFile;
  /** The application's own database, for what the application would do. */
  readonly db: Database.Database;
  readonly agent: AgentProcess;
  token(operator: string): Promise<string>;
  /** For somebody's own sessions and nothing else. */
  ownToken(operator: string, account: string): Promise<string>;
}
/** A Laravel application with three people, each signed in once, and its agent: both end with what is done with them. */
async function withSite(
  folder: string,
  name: string,
  config: Record<string, unknown>,
  act: (site: Site) => Promise<void>,
): Promise<void> {
  const file = join(folder, `${name}.sqlite`);
  const store = laravelFile(file, 3);
  const seenAt = Math.trunc(Date.now() / 1_000) - 60;
  store.signIn([1, 2, 3].map((user) => ({ user, ip: '198.51.100.7', seenAt })));
  const made = agentFolder(join(folder, name), {
    environment: { id: name, name, ...(config['environment'] as object | undefined) },
    store: { kind: 'laravel', database: { driver: 'sqlite', file } },
    ...(config['limits'] === undefined ? {} : { limits: config['limits'] }),
  });
  const agent = await made.start();
  const ownToken = async (operator: string, account: string): Promise<string> => {
    const given = ['--name', operator, '--scopes', 'sessions:own,sessions:revoke', '--accounts', account];
    const { code, stdout, stderr } = await made.run('token', 'create', ...given);
    if (code !== 0) throw new Error(stderr);
    return stdout.trim();
  };
  const db = new Database(file, { timeout: 10_000 });
  try {
    await act({ name, store, db, agent, ownToken, token: (operator) => made.token(operator) });
  } finally {
    db.close();
    await agent.stop();
    store.close();
  }
}
const withBlog = (folder: string, act: (blog: Site) => Promise<void>): Promise<void> =>
  withSite(folder, 'blog', {}, act);
const add = async (page: Page, site: Site, operator: string): Promise<void> =>
  addEnvironment(page, { name: site.name, url: site.agent.url, token: await site.token(operator) });
const rowOf = (page: Page, person: string): Locator =>
  page.getByRole('grid').getByRole('row').filter({ hasText: person });
async function menu(page: Page, person: string, item: RegExp): Promise<Locator> {
  await openView(page, 'Sessions');
  await rowOf(page, person).first().click({ button: 'right' });
  await page.getByRole('menuitem', { name: item }).click();
  return page.getByRole('dialog');
}
/** The next file that is to be saved goes there, without asking. */
const saveTo = (app: ElectronApplication, filePath: string) =>
  app.evaluate(({ dialog }, path) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: path });
  }, filePath);

for (const theme of ['dark', 'light'] as const) {
  test(`an approval, a hold, and the auditor’s report (${theme})`, async ({ open, folder }) => {
    test.setTimeout(180_000);
    const guarded = {
      environment: { protected: true, tier: 'production' },
      limits: { unapproved: 1 },
    };
    await withSite(folder, 'shop', guarded, async (shop) => {
      const alice = await open({ theme, width: 1280, height: 800 });
      const bob = await open({ theme, width: 1280, height: 800 });
      await add(alice.page, shop, 'alice');
      await add(bob.page, shop, 'bob');
      const { page } = alice;

      await openView(page, 'Response');
      await page.getByRole('button', { name: /End everyone/ }).click();
      await page.getByRole('menuitem', { name: /shop/ }).first().click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Reason').fill('Credential leak, ticket 4711');
      await dialog.getByLabel(/Type “shop”/).fill('shop');
      await expect(dialog.getByTestId('confirm-end')).toHaveText('Ask for approval: end 3 sessions in shop');
      expect(await seriousFindings(page)).toEqual([]);
      await picture(page, `respond-everyone-${theme}`);
      await dialog.getByTestId('confirm-end').click();
      await expect(dialog.getByTestId('receipt-command')).toContainText('waits for a second operator');
      await dialog.getByRole('button', { name: 'Close' }).click();
      await expect(page.getByTestId('approval')).toContainText('somebody else has to decide');
      await picture(page, `respond-approval-own-${theme}`);

      await openView(bob.page, 'Response');
      const request = bob.page.getByTestId('approval');
      await expect(request).toContainText('alice asks to end 3 sessions');
      await expect(request).toContainText('ticket 4711');
      expect(await seriousFindings(bob.page)).toEqual([]);
      await picture(bob.page, `respond-approval-${theme}`);
      await request.getByLabel('Note').fill('Seen the ticket');
      await request.getByRole('button', { name: 'Approve: end 3 sessions' }).click();
      await expect(request).toHaveCount(0);
      await expect(page.getByTestId('operation').first()).toContainText('3 sessions ended');
      expect(shop.store.count()).toBe(0);
      await picture(page, `respond-receipt-${theme}`);

      // Nobody is signed in any more; the stolen password still works, so the account is kept out.
      await openView(page, 'People');
      await page.getByRole('combobox', { name: 'Signed in or everybody' }).click();
      await page.getByRole('option', { name: 'Everybody' }).click();
      await page
        .getByRole('link', { name: /user 2/ })
        .first()
        .click();
      await page.getByRole('button', { name: 'Hold or block…' }).click();
      await expect(dialog.getByTestId('nothing-reached')).toContainText(
        'shop: the agent was asked, and this account is not signed in there.',
      );
      await expect(dialog.getByTestId('confirm-end')).toHaveCount(0);
      expect(await seriousFindings(page)).toEqual([]);
      await picture(page, `respond-nobody-${theme}`);
      await dialog.getByLabel('What to do').click();
      await page.getByRole('option', { name: 'End every new session for a time' }).click();
      await expect(dialog.getByTestId('confirm-end')).toHaveText('Hold 1 account in shop');
      await dialog.getByLabel('Reason').fill('Password on a paste site');
      await picture(page, `respond-hold-${theme}`);
      await dialog.getByTestId('confirm-end').click();
      await expect(dialog.getByTestId('receipt-command')).toBeVisible();
      await dialog.getByRole('button', { name: 'Close' }).click();
      const now = Math.trunc(Date.now() / 1_000);
      shop.store.signIn([{ user: 2, ip: '203.0.113.9', seenAt: now }]);
      await expect.poll(() => shop.store.count()).toBe(0);
      await openView(page, 'Response');
      await page.getByRole('link', { name: 'Holds and blocks' }).click();
      await expect(page.getByTestId('hold')).toContainText('user 2');
      expect(await seriousFindings(page)).toEqual([]);
      await picture(page, `respond-holds-${theme}`);

      // The auditor's report: as a page to print, and as a table.
      await page.getByRole('button', { name: 'Report…' }).click();
      await picture(page, `respond-report-${theme}`);
      expect(await seriousFindings(page)).toEqual([]);
      const pdf = join(folder, 'report.pdf');
      await saveTo(alice.app, pdf);
      await dialog.getByRole('button', { name: 'Save…' }).click();
      await expect(dialog).toBeHidden({ timeout: 60_000 });
      expect(readFileSync(pdf).subarray(0, 5).toString()).toBe('%PDF-');
      expect(statSync(pdf).size).toBeGreaterThan(5_000);
      const csv = join(folder, 'report.csv');
      await saveTo(alice.app, csv);
      await page.getByRole('button', { name: 'Report…' }).click();
      await dialog.getByRole('combobox', { name: 'As' }).click();
      await page.getByRole('option', { name: 'CSV' }).click();
      await dialog.getByRole('button', { name: 'Save…' }).click();
      await expect(dialog).toBeHidden({ timeout: 60_000 });
      const table = readFileSync(csv, 'utf8');
      expect(table).toContain('ticket 4711');
      expect(table).toContain('Password on a paste site');
      expect(table).toContain('alice');
    });
  });
}

test('everything of a person but what is selected, and everything of whom the audit names', async ({
  open,
  folder,
}) => {
  test.setTimeout(180_000);
  await withBlog(folder, async (blog) => {
    const addresses = (user: number): readonly unknown[] =>
      blog.db.prepare('SELECT ip_address FROM sessions WHERE user_id = ?').pluck().all(user);
    const seenAt = Math.trunc(Date.now() / 1_000) - 60;
    blog.store.signIn(['203.0.113.9', '192.0.2.5'].map((ip) => ({ user: 2, ip, seenAt })));
    const { page } = await open({ width: 1280, height: 800 });
    await add(page, blog, 'alice');
    await openView(page, 'Sessions');
    await expect(rowOf(page, 'user 2')).toHaveCount(3);
    await rowOf(page, 'user 2').filter({ hasText: '192.0.2.' }).getByRole('checkbox').check();
    await page.getByRole('button', { name: 'End their others…' }).click();
    const dialog = page.getByRole('dialog');
    await expect(dialog).toContainText('1 session named by you will be kept');
    await expect(dialog.getByTestId('confirm-end')).toHaveText('End 2 sessions in blog');
    await dialog.getByLabel('Reason').fill('Two browsers that nobody knows');
    await dialog.getByTestId('confirm-end').click();
    await expect(dialog.getByTestId('receipt-command')).toContainText(/ended\s*2/);
    expect(addresses(2)).toEqual(['192.0.2.5']);
    expect(blog.store.count()).toBe(3);
    await dialog.getByRole('button', { name: 'Close' }).click();

    // The audit has what was just ended: of user 2, whose last session goes with the account.
    await openView(page, 'Audit');
    await page.getByRole('button', { name: /^Sign out 1 account…$/ }).click();
    await expect(dialog.getByTestId('confirm-end')).toHaveText('End 1 session in blog');
    await dialog.getByLabel('Reason').fill('The third one too');
    await dialog.getByTestId('confirm-end').click();
    await expect(dialog.getByTestId('receipt-command')).toContainText(/ended\s*1/);
    expect(addresses(2)).toEqual([]);
    expect([addresses(1).length, addresses(3).length]).toEqual([1, 1]);
  });
});

test('from every view the dialog names exactly whom it would end', async ({ open, folder }) => {
  test.setTimeout(180_000);
  await withBlog(folder, async (blog) => {
    const seenAt = Math.trunc(Date.now() / 1_000) - 60;
    blog.store.signIn(['203.0.113.9', '192.0.2.5'].map((ip) => ({ user: 2, ip, seenAt })));
    const { page } = await open({ width: 1280, height: 800 });
    await add(page, blog, 'alice');
    const dialog = page.getByRole('dialog');
    const names = async (sessions: string): Promise<void> => {
      await expect(dialog.getByTestId('confirm-end')).toHaveText(`End ${sessions} in blog`);
      await dialog.getByRole('button', { name: 'Cancel' }).click();
      await expect(dialog).toHaveCount(0);
    };
    const button = (name: string | RegExp) => page.getByRole('button', { name }).first();

    // A list that is narrowed, by the words of its search.
    await openView(page, 'Sessions');
    await expect(rowOf(page, 'user 2')).toHaveCount(3);
    await page.getByRole('combobox', { name: /^Search/ }).fill('user:"user 2"');
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('end-matching')).toHaveText('End all 3 sessions…');
    await page.getByTestId('end-matching').click();
    await names('3 sessions');

    // Beside a list: the session, the person, the person's others.
    await rowOf(page, 'user 2').filter({ hasText: '192.0.2.' }).dblclick();
    const panel = page.getByTestId('session-panel');
    await panel.getByRole('button', { name: 'End session…' }).click();
    await names('1 session');
    await panel.getByRole('button', { name: 'Sign out everywhere in blog…' }).click();
    await names('3 sessions');
    await panel.getByRole('button', { name: 'End their others…' }).click();
    await names('2 sessions');
    await panel.getByRole('button', { name: 'Close session' }).click();

    // Under the pointer, on Watch.
    await openView(page, 'Watch');
    await rowOf(page, 'user 1').first().click({ button: 'right' });
    await page.getByRole('menuitem', { name: /^End session…$/ }).click();
    await names('1 session');

    // A person, with and without a session that is kept.
    await openView(page, 'People');
    await page
      .getByRole('link', { name: /user 2/ })
      .first()
      .click();
    await button('Sign out everywhere…').click();
    await names('3 sessions');
    await page.getByRole('main').getByRole('checkbox').first().check();
    await button('Everywhere except 1 kept…').click();
    await names('2 sessions');

    // An address that was pivoted to.
    await menu(page, 'user 2', /^Everything this address touched$/);
    await button(/^End \d+ live sessions?…$/).click();
    await expect(dialog.getByTestId('confirm-end')).toContainText(/^End \d+ sessions? in blog$/);
    await dialog.getByRole('button', { name: 'Cancel' }).click();

    // Everyone, from the palette: it asks for the name.
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Search and commands' }).fill('End everyone’s sessions in blog');
    await page.keyboard.press('Enter');
    await expect(dialog.getByLabel(/Type “blog”/)).toBeVisible();
    await expect(dialog.getByTestId('confirm-end')).toBeDisabled();
    await names('5 sessions');
    expect(blog.store.count()).toBe(5);
  });
});

test('with a token for one’s own sessions the window knows nobody else’s, and ends one’s own', async ({
  open,
  folder,
}) => {
  test.setTimeout(180_000);
  await withBlog(folder, async (blog) => {
    const seenAt = Math.trunc(Date.now() / 1_000) - 60;
    blog.store.signIn([{ user: 2, ip: '192.0.2.5', seenAt }]);
    const { page } = await open({ width: 1280, height: 800 });
    const token = await blog.ownToken('user 2', '2');
    await addEnvironment(page, { name: 'blog', url: blog.agent.url, token });
    await openView(page, 'Sessions');
    await expect(page.getByTestId('session-count')).toContainText(/^2 live/);
    await expect(rowOf(page, 'user 2')).toHaveCount(2);
    await expect(rowOf(page, 'user 1')).toHaveCount(0);
    await rowOf(page, 'user 2').filter({ hasText: '192.0.2.' }).click({ button: 'right' });
    await page.getByRole('menuitem', { name: /^End session…$/ }).click();
    const dialog = page.getByRole('dialog');
    await expect(dialog).toContainText('1 session of your own would end. You may be signed out there.');
    await picture(page, 'respond-own');
    await dialog.getByLabel('Reason').fill('The computer in the library');
    await dialog.getByTestId('confirm-end').click();
    await expect(dialog.getByTestId('receipt-command')).toContainText(/ended\s*1/);
    await dialog.getByRole('button', { name: 'Close' }).click();
    await expect(rowOf(page, 'user 2')).toHaveCount(1);
    // Neither everyone nor anybody else is offered.
    await openView(page, 'Response');
    await expect(page.getByTestId('operation')).toHaveCount(1);
    await expect(page.getByRole('button', { name: /End everyone/ })).toHaveCount(0);
    await openView(page, 'People');
    await expect(page.getByRole('link', { name: /user 2/ }).first()).toBeVisible();
    await expect(page.getByRole('link', { name: /user [13]/ })).toHaveCount(0);
    expect(blog.store.count()).toBe(3);
  });
});

test('a session that a request wrote back is shown with its cause and ended again with one click', async ({
  open,
  folder,
}) => {
  test.setTimeout(180_000);
  await withBlog(folder, async (blog) => {
    const { db } = blog;
    const { page } = await open({ width: 1280, height: 800 });
    await add(page, blog, 'alice');
    const rows = db.prepare('SELECT * FROM sessions WHERE user_id = 1').all();
    const dialog = await menu(page, 'user 1', /^End session…$/);
    await dialog.getByLabel('Reason').fill('Stolen laptop');
    await dialog.getByTestId('confirm-end').click();
    await expect(dialog.getByTestId('receipt-command')).toContainText('ended 1');
    // What a sign-out does not do is said once more beside what it did.
    await expect(dialog).toContainText('API tokens keep working');
    // A request that was under way writes the session back, and the store refuses to delete it again.
    const [row] = rows as Record<string, unknown>[];
    if (row === undefined) throw new Error('nobody was signed in');
    const columns = Object.keys(row);
    db.prepare(
      `INSERT INTO sessions (${columns.join(', ')}) VALUES (${columns.map((name) => `@${name}`).join(', ')})`,
    ).run(row);
    db.exec(
      "CREATE TRIGGER kept BEFORE DELETE ON sessions WHEN OLD.user_id = 1 BEGIN SELECT RAISE(FAIL, 'kept'); END",
    );
    const proof = dialog.getByTestId('receipt-proof');
    await expect(proof).toContainText('1 session came back (a request was under way)', { timeout: 60_000 });
    await expect(proof).not.toContainText('ended again');
    expect(await seriousFindings(page)).toEqual([]);
    await picture(page, 'respond-came-back');
    db.exec('DROP TRIGGER kept');
    await dialog.getByRole('button', { name: 'End 1 session that came back…' }).click();
    await expect(dialog.getByTestId('confirm-end')).toHaveText('End 1 session in blog');
    await dialog.getByLabel('Reason').fill('It came back');
    await dialog.getByTestId('confirm-end').click();
    await expect(dialog.getByTestId('receipt-command')).toContainText(/ended 1|already gone 1/);
    expect(db.prepare('SELECT count(*) FROM sessions WHERE user_id = 1').pluck().get()).toBe(0);

    // An agent that is not there cannot be asked: that is said, with the reason, and not that nobody is signed in.
    await dialog.getByRole('button', { name: 'Close' }).click();
    await blog.agent.stop();
    await openView(page, 'Environments');
    await expect(page.getByTestId('environment-blog').getByTestId('state-sentence')).not.toContainText(
      /live/i,
      {
        timeout: 60_000,
      },
    );
    await menu(page, 'user 2', /^End session…$/);
    await expect(dialog.getByTestId('nothing-reached')).toContainText(
      /could not be asked.*1 session can be queued/,
    );
    await expect(dialog.getByRole('heading')).toHaveText('Nothing can be ended now');
    await picture(page, 'respond-unasked');
    await dialog.getByRole('checkbox').check();
    await expect(dialog.getByTestId('confirm-end')).toHaveText('End 1 session in blog');
  });
});

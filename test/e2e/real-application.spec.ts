import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { RedisStore } from 'connect-redis';
import { Redis } from 'ioredis';
import { stringify } from 'yaml';
import { Browser } from '../conformance/applications/browser.ts';
import { startExpressApplication } from '../conformance/applications/express-application.ts';
import { startRedis } from '../support/servers/redis.ts';
import { expect, test } from './console.ts';

const AGENT = join(import.meta.dirname, '../../out/main/agent.js');
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';
const CHROME = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36';

/** The agent as it is shipped, on the application's Redis; resolves when it listens. */
async function startAgent(
  folder: string,
  socket: string,
): Promise<{ readonly agent: ChildProcess; readonly url: string }> {
  const config = join(folder, 'agent.yaml');
  writeFileSync(
    config,
    stringify({
      environment: { id: 'bookshop', name: 'Bookshop' },
      dataDir: 'data',
      listen: { port: 0 },
      privileged: { roles: ['admin'] },
      poll: { intervalMs: 200 },
      store: {
        kind: 'express',
        database: { driver: 'redis', socket },
        mapping: {
          user: '/user/id',
          name: '/user/name',
          roles: '/user/roles',
          address: '/login/ip',
          userAgent: '/login/userAgent',
          openedAt: '/login/at',
        },
      },
    }),
  );
  const agent = spawn(process.execPath, [AGENT, '--config', config], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: agent.stdout })) {
    const url = /listening on (\S+)/.exec(line)?.[1];
    if (url !== undefined) return { agent, url };
  }
  throw new Error('the agent ended');
}

test('ending a session in the window signs that browser out of a real application, and no other', async ({
  open: launch,
  folder,
}, info) => {
  const redis = await startRedis();
  const client = new Redis({ path: redis.socket });
  const application = await startExpressApplication(new RedisStore({ client }));
  const started = await startAgent(folder, redis.socket);
  try {
    const firefox = new Browser(application.origin, FIREFOX);
    const chrome = new Browser(application.origin, CHROME);
    const file = join(folder, 'bookshop.watchfloor');
    execFileSync(process.execPath, [
      AGENT,
      ...['--config', join(folder, 'agent.yaml'), 'token', 'create', '--name', 'Ann Lee'],
      ...['--scopes', 'sessions:read,audit:read,sessions:revoke', '--url', started.url],
      ...['--connection-file', file],
    ]);
    const { token } = JSON.parse(readFileSync(file, 'utf8')) as { token: string };

    const { page } = await launch();
    await page.getByRole('link', { name: 'Environments', exact: true }).click();
    await page
      .getByRole('button', { name: /^Add an environment/ })
      .first()
      .click();
    const form = page.getByRole('dialog');
    await form.getByLabel('Address of the agent').fill(started.url);
    await form.getByLabel('Token').fill(token);
    // The engine may still be starting: then the form says so and keeps what was typed.
    await expect(async () => {
      if (await form.isVisible()) await form.getByRole('button', { name: 'Add environment' }).click();
      await expect(page.getByText('Bookshop').first()).toBeVisible({ timeout: 3_000 });
    }).toPass({ timeout: 30_000 });

    await page.getByRole('link', { name: 'Sessions', exact: true }).click();
    await expect(page.getByText('No session is listed, so there is nothing to show')).toBeVisible();
    await firefox.post('/login', { name: 'anna' });
    await chrome.post('/login', { name: 'joerg' });
    expect((await firefox.get('/me')).text).toBe('Anna Ünal');
    expect((await chrome.get('/me')).text).toBe('Jörg');
    const row = page.getByRole('grid').getByRole('row').filter({ hasText: 'Anna Ünal' });
    await expect(row).toBeVisible();
    await expect(page.getByRole('grid').getByRole('row').filter({ hasText: 'Jörg' })).toBeVisible();
    // What was said of an empty list is not said above two sessions until the bars are due again.
    await expect(page.getByTestId('bars')).toHaveAttribute('aria-valuetext', '2 sessions');
    await page.screenshot({ path: info.outputPath('sessions.png') });
    await row.getByRole('checkbox').check();
    await page.getByRole('button', { name: /^End 1 session/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill('The laptop was stolen');
    await page.screenshot({ path: info.outputPath('preview.png') });
    await dialog.getByTestId('confirm-end').click();
    await expect(dialog.getByTestId('receipt-command')).toContainText(/ended\s*1/);
    await page.screenshot({ path: info.outputPath('receipt.png') });

    expect((await firefox.get('/me')).text).toBe('anonymous');
    expect((await chrome.get('/me')).text).toBe('Jörg');
    // Signing in again is possible: nothing but that one session was ended.
    await firefox.post('/login', { name: 'anna' });
    expect((await firefox.get('/me')).text).toBe('Anna Ünal');
  } finally {
    const ended = once(started.agent, 'exit');
    started.agent.kill('SIGTERM');
    await ended;
    await application.stop();
    client.disconnect();
    await redis.dispose();
  }
});

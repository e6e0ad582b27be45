import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { storeKey } from '#agent/stores/store-adapter.ts';
import { wordpressKind } from '#agent/stores/wordpress/wordpress-kind.ts';
import type { AccountId } from '#shared/domain/ids.ts';
import { disposeServers, testDatabase } from '../stores/databases.ts';
import { fromConfig } from '../stores/make-adapter.ts';
import { allAccounts, allKeys, listAll } from '../stores/reading.ts';
import { Browser } from './browser.ts';
import { startWordpress } from './wordpress-application.ts';

const never = new AbortController().signal;
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';
const CHROME = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36';
afterAll(disposeServers);

test(
  'a WordPress site: ending a session signs that browser out, and no other',
  { timeout: 120_000 },
  async () => {
    const db = await testDatabase('mariadb');
    const application = await startWordpress({
      socket: String(db.config['socket']),
      name: String(db.config['database']),
      user: 'keeper',
    });
    const { adapter, grants, doctor } = fromConfig(wordpressKind, {
      database: db.config,
      objectCache: 'none',
    });
    try {
      await db.grant(grants);
      await adapter.open(never);
      const began = Math.trunc(Date.now() / 1_000) * 1_000;
      const browser = (userAgent: string): Browser => new Browser(application.origin, userAgent);
      const [one, two, other] = [browser(FIREFOX), browser(CHROME), browser(FIREFOX)];
      const signIn = async (who: Browser, log: string, rememberme = ''): Promise<void> => {
        await who.get('/wp-login.php');
        const answer = await who.post('/wp-login.php', {
          log,
          pwd: `pw-${log}`,
          'wp-submit': 'Log In',
          testcookie: '1',
          ...(rememberme === '' ? {} : { rememberme }),
        });
        expect(answer.status).toBe(302);
      };
      /** The profile page: shown to who is signed in, everybody else is sent to the login form. */
      const isIn = async (who: Browser): Promise<boolean> =>
        (await who.get('/wp-admin/profile.php')).status === 200;
      await signIn(one, 'anna');
      await signIn(two, 'anna', 'forever');
      await signIn(other, 'joerg');
      expect([await isIn(one), await isIn(two), await isIn(other), await isIn(browser(CHROME))]).toEqual([
        true,
        true,
        true,
        false,
      ]);

      // Who is signed in, and from where.
      const { sessions } = await listAll(adapter);
      const seen = sessions.map(({ account, opened, marks }) => [
        account?.name,
        opened.ip,
        opened.userAgent,
        ...marks,
      ]);
      expect(seen.sort()).toEqual(
        [
          ['anna', '127.0.0.1', FIREFOX],
          ['anna', '127.0.0.1', CHROME, 'remember-me'],
          ['joerg', '127.0.0.1', FIREFOX],
        ].sort(),
      );
      for (const { opened, last } of sessions) {
        expect(opened.at).toBeGreaterThanOrEqual(began);
        expect(opened.at).toBeLessThanOrEqual(Date.now());
        expect(last).toEqual({ at: null, ip: null, userAgent: null });
      }
      const accounts = [...(await allAccounts(adapter)).values()];
      expect(accounts.map(({ name, roles }) => [name, roles]).sort()).toEqual([
        ['anna', ['administrator']],
        ['joerg', ['editor']],
      ]);
      const keyOf = (name: string, agent: string): string =>
        sessions.find(({ account, opened }) => account?.name === name && opened.userAgent === agent)?.key ??
        '';
      const anna = sessions.find(({ account }) => account?.name === 'anna')?.account?.id ?? ('' as AccountId);
      const end = (key: string) => adapter.end([{ key: storeKey(key), account: anna }], 'sessions', never);

      // One ended.
      expect(await end(keyOf('anna', FIREFOX))).toEqual([{ outcome: 'ended' }]);
      expect([await isIn(one), await isIn(two), await isIn(other)]).toEqual([false, true, true]);

      // Another request of the same person is under way and writes the array back as it had read it.
      await signIn(one, 'anna');
      const slow = two.get('/?slow=1');
      await expect
        .poll(() => existsSync(join(application.folder, 'waiting')), { timeout: 20_000 })
        .toBe(true);
      const again =
        (await allKeys(adapter)).find((key) => key.startsWith(`${anna}:`) && key !== keyOf('anna', CHROME)) ??
        '';
      expect(await end(again)).toEqual([{ outcome: 'ended' }]);
      expect(await isIn(one)).toBe(false);
      writeFileSync(join(application.folder, 'go'), '');
      expect((await slow).text).toBe(`user ${anna}`);
      expect((await adapter.lookUp([storeKey(again)], never)).map(({ key }) => key as string)).toEqual([
        again,
      ]);
      expect(await isIn(one)).toBe(true);
      expect(await end(again)).toEqual([{ outcome: 'ended' }]);
      expect([await isIn(one), await isIn(two), await isIn(other)]).toEqual([false, true, true]);

      // A new password kills the cookies and leaves the tokens.
      const before = await allKeys(adapter);
      await db.exec(`UPDATE wp_users SET user_pass = MD5('another') WHERE user_login = 'anna'`);
      expect([await isIn(two), await isIn(other)]).toEqual([false, true]);
      expect(await allKeys(adapter)).toEqual(before.filter((key) => !key.startsWith(`${anna}:`)));
      expect((await doctor()).filter(({ status }) => status === 'wrong')).toEqual([]);
    } finally {
      await adapter.close();
      await application.dispose();
      await db.dispose();
    }
  },
);

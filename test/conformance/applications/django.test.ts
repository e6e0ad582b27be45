import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { djangoKind } from '#agent/stores/django/django-kind.ts';
import { storeKey } from '#agent/stores/store-adapter.ts';
import type { AccountId } from '#shared/domain/ids.ts';
import { fromConfig } from '../stores/make-adapter.ts';
import { allAccounts, allKeys, listAll } from '../stores/reading.ts';
import { Browser } from './browser.ts';
import { startDjango } from './django-application.ts';

const never = new AbortController().signal;

test('a Django project: ending a session signs that browser out, and no other', async () => {
  const application = await startDjango();
  const { adapter, doctor } = fromConfig(djangoKind, {
    database: { driver: 'sqlite', file: application.database },
    saveTimeMeans: 'sign-in',
  });
  try {
    await adapter.open(never);
    const began = Date.now();
    const browser = (): Browser => new Browser(application.origin, 'Firefox');
    const [one, two, other, guest] = [browser(), browser(), browser(), browser()];
    /** Signs in and says which key appeared. */
    const signIn = async (who: Browser, name: string): Promise<string> => {
      const before = await allKeys(adapter);
      expect((await who.post('/login', { name, password: `pw-${name}` })).status).toBe(200);
      const fresh = (await allKeys(adapter)).filter((key) => !before.includes(key));
      expect(fresh.length).toBe(1);
      return fresh[0] ?? '';
    };
    expect((await guest.post('/login', { name: 'anna', password: 'wrong' })).status).toBe(403);
    const first = await signIn(one, 'anna');
    const second = await signIn(two, 'anna');
    const third = await signIn(other, 'jörg');

    // Who is signed in; Django keeps neither address nor browser.
    const { sessions } = await listAll(adapter);
    expect(sessions.map(({ account }) => account?.name).sort()).toEqual(['anna', 'anna', 'jörg']);
    for (const { opened, last, expiresAt } of sessions) {
      expect(opened).toMatchObject({ ip: null, userAgent: null });
      expect(opened.at).toBeGreaterThanOrEqual(Math.trunc(began / 1_000) * 1_000);
      expect(last).toEqual({ at: null, ip: null, userAgent: null });
      expect(Math.abs((expiresAt ?? 0) - began - 14 * 86_400_000)).toBeLessThan(120_000);
    }
    const accounts = [...(await allAccounts(adapter)).values()];
    expect(accounts.map(({ name, roles, email }) => [name, roles, email]).sort()).toEqual([
      ['anna', ['Redaktion ü'], 'anna@example.org'],
      ['jörg', ['Redaktion ü'], 'jörg@example.org'],
    ]);
    const anna = sessions.find(({ key }) => key === first)?.account?.id ?? ('' as AccountId);

    // One ended.
    expect(await adapter.end([{ key: storeKey(first), account: anna }], 'sessions', never)).toEqual([
      { outcome: 'ended' },
    ]);
    expect((await one.get('/me')).text).toBe('anonymous');
    expect((await two.get('/me')).text).toBe('anna');
    expect((await other.get('/me')).text).toBe('jörg');

    // A request is under way while its session is ended: Django refuses to write it back.
    const slow = two.get('/slow');
    await expect.poll(() => existsSync(join(application.folder, 'waiting')), { timeout: 10_000 }).toBe(true);
    expect(await adapter.end([{ key: storeKey(second), account: anna }], 'sessions', never)).toEqual([
      { outcome: 'ended' },
    ]);
    writeFileSync(join(application.folder, 'go'), '');
    expect((await slow).status).toBe(400);
    expect(await adapter.lookUp([storeKey(second)], never)).toEqual([]);
    expect((await two.get('/me')).text).toBe('anonymous');
    expect(await allKeys(adapter)).toEqual([third]);

    // A new password kills the other sessions at once, although their rows stay until they are used.
    const again = await signIn(one, 'anna');
    await signIn(two, 'anna');
    expect((await one.post('/password', { password: 'new' })).status).toBe(200);
    const left = await listAll(adapter);
    expect(left.sessions.map(({ account }) => account?.name).sort()).toEqual(['anna', 'jörg']);
    // The changing browser got a new key.
    expect(left.sessions.map(({ key }) => key as string)).not.toContain(again);
    expect((await two.get('/me')).text).toBe('anonymous');
    expect((await one.get('/me')).text).toBe('anna');

    // Signing out by oneself.
    await one.get('/logout');
    expect(await allKeys(adapter)).toEqual([third]);
    expect((await doctor()).filter(({ status }) => status === 'wrong')).toEqual([]);
  } finally {
    await adapter.close();
    await application.dispose();
  }
});

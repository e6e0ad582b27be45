import { expect, test } from 'vitest';
import { storeKey } from '#agent/stores/store-adapter.ts';
import type { AccountId } from '#shared/domain/ids.ts';
import { allAccounts, listAll } from './reading.ts';
import { conformance } from './suite.ts';
import { laravelWorld } from './worlds/laravel-world.ts';

conformance('Laravel on MariaDB, sessions as serialised PHP', () => laravelWorld('mariadb', 'php'));
conformance('Laravel on PostgreSQL with a table prefix, sessions as JSON', () =>
  laravelWorld('postgres', 'json'),
);
conformance('Laravel on SQLite, encrypted sessions', () => laravelWorld('sqlite', 'encrypted'));

const never = new AbortController().signal;
const visit = { at: Math.trunc(Date.now() / 1_000) * 1_000, ip: '203.0.113.9', userAgent: 'Firefox' };

test.each([
  ['with-accounts', 'sessions', false],
  ['with-accounts', 'accounts', true],
  ['always', 'sessions', true],
  ['never', 'accounts', false],
] as const)(
  'remember-me with rememberToken: %s when %s are ended: taken away %s',
  async (rememberToken, scope, taken) => {
    const world = await laravelWorld('sqlite', 'php', { rememberToken });
    try {
      const [anna, joerg] = [
        await world.addPerson({ name: 'anna', email: '', roles: [] }),
        await world.addPerson({ name: 'jörg', email: '', roles: [] }),
      ];
      const key = await world.signIn(anna, visit);
      await world.adapter.end([{ key: storeKey(key), account: anna as AccountId }], scope, never);
      expect((await world.rememberToken(anna)) === null).toBe(taken);
      expect(await world.rememberToken(joerg)).not.toBeNull();
    } finally {
      await world.adapter.close();
      await world.dispose();
    }
  },
);

test.each(['php', 'json'] as const)(
  'an impersonation is told from %s payloads, and creation times are UTC',
  async (payloads) => {
    const world = await laravelWorld('sqlite', payloads);
    try {
      const [anna, joerg] = [
        await world.addPerson({ name: 'anna', email: '', roles: [] }),
        await world.addPerson({ name: 'jörg', email: '', roles: [] }),
      ];
      await world.signInAs(anna, visit, { impersonated_by: Number(joerg) });
      const [session] = (await listAll(world.adapter)).sessions;
      expect(session).toMatchObject({
        account: { id: anna },
        marks: ['masquerade'],
        via: { account: { id: joerg, name: 'jörg' } },
      });
      expect((await allAccounts(world.adapter)).get(anna)?.createdAt).toBe(Date.UTC(2020, 1, 3, 4, 5, 6));
    } finally {
      await world.adapter.close();
      await world.dispose();
    }
  },
);

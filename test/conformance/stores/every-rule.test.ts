import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { openRulePlaces } from '#agent/rules/places.ts';
import { silent, startTestAgent, temporaryFolder } from '#test/support/agent-in-process.ts';
import type { TestConsole } from '#test/support/test-console.ts';
import { connectConsole } from '#test/support/test-console.ts';
import { disposeServers } from './databases.ts';
import { allKeys } from './reading.ts';
import type { Visit } from './world.ts';
import { EVERY_KIND } from './worlds/every-kind.ts';

// Every kind of rule, enforced by the real agent on every kind of store: whom it means ends, who stays stays.

afterAll(disposeServers);

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const PUSH = 'a-push-token-of-an-application-0123456789';
const DESKTOP = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';
const PHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1';
const HOME = '203.0.113.7';
const visit = (ago: number, own: Partial<Visit> = {}): Visit => ({
  at: Math.trunc((Date.now() - ago) / SECOND) * SECOND,
  ip: HOME,
  userAgent: DESKTOP,
  ...own,
});
const DAYS = [1, 2, 3, 4, 5, 6, 7];
/** A day of the week that is neither today nor beside it, wherever one is. */
const farDay = (): number => ((new Date().getUTCDay() + 2) % 7) + 1;

describe.each(EVERY_KIND)('%s', (_label, makeWorld) => {
  test('each kind of rule ends whom it means, and nobody else', { timeout: 120_000 }, async () => {
    const world = await makeWorld();
    const folder = temporaryFolder();
    const anna = await world.addPerson({ name: 'anna', email: 'a@example.org', roles: [] });
    const ben = await world.addPerson({ name: 'ben', email: 'b@example.org', roles: [] });
    const agent = await startTestAgent(
      { adapter: world.adapter } as Parameters<typeof startTestAgent>[0],
      folder.path,
      {
        pushToken: PUSH,
        openPlaces: () => openRulePlaces({}, folder.path, silent),
        timing: { pushWaitsMs: 50 },
      },
    );
    const console: TestConsole = await connectConsole(agent.url, agent.token().text);
    const push = async (event: Record<string, unknown>) => {
      const response = await fetch(`${agent.url}/v1/events`, {
        method: 'POST',
        headers: { authorization: `Bearer ${PUSH}` },
        body: JSON.stringify({ events: [{ id: randomUUID(), ...event }] }),
      });
      expect(response.status).toBe(202);
    };
    const { knows } = world;
    /** Signs in; what this store does not record of it, the application tells. */
    const signIn = async (account: string, at: Visit): Promise<string> => {
      const key = await world.signIn(account, at);
      if (!(knows.lastIp || knows.openedIp) || !(knows.lastUserAgent || knows.openedUserAgent)) {
        const told = { ip: at.ip, userAgent: at.userAgent, at: at.at };
        await push({ action: 'login', account: { id: account, name: 'x' }, session: key, ...told });
      }
      return key;
    };
    let version = 0;
    const rules = async (...list: readonly Record<string, unknown>[]) => {
      const brake = { perMinute: 100, percent: 100 };
      const all = list.map((own, n) => ({
        id: `r${String(n)}`,
        name: 'Rule',
        mode: 'enforce',
        brake,
        ...own,
      }));
      const put = { id: randomUUID(), rules: all, ifVersion: version };
      version += 1;
      expect(await console.ask('rules.put', put)).toMatchObject({ ok: true, version, state: 'completed' });
    };
    const gone = async (...keys: readonly string[]) => {
      for (const end = Date.now() + 15_000; ;) {
        const there = await allKeys(world.adapter);
        if (!keys.some((key) => there.includes(key))) return there;
        if (Date.now() > end)
          throw new Error(`still there: ${keys.filter((key) => there.includes(key)).join(' ')}`);
        await sleep(20);
      }
    };
    /** Nobody is meant: after some looks they are there. */
    const stay = async (...keys: readonly string[]) => {
      for (let n = 0; n < 3; n += 1) await agent.refresh();
      expect(await allKeys(world.adapter)).toEqual(expect.arrayContaining([...keys]));
    };
    const clear = async (...keys: readonly string[]) => {
      await rules();
      for (const key of keys) await world.signOut(key);
      await gone(...keys);
    };
    /** The first session is meant by the rule, the second is not. */
    const endsFirst = async (name: string, own: Record<string, unknown>, first: Visit, second = visit(0)) => {
      const [meant, other] = [await signIn(anna, first), await signIn(ben, second)];
      await console.until(() => console.sessions.size === 2, `${name}: both`);
      await rules(own);
      expect(await gone(meant), name).toContain(other);
      await stay(other);
      await console.until(
        () => console.changes.some((change) => change.kind === 'session.closed' && change.reason === 'rule'),
        `${name}: the end by the rule`,
      );
      await clear(other);
      await console.until(() => console.sessions.size === 0, `${name}: nobody`);
      console.changes.splice(0);
    };
    try {
      await console.subscribe();
      await console.until(() => console.parts.at(-1)?.last === true, 'the snapshot');

      await endsFirst(
        'network',
        { kind: 'network', deny: ['198.51.100.0/24'], unknown: 'allow' },
        visit(0, { ip: '198.51.100.9' }),
      );
      // By the bundled data; the address of the other is nowhere.
      const place = { kind: 'place', deny: ['US'] };
      await endsFirst('country', { ...place, unknown: 'allow' }, visit(0, { ip: '8.8.8.8' }));
      await endsFirst(
        'unknown country',
        { kind: 'place', allow: ['US'], unknown: 'deny' },
        visit(0),
        visit(0, { ip: '8.8.8.8' }),
      );
      await endsFirst(
        'device',
        { kind: 'device', allow: ['desktop'], unknown: 'allow' },
        visit(0, { userAgent: PHONE }),
      );

      // Hours: nobody within them, everybody outside.
      const key = await signIn(anna, visit(0));
      await console.until(() => console.sessions.size === 1, 'one');
      const hours = { kind: 'hours', timeZone: 'Europe/Berlin' };
      await rules({ ...hours, windows: [{ days: DAYS, from: '00:00', to: '00:00' }] });
      await stay(key);
      await rules({ ...hours, windows: [{ days: [farDay()], from: '00:00', to: '00:01' }] });
      await gone(key);
      await clear();

      // Idle: where the store says when somebody was last seen; unknown is never idle.
      const idle = { kind: 'idle', afterMs: 30 * MINUTE };
      if (knows.lastAt) await endsFirst('idle', idle, visit(60 * MINUTE));
      else {
        const quiet = await signIn(anna, visit(60 * MINUTE));
        await console.until(() => console.sessions.size === 1, 'one');
        await rules(idle);
        await stay(quiet);
        await clear(quiet);
      }

      // A changed password ends the others and keeps the session that made it.
      await rules({ kind: 'credential-change', keep: 'changing-session' });
      const [mine, other, theirs] = [
        await signIn(anna, visit(0)),
        await signIn(anna, visit(MINUTE)),
        await signIn(ben, visit(0)),
      ];
      await console.until(() => console.sessions.size === 3, 'three');
      await push({ action: 'password-changed', account: { id: anna, name: 'anna' }, session: mine });
      expect(await gone(other)).toEqual(expect.arrayContaining([mine, theirs]));
      await stay(mine, theirs);
      // And one that the agent sees in the store itself; who changed it is not known.
      if (world.setPassword !== undefined && knows.credential) {
        await rules({ kind: 'credential-change', keep: 'none' });
        await stay(mine, theirs);
        await world.setPassword(ben);
        expect(await gone(theirs)).toContain(mine);
      }
      await clear(mine, theirs);
      await console.until(() => console.sessions.size === 0, 'nobody');

      // Too many failed sign-ins, by the name that was typed.
      await rules({ kind: 'failed-logins', max: 3, withinMs: 10 * MINUTE, then: 'end-sessions' });
      const [safe, tried] = [await signIn(anna, visit(0)), await signIn(ben, visit(0))];
      await console.until(() => console.sessions.size === 2, 'anna and ben');
      const failure = {
        action: 'login',
        outcome: 'failure',
        reason: 'bad-password',
        account: { name: 'ben' },
      };
      for (let n = 0; n < 3; n += 1) await push(failure);
      await stay(tried, safe);
      await push(failure);
      expect(await gone(tried)).toContain(safe);
    } finally {
      console.close();
      await agent.stop();
      await world.dispose();
      folder.remove();
    }
  });
});

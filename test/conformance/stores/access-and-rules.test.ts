import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import type { TestAgent } from '#test/support/agent-in-process.ts';
import { startTestAgent, temporaryFolder } from '#test/support/agent-in-process.ts';
import type { TestConsole } from '#test/support/test-console.ts';
import { authOf, connectConsole, rawSocket, refusalOf } from '#test/support/test-console.ts';
import { disposeServers } from './databases.ts';
import { allKeys } from './reading.ts';
import type { World } from './world.ts';
import { EVERY_FORM, EVERY_KIND } from './worlds/every-kind.ts';

afterAll(disposeServers);

const SECOND = 1_000;
const at = (ago: number) => ({
  at: Math.trunc((Date.now() - ago) / SECOND) * SECOND,
  ip: '203.0.113.7',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
});
const order = (selector: Record<string, unknown>) => ({
  id: randomUUID(),
  kind: 'revoke',
  selector,
  reason: 'test',
  claim: { name: 'Anna' },
  issuedAt: Date.now(),
});
const common = { mode: 'enforce', brake: { perMinute: 100, percent: 100 } };
const of = (console: TestConsole, account: string) =>
  [...console.sessions.values()].filter((session) => session.account?.id === account).map(({ id }) => id);

interface Running {
  readonly world: World;
  readonly agent: TestAgent;
  readonly follow: (token?: Parameters<TestAgent['token']>[0]) => Promise<TestConsole>;
}

/** The real agent on a real store, with two people: who they are, and three sessions of the first. */
async function withAgent(
  makeWorld: () => Promise<World>,
  work: (running: Running, anna: string, ben: string) => Promise<void>,
): Promise<void> {
  const world = await makeWorld();
  const folder = temporaryFolder();
  const consoles: TestConsole[] = [];
  const anna = await world.addPerson({ name: 'anna', email: 'a@example.org', roles: ['editor'] });
  const ben = await world.addPerson({ name: 'ben', email: 'b@example.org', roles: [] });
  const agent = await startTestAgent(
    { adapter: world.adapter } as Parameters<typeof startTestAgent>[0],
    folder.path,
  );
  const follow: Running['follow'] = async (token = {}) => {
    const console = await connectConsole(agent.url, agent.token(token).text);
    consoles.push(console);
    await console.subscribe();
    await console.until(() => console.parts.at(-1)?.last === true, 'the snapshot');
    return console;
  };
  try {
    await work({ world, agent, follow }, anna, ben);
  } finally {
    for (const console of consoles) console.close();
    await agent.stop();
    await world.dispose();
    folder.remove();
  }
}

describe.each(EVERY_FORM)('%s', (_label, makeWorld) => {
  test('own sessions: no token, one’s own, and another’s', { timeout: 60_000 }, () =>
    withAgent(makeWorld, async ({ world, agent, follow }, anna, ben) => {
      const mine = await world.signIn(anna, at(60_000));
      const theirs = await world.signIn(ben, at(60_000));
      const full = await follow();
      await full.until(() => full.sessions.size === 2, 'both sessions');
      const [foreign = ''] = of(full, ben);

      // Without a token, or with a wrong one, there is no connection and nothing is said.
      expect(await refusalOf(rawSocket(agent.url, authOf('wf_0000000000_wrong')))).toMatchObject({
        code: 'UNAUTHENTICATED',
      });
      const { token: _token, ...without } = authOf('x');
      expect((await refusalOf(rawSocket(agent.url, without))).code).toBe('UNAUTHENTICATED');

      const own = await follow({
        operator: 'anna',
        scopes: ['sessions:own', 'sessions:revoke'],
        accounts: [anna],
      });
      expect([...own.sessions.values()].map(({ account }) => account?.id)).toEqual([anna]);

      // Another's: the same answer, word for word, as for one that never was; by every way of asking.
      for (const [hidden, absent] of [
        [{ sessions: [foreign] }, { sessions: ['never-was'] }],
        [{ accounts: [ben] }, { accounts: ['nobody'] }],
      ] as const) {
        for (const more of [{}, { dryRun: true }]) {
          const refused = await own.ask('command', { ...order(hidden), ...more });
          expect(refused).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
          expect(refused).toEqual(await own.ask('command', { ...order(absent), ...more }));
        }
      }
      expect(await own.ask('sessions.get', { ids: [foreign] })).toEqual({
        ok: true,
        sessions: [],
        missing: [foreign],
      });
      expect(await allKeys(world.adapter)).toContain(theirs);

      // One's own: gone from the store, so that browser is signed out; the other stays.
      const [id] = of(own, anna);
      expect(await own.ask('command', order({ sessions: [id] }))).toMatchObject({ ended: 1, matched: 1 });
      const left = await allKeys(world.adapter);
      expect(left).not.toContain(mine);
      expect(left).toContain(theirs);
      await own.until(() => own.sessions.size === 0, 'the end');
    }),
  );
});

describe.each(EVERY_KIND)('%s', (_label, makeWorld) => {
  test('rules hold: too many sessions, too old ones, and a wrong rule is stopped', { timeout: 60_000 }, () =>
    withAgent(makeWorld, async ({ world, follow }, anna, ben) => {
      const console = await follow();
      expect(console.hello.store.capabilities).toContain('rules');
      const put = (rules: readonly unknown[], ifVersion: number) =>
        console.ask('rules.put', { id: randomUUID(), rules, ifVersion });
      const limit = { ...common, id: 'limit', name: 'One each', kind: 'concurrency', max: 1, per: 'account' };
      expect(await put([{ ...limit, end: 'oldest' }], 0)).toMatchObject({ ok: true, version: 1 });
      const first = await world.signIn(anna, at(10_000));
      const other = await world.signIn(ben, at(10_000));
      await console.until(() => console.sessions.size === 2, 'two people');
      const second = await world.signIn(anna, at(0));
      const ended = () =>
        console.changes.filter((change) => change.kind === 'session.closed' && change.reason === 'rule');
      await console.until(() => ended().length === 1, 'the end by the rule');
      const keys = await allKeys(world.adapter);
      expect(keys).toHaveLength(2);
      expect(keys).toContain(other);
      // Where the store does not say when a session began, the one the agent saw first is the oldest.
      expect([first, second].filter((key) => keys.includes(key))).toEqual([second]);
      await console.until(
        () =>
          [...console.events.values()].some(
            ({ action, account, message }) =>
              action === 'rule-applied' && account?.name === 'anna' && message?.includes('oldest') === true,
          ),
        'the audit',
      );
      // Everybody is too long signed in, says a rule that is wrong: the brake keeps them.
      const age = { id: 'age', name: 'A minute', kind: 'lifetime', afterMs: 60_000 };
      await world.signInMany(ben, 20, at(600_000));
      expect(await put([{ ...common, ...age, brake: { perMinute: 100, percent: 10 } }], 1)).toMatchObject({
        version: 2,
      });
      await console.until(() => console.sessions.size === 22, 'the many');
      if (!world.knows.openedAt) return;
      await console.until(
        () => console.news.some(({ event }) => event === 'approval.requested'),
        'the question of the brake',
      );
      expect(await allKeys(world.adapter)).toHaveLength(22);
      const [asked] = console.news.filter(({ event }) => event === 'approval.requested');
      const { id } = asked?.payload as { id: string };
      expect(await console.ask('approve', { id, decision: 'approve' })).toMatchObject({ ok: true });
      await console.until(() => console.sessions.size === 2, 'the approved ends');
      expect(await allKeys(world.adapter)).toHaveLength(2);
    }),
  );
});

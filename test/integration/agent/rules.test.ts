import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, describe, test } from 'vitest';
import type { TestAgent } from '#test/support/agent-in-process.ts';
import { oneAgent } from './parts/one-agent.ts';
import { applied, closedBy, idle, openedBy, put, rule, rulesOf } from './parts/rules.ts';

const here = oneAgent();
const opened = openedBy(here);

describe('the rules themselves', () => {
  test('are kept in versions; the same id answers the same; an old version is refused', async () => {
    await here.start();
    const console = await here.follow();
    expect(console.hello.store.capabilities).toContain('rules');
    expect(await rulesOf(console)).toMatchObject({ ok: true, version: 0, rules: [], effects: [], lists: [] });
    const request = { id: randomUUID(), rules: [rule({ mode: 'off' })], ifVersion: 0 };
    const first = await console.ask('rules.put', request);
    expect(first).toMatchObject({ ok: true, version: 1, state: 'completed' });
    expect(await console.ask('rules.put', request)).toEqual(first);
    expect(await console.ask('rules.put', { ...request, rules: [] })).toMatchObject({
      error: { code: 'CONFLICT' },
    });
    expect(await put(console, [], 0)).toMatchObject({ error: { code: 'STALE', details: { version: 1 } } });
    expect(await put(console, [], 1)).toMatchObject({ version: 2 });
    await console.until(() => console.news.some(({ event }) => event === 'rules.changed'), 'the news');
    await console.until(
      () => [...console.events.values()].filter(({ action }) => action === 'rule-changed').length === 2,
      'both changes in the audit',
    );
    await here.agent.stop();
    await here.start();
    const again = await here.follow();
    expect(await rulesOf(again)).toMatchObject({ version: 2, rules: [] });
    const pages = await again.ask<'rules.versions'>('rules.versions', { limit: 1 });
    expect(pages).toMatchObject({ items: [{ version: 2, by: { id: 'alice' }, rules: [] }], next: 2 });
    expect(await again.ask('rules.versions', { limit: 5, before: 2 })).toMatchObject({
      items: [{ version: 1, rules: [{ id: 'limit', mode: 'off' }] }],
    });
  });

  test('bad ones are refused with their place, and who may not is refused', async () => {
    await here.start();
    const console = await here.follow();
    const refusal = async (rules: readonly unknown[]) => {
      const answer = await put(console, rules, 0);
      return answer.ok ? null : `${answer.error.code} ${answer.error.message}`;
    };
    expect(await refusal([rule({ max: 0 })])).toMatch(/^INVALID rules\.0\.max: /);
    expect(await refusal([rule({ forEver: true })])).toMatch(/^INVALID rules\.0: .*forEver/);
    expect(await refusal([rule({}), rule({ id: 'b' }), rule({})])).toMatch(/^INVALID rules\.2\.id: /);
    const hours = { timeZone: 'Mars/Olympus', windows: [{ days: [1], from: '07:00', to: '08:00' }] };
    expect(await refusal([{ ...idle(), kind: 'hours', afterMs: undefined, ...hours }])).toMatch(
      /^INVALID rules\.0\.timeZone: /,
    );
    const codes = async (scopes: Parameters<TestAgent['token']>[0]) => {
      const other = await here.follow(scopes);
      const answers = [
        await other.ask<'rules.get'>('rules.get', {}),
        await other.ask<'rules.versions'>('rules.versions', { limit: 1 }),
        await put(other, [], 0),
      ];
      return answers.map((answer) => (answer.ok ? 'ok' : answer.error.code));
    };
    const nothing = ['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN'];
    expect(await codes({ operator: 'r', scopes: ['sessions:read'] })).toEqual(nothing);
    expect(await codes({ operator: 's', scopes: ['sessions:read', 'rules:read'] })).toEqual([
      'ok',
      'ok',
      'FORBIDDEN',
    ]);
    expect(
      await codes({ operator: 'o', scopes: ['sessions:own', 'rules:write'], accounts: ['ann'] }),
    ).toEqual(nothing);
    expect(await rulesOf(console)).toMatchObject({ version: 0 });
  });

  test('a dry run says whom each would reach alone, and changes nothing', async () => {
    for (const [key, ago] of [
      ['a1', 3],
      ['a2', 2],
      ['a3', 1],
    ] as const)
      here.store.put(key, opened('ann', ago * 60_000, key === 'a1' ? 3_600_000 : 0));
    here.store.account('ann', { roles: ['admin'] });
    await here.start();
    const console = await here.follow({ accounts: ['ann'] });
    const answer = await put(console, [rule({}), idle({ mode: 'observe' })], 0, { dryRun: true });
    expect(answer).toMatchObject({
      ok: true,
      version: 0,
      reach: [
        { rule: 'limit', reach: { sessions: 1, accounts: 1, privileged: 1, own: 1, byRole: { admin: 1 } } },
        { rule: 'idle', reach: { sessions: 1 } },
      ],
    });
    expect(await put(console, [rule({ max: 1 })], 0, { expect: { max: 1 } })).toMatchObject({
      error: { code: 'CONFLICT', details: { matched: 2 } },
    });
    await here.looks();
    expect(here.store.keys()).toHaveLength(3);
    expect(await rulesOf(console)).toMatchObject({ version: 0 });
  });
});

describe('enforcing', () => {
  test('one session too many: the oldest ends, told with rule and reason; observing ends none and tells once', async () => {
    here.store.put('a1', opened('ann', 3_000));
    here.store.put('a2', opened('ann', 2_000));
    await here.start();
    const console = await here.follow();
    await put(console, [rule({ mode: 'observe' })], 0);
    here.store.put('a3', opened('ann', 1_000));
    await console.until(() => applied(console, 'observe').length === 1, 'the observation');
    await here.looks();
    expect(here.store.keys()).toEqual(['a1', 'a2', 'a3']);
    expect(applied(console, 'observe')).toHaveLength(1);
    await put(console, [rule({})], 1);
    await console.until(() => closedBy(console, 'limit').length === 1, 'the end');
    expect(here.store.keys()).toEqual(['a2', 'a3']);
    expect(closedBy(console, 'limit')).toMatchObject([{ reason: 'rule' }]);
    await console.until(() => applied(console).length === 1, 'the audit');
    expect(applied(console)[0]).toMatchObject({
      account: { id: 'ann' },
      actor: { id: 'limit', name: 'Two each' },
      message: 'ended: 3 sessions, 2 are allowed; this is among the oldest',
      attributes: { kind: 'concurrency', version: '2' },
    });
    expect((await rulesOf(console)).effects).toMatchObject([{ rule: 'limit', ended: 1, stopped: null }]);
    // A new one later: the next oldest goes; off: nothing does.
    here.store.put('a4', opened('ann', 0));
    await console.until(() => closedBy(console, 'limit').length === 2, 'the second end');
    expect(here.store.keys()).toEqual(['a3', 'a4']);
    await put(console, [rule({ mode: 'off' })], 2);
    here.store.put('a5', opened('ann', 0));
    await console.until(() => console.sessions.size === 3, 'the third session');
    await here.looks();
    expect(here.store.keys()).toHaveLength(3);
  });

  test('idle: when its time comes, not before; a session that is seen again stays; services and protected stay', async () => {
    here.store.put('a', opened('ann', 3_600_000, 1_700_000));
    here.store.put('b', opened('bob', 3_600_000, 1_700_000));
    here.store.put('bot', opened('robot', 3_600_000, 7_200_000));
    here.store.put('root', opened('root', 3_600_000, 7_200_000));
    await here.start({
      flags: { privileged: { roles: [], accounts: [] }, services: { roles: [], accounts: ['robot'] } },
      rules: { lists: {}, protect: { roles: [], accounts: ['root'] } },
    });
    const console = await here.follow();
    await put(console, [idle()], 0);
    await here.looks();
    expect(here.store.keys()).toHaveLength(4);
    here.pass(60_000);
    here.store.put('b', opened('bob', 3_600_000, 0));
    here.pass(60_000);
    await console.until(() => closedBy(console, 'idle').length === 1, 'the end of the idle one');
    expect(here.store.keys().toSorted()).toEqual(['b', 'bot', 'root']);
  });

  test('a clock that jumps makes rules about time wait; others go on', async () => {
    here.store.put('a', opened('ann', 60_000, 1_000));
    await here.start();
    const console = await here.follow();
    await put(console, [idle(), rule({ max: 1 })], 0);
    await here.looks();
    // Somebody set the clock a day ahead: only the time of day moved.
    here.setClock(86_400_000);
    here.store.put('a2', opened('ann', 0, 0));
    await console.until(() => closedBy(console, 'limit').length === 1, 'concurrency goes on');
    here.store.put('old', opened('bob', 7_200_000, 7_200_000));
    await console.until(() => console.sessions.size === 2, 'the old session');
    await here.looks();
    expect(here.store.keys().toSorted()).toEqual(['a2', 'old']);
    await console.until(
      () => console.statuses.at(-1)?.warnings.some(({ id }) => id === 'rules-clock') === true,
      'the warning',
    );
    here.pass(125_000);
    await console.until(() => closedBy(console, 'idle').length === 1, 'the idle rule again');
    expect(here.store.keys()).toEqual(['a2']);
  });

  test('networks by list file, and countries: places are opened only for a rule that needs them', async () => {
    writeFileSync(join(here.path, 'exits.txt'), '# exits\n203.0.113.0/24\nnonsense\n');
    let openings = 0;
    const openPlaces = () => {
      openings += 1;
      return Promise.resolve((ip: string) =>
        ip.startsWith('192.0.2.') ? { country: 'DE', region: null } : null,
      );
    };
    await here.start({
      openPlaces,
      rules: {
        lists: { exits: { file: 'exits.txt', use: 'deny' } },
        protect: { roles: [], accounts: [] },
      },
    });
    const from = (ip: string) => ({ ...opened('ann', 0), last: { at: here.now(), ip, userAgent: null } });
    const console = await here.follow();
    const { afterMs: _afterMs, ...common } = idle();
    const network = { ...common, id: 'net', kind: 'network', lists: ['exits'], unknown: 'allow' };
    expect(await put(console, [{ ...network, lists: ['nope'] }], 0)).toMatchObject({
      error: { code: 'INVALID', details: { path: 'rules.0.lists.0' } },
    });
    await put(console, [network], 0);
    here.store.put('tor', from('203.0.113.9'));
    here.store.put('home', from('192.0.2.9'));
    here.store.put('lan', from('10.0.0.1'));
    await console.until(() => closedBy(console, 'net').length === 1, 'the listed one');
    expect(here.store.keys().toSorted()).toEqual(['home', 'lan']);
    expect(openings).toBe(0);
    const place = { ...common, id: 'place', kind: 'place', deny: ['DE'], unknown: 'allow' };
    await put(console, [network, place], 1);
    await console.until(() => closedBy(console, 'place').length === 1, 'the one in DE');
    expect(here.store.keys()).toEqual(['lan']);
    expect(openings).toBe(1);
    await put(console, [network, { ...place, unknown: 'deny' }], 2);
    await console.until(() => closedBy(console, 'place').length === 2, 'the unknown one');
    expect(openings).toBe(1);
    expect(
      console.statuses.at(-1)?.warnings.some(({ message }) => message.includes('line 3: “nonsense”')),
    ).toBe(true);
  });

  test('a changed password ends the others, once; what a request writes back is ended again', async () => {
    here.store.put('old', opened('ann', 60_000, 60_000));
    here.store.put('here', opened('ann', 50_000, 0));
    here.store.event('p0', { action: 'password-changed', account: { id: 'ann' as never, name: 'ann' } });
    await here.start();
    const console = await here.follow();
    await here.looks();
    const { afterMs: _afterMs, ...common } = idle();
    await put(console, [{ ...common, id: 'cc', kind: 'credential-change', keep: 'changing-session' }], 0);
    await here.looks();
    // A change from before the rule was made does not count.
    expect(here.store.keys()).toHaveLength(2);
    here.store.event('p1', { action: 'password-changed', account: { id: 'ann' as never, name: 'ann' } });
    await console.until(() => closedBy(console, 'cc').length === 1, 'the end of the other');
    expect(here.store.keys()).toEqual(['here']);
    here.store.put('old', opened('ann', 60_000, 60_000));
    await console.until(() => applied(console).length === 2, 'the second end');
    expect(here.store.keys()).toEqual(['here']);
    // Signed in anew with the new password: stays.
    here.store.put('new', opened('ann', -10, 0));
    await console.until(() => console.sessions.size === 2, 'the new session');
    await here.looks();
    expect(here.store.keys().toSorted()).toEqual(['here', 'new']);
  });

  test('too many failed sign-ins, by name: sessions end, new ones are held out', async () => {
    here.store.put('a', opened('ann', 60_000));
    await here.start();
    const console = await here.follow();
    const { afterMs: _afterMs, ...common } = idle();
    await put(
      console,
      [{ ...common, id: 'fl', kind: 'failed-logins', max: 2, withinMs: 60_000, then: 'hold' }],
      0,
    );
    const fail = (id: string) =>
      here.store.event(id, { action: 'login', outcome: 'failure', account: { name: 'Ann' } });
    fail('f1');
    fail('f2');
    await here.looks();
    expect(here.store.keys()).toEqual(['a']);
    fail('f3');
    await console.until(() => closedBy(console, 'fl').length === 1, 'the end');
    here.store.put('b', opened('ann', 0));
    await console.until(
      () => [...console.events.values()].some(({ attributes }) => attributes?.['by'] === 'hold'),
      'the hold',
    );
    expect(here.store.keys()).toEqual([]);
    expect(applied(console)).toHaveLength(2);
  });
});

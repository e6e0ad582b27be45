import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { epochMs } from '#shared/domain/units.ts';
import type { Rule } from '#shared/protocol/rules.ts';
import { createEvaluator } from '#shared/rules/evaluate.ts';
import type { RuleSession } from '#shared/rules/facts.ts';
import { ends, event, FACTS, group, NOW, rule, session } from './support.ts';

const HOUR = 3_600_000;
const openedAt = (ms: number) => ({ openedAt: epochMs(ms), firstSeenAt: epochMs(ms) });

describe('concurrency', () => {
  const limit = (own: Record<string, unknown> = {}) =>
    rule({ kind: 'concurrency', max: 2, per: 'account', end: 'oldest', ...own });
  const three = [
    session('a', { ...openedAt(NOW - 3 * HOUR), lastSeenAt: epochMs(NOW - 10) }),
    session('b', { ...openedAt(NOW - 2 * HOUR), lastSeenAt: epochMs(NOW - 5_000) }),
    session('c', { ...openedAt(NOW - 1 * HOUR), lastSeenAt: epochMs(NOW - 100) }),
  ];

  test('exactly at the limit nothing ends; one above, who the policy says', () => {
    expect(ends([limit()], group(three.slice(0, 2)))).toEqual([]);
    expect(ends([limit()], group(three))).toEqual(['a']);
    expect(ends([limit({ end: 'newest' })], group(three))).toEqual(['c']);
    expect(ends([limit({ end: 'least-recently-seen' })], group(three))).toEqual(['b']);
    expect(ends([limit({ max: 1 })], group(three))).toEqual(['a', 'b']);
  });

  test('an unknown opening counts from when it was first seen, an unknown last sighting from the opening', () => {
    const unknown = session('u', { openedAt: null, firstSeenAt: epochMs(NOW - 5 * HOUR), lastSeenAt: null });
    expect(ends([limit()], group([...three.slice(0, 2), unknown]))).toEqual(['u']);
    expect(ends([limit({ end: 'least-recently-seen' })], group([...three.slice(0, 2), unknown]))).toEqual([
      'u',
    ]);
  });

  test('expired sessions take no place, nor do those that another enforced rule ends', () => {
    const expired = session('x', { expiresAt: NOW });
    expect(ends([limit()], group([...three.slice(0, 2), expired]))).toEqual([]);
    const idle = rule({ id: 'i', kind: 'idle', afterMs: 60_000 });
    const sleeping = session('s', { ...openedAt(NOW - HOUR / 2), lastSeenAt: epochMs(NOW - HOUR) });
    expect(ends([limit(), idle], group([...three.slice(1), sleeping]))).toEqual(['s']);
    // A rule that only observes ends nothing: the place stays taken.
    expect(ends([limit(), { ...idle, mode: 'observe' }], group([...three.slice(1), sleeping]))).toEqual([
      'b',
      's',
    ]);
  });

  test('by device: each kind has its own count, unknown ones none', () => {
    const on = (id: string, userAgent: string | null) => session(id, { userAgent });
    const list = [on('a', 'mobile'), on('b', 'mobile'), on('c', 'desktop'), on('d', null), on('e', 'odd')];
    expect(ends([limit({ per: 'device', max: 1 })], group(list))).toEqual(['a']);
  });

  test('whatever the order in which sessions are listed, the same end, and max stay', () => {
    const times = fc.integer({ min: NOW - 1_000, max: NOW });
    const any = fc.uniqueArray(
      fc.record({ id: fc.string({ minLength: 1, maxLength: 3 }), opened: times, seen: fc.option(times) }),
      { selector: ({ id }) => id, maxLength: 12 },
    );
    const policy = fc.constantFrom('oldest', 'newest', 'least-recently-seen');
    fc.assert(
      fc.property(any, policy, fc.integer({ min: 1, max: 5 }), fc.nat(), (list, end, max, turn) => {
        const sessions = list.map(({ id, opened, seen }) =>
          session(id, { ...openedAt(opened), lastSeenAt: seen === null ? null : epochMs(seen) }),
        );
        const at = sessions.length === 0 ? 0 : turn % sessions.length;
        const turned = [...sessions.slice(at), ...sessions.slice(0, at)].reverse();
        const gone = ends([limit({ end, max })], group(sessions));
        expect(new Set(gone).size).toBe(Math.max(0, sessions.length - max));
        expect([...ends([limit({ end, max })], group(turned))].sort()).toEqual([...gone].sort());
      }),
    );
  });
});

describe('idle and lifetime', () => {
  const idle = rule({ kind: 'idle', afterMs: 60_000 });
  const lifetime = rule({ kind: 'lifetime', afterMs: HOUR });

  test('idle: at the limit it ends, a millisecond before it does not, unknown never', () => {
    const seen = (ms: number) => group([session('a', { lastSeenAt: epochMs(ms) })]);
    expect(ends([idle], seen(NOW - 60_000))).toEqual(['a']);
    expect(ends([idle], seen(NOW - 59_999))).toEqual([]);
    expect(ends([idle], group([session('a', { lastSeenAt: null })]))).toEqual([]);
    // The agent's clock went back: a sighting in the future is not idle.
    expect(ends([idle], seen(NOW + HOUR))).toEqual([]);
  });

  test('idle waits for as long as the store may not have written', () => {
    const facts = { ...FACTS, writeIntervalMs: 180_000 };
    const seen = (ms: number) => group([session('a', { lastSeenAt: epochMs(ms) })]);
    expect(ends([idle], seen(NOW - 239_999), NOW, facts)).toEqual([]);
    expect(ends([idle], seen(NOW - 240_000), NOW, facts)).toEqual(['a']);
  });

  test('lifetime: at the limit it ends; unknown counts from when it was first seen', () => {
    expect(ends([lifetime], group([session('a', openedAt(NOW - HOUR))]))).toEqual(['a']);
    expect(ends([lifetime], group([session('a', openedAt(NOW - HOUR + 1))]))).toEqual([]);
    const first = (ms: number) => group([session('a', { openedAt: null, firstSeenAt: epochMs(ms) })]);
    expect(ends([lifetime], first(NOW - HOUR))).toEqual(['a']);
    expect(ends([lifetime], first(NOW - HOUR + 1))).toEqual([]);
  });

  test('the moment that is due is the first at which the judgement changes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 * HOUR }),
        fc.integer({ min: 0, max: 2 * HOUR }),
        (seen, opened) => {
          const of = group([session('a', { ...openedAt(NOW - opened), lastSeenAt: epochMs(NOW - seen) })]);
          const evaluator = createEvaluator([idle, lifetime], FACTS);
          const due = evaluator.dueAfter(of, NOW);
          if (evaluator.judge(of, NOW).length > 0) return;
          expect(due).not.toBeNull();
          expect(evaluator.judge(of, epochMs((due ?? 0) - 1))).toEqual([]);
          expect(evaluator.judge(of, epochMs(due ?? 0))).toHaveLength(1);
        },
      ),
    );
  });
});

describe('where from', () => {
  const from = (ip: string | null, userAgent: string | null = 'desktop') =>
    group([session('a', { ip, userAgent })]);
  const decides = (own: Record<string, unknown>, ip: string | null, userAgent?: string | null) =>
    ends([rule(own)], from(ip, userAgent)).length === 1;

  test.each([
    [{ allow: ['192.0.2.0/24'] }, '192.0.2.255', false],
    [{ allow: ['192.0.2.0/24'] }, '192.0.3.0', true],
    [{ deny: ['192.0.2.0/24'] }, '192.0.2.0', true],
    [{ deny: ['192.0.2.0/24'] }, '::ffff:192.0.2.7', true],
    [{ deny: ['2001:db8::/32'] }, '2001:db8:ffff::1', true],
    [{ deny: ['2001:db8::/32'] }, '2001:db9::1', false],
    [{ allow: ['192.0.2.0/24'], deny: ['192.0.2.9'] }, '192.0.2.9', true],
    [{ lists: ['exits'] }, '203.0.113.4', true],
    [{ lists: ['exits'] }, '192.0.2.4', false],
    [{ lists: ['exits'], allow: ['203.0.113.0/24'] }, '203.0.113.4', true],
    [{ allow: ['192.0.2.0/24'] }, null, false],
    [{ allow: ['192.0.2.0/24'], unknown: 'deny' }, null, true],
    [{ allow: ['192.0.2.0/24'], unknown: 'deny' }, 'not an address', true],
  ])('network %j from %s: ends %s', (own, ip, expected) => {
    expect(decides({ kind: 'network', unknown: 'allow', ...own }, ip)).toBe(expected);
  });

  test.each([
    [{ allow: ['DE'] }, '192.0.2.1', false],
    [{ allow: ['de'] }, '192.0.2.1', false],
    [{ allow: ['AT'] }, '192.0.2.1', true],
    [{ deny: ['DE'] }, '192.0.2.1', true],
    [{ allow: ['DE-bavaria'] }, '192.0.2.1', false],
    [{ allow: ['DE-Hesse'] }, '192.0.2.1', true],
    [{ allow: ['DE'], deny: ['DE-Bavaria'] }, '192.0.2.1', true],
    // The data names no region for this one: neither in nor out.
    [{ allow: ['US-Ohio'] }, '198.51.100.1', false],
    [{ allow: ['US-Ohio'], unknown: 'deny' }, '198.51.100.1', true],
    [{ deny: ['US-Ohio'], unknown: 'deny' }, '198.51.100.1', true],
    [{ allow: ['DE'] }, '10.0.0.1', false],
    [{ allow: ['DE'], unknown: 'deny' }, '10.0.0.1', true],
    [{ deny: ['DE'], unknown: 'deny' }, null, true],
  ])('place %j from %s: ends %s', (own, ip, expected) => {
    expect(decides({ kind: 'place', unknown: 'allow', ...own }, ip)).toBe(expected);
  });

  test.each([
    [{ allow: ['desktop'] }, 'desktop', false],
    [{ allow: ['desktop'] }, 'mobile', true],
    [{ deny: ['bot'] }, 'bot', true],
    [{ deny: ['bot'] }, 'odd', false],
    [{ deny: ['bot'], unknown: 'deny' }, 'odd', true],
    [{ deny: ['bot'], unknown: 'deny' }, null, true],
  ])('device %j with %s: ends %s', (own, userAgent, expected) => {
    expect(decides({ kind: 'device', unknown: 'allow', ...own }, '192.0.2.1', userAgent)).toBe(expected);
  });
});

describe('events', () => {
  const change = (own: Record<string, unknown> = {}) =>
    rule({ kind: 'credential-change', keep: 'changing-session', ...own });
  const changed = (at: number, own = {}) => event('e', at, { kind: 'credential-changed', ...own });
  const two = [
    session('a', { ip: '192.0.2.1', lastSeenAt: epochMs(NOW - 1_000) }),
    session('b', { ip: '192.0.2.2', lastSeenAt: epochMs(NOW - 60_000) }),
  ];

  test('a changed password ends what was opened before it, not what was opened at that moment or later', () => {
    const opened = (ms: number) => group([session('a', openedAt(ms))], { events: [changed(NOW - 1_000)] });
    const all = change({ keep: 'none' });
    expect(ends([all], opened(NOW - 1_001))).toEqual(['a']);
    expect(ends([all], opened(NOW - 1_000))).toEqual([]);
    expect(ends([all], opened(NOW))).toEqual([]);
  });

  test('the session that changed it stays: named, else by address, else by being in use; else none', () => {
    const at = NOW - 2_000;
    const with_ = (own: object, sessions: readonly RuleSession[] = two) =>
      ends([change()], group(sessions, { events: [changed(at, own)] }));
    expect(with_({ sessionId: two[1]?.id })).toEqual(['a']);
    expect(with_({ ip: '192.0.2.2' })).toEqual(['a']);
    expect(with_({})).toEqual(['b']);
    const unseen = two.map((one) => ({ ...one, lastSeenAt: null }));
    expect(with_({}, unseen)).toEqual(['a', 'b']);
    // The store renewed the identifier: the new one is the changing session, all old ones end.
    expect(with_({}, [...two, session('new', openedAt(at + 100))])).toEqual(['a', 'b']);
  });

  test('what is settled is not judged again', () => {
    const of = (until: number) => group(two, { events: [changed(NOW - 2_000)], settledUntil: () => until });
    expect(ends([change({ keep: 'none' })], of(NOW - 2_001))).toEqual(['a', 'b']);
    expect(ends([change({ keep: 'none' })], of(NOW - 2_000))).toEqual([]);
  });

  const failures = (own: Record<string, unknown> = {}) =>
    rule({ kind: 'failed-logins', max: 2, withinMs: 10_000, then: 'end-sessions', ...own });
  const tries = (...ago: number[]) => ago.map((ms, index) => event(`f${String(index)}`, NOW - ms));

  test('more than max within the time set it off; exactly max, or just outside the time, do not', () => {
    const of = (...ago: number[]) =>
      ends([failures()], group([two[0] as RuleSession], { events: tries(...ago) }));
    expect(of(200, 100)).toEqual([]);
    expect(of(300, 200, 100)).toEqual(['a', null]);
    expect(of(10_099, 200, 100)).toEqual(['a', null]);
    expect(of(10_100, 200, 100)).toEqual([]);
  });

  test('one series sets it off once; the next needs as many again; report ends nothing, hold says for how long', () => {
    const judge = (own: Record<string, unknown>, ...ago: number[]) =>
      createEvaluator([failures(own)], FACTS).judge(group([], { events: tries(...ago) }), NOW);
    expect(judge({}, 500, 400, 300, 200, 150).map(({ trigger }) => trigger)).toEqual(['f2']);
    expect(judge({}, 500, 400, 300, 200, 150, 100).map(({ trigger }) => trigger)).toEqual(['f2', 'f5']);
    expect(judge({ then: 'hold' }, 500, 400, 300)).toMatchObject([{ session: null, holdMs: 10_000 }]);
    expect(
      createEvaluator([failures({ then: 'report' })], FACTS).judge(
        group(two, { events: tries(300, 200, 100) }),
        NOW,
      ),
    ).toMatchObject([{ session: null, holdMs: null }]);
  });

  test('a session opened after the attempts stays', () => {
    const of = group([session('late', openedAt(NOW - 50))], { events: tries(300, 200, 100) });
    expect(ends([failures()], of)).toEqual([null]);
  });
});

describe('whom', () => {
  const idle = (appliesTo?: object): Rule =>
    rule({ kind: 'idle', afterMs: 60_000, ...(appliesTo === undefined ? {} : { appliesTo }) });
  const asleep = [session('a', { lastSeenAt: epochMs(NOW - HOUR) })];
  const reaches = (appliesTo: object | undefined, account: object = {}) =>
    ends([idle(appliesTo)], group(asleep, { account })).length === 1;

  test.each([
    [undefined, {}, true],
    [{ roles: ['editor'] }, {}, true],
    [{ roles: ['admin'] }, {}, false],
    [{ accounts: ['a'] }, {}, true],
    [{ accounts: ['anna'] }, {}, true],
    [{ roles: ['admin'], accounts: ['anna'] }, {}, true],
    [{ exceptRoles: ['editor'] }, {}, false],
    [{ roles: ['editor'], exceptAccounts: ['a'] }, {}, false],
    [{ roles: ['editor'] }, { roles: [] }, false],
    [undefined, { service: true }, false],
    [{ roles: ['editor'] }, { service: true }, false],
    [{ accounts: ['anna'] }, { service: true }, true],
  ])('%j to %j: %s', (appliesTo, account, expected) => {
    expect(reaches(appliesTo, account)).toBe(expected);
  });

  test('off takes no part, observe says so', () => {
    expect(ends([{ ...idle(), mode: 'off' }], group(asleep))).toEqual([]);
    const observing = createEvaluator([{ ...idle(), mode: 'observe' }], FACTS);
    expect(observing.judge(group(asleep), NOW)).toMatchObject([{ mode: 'observe', session: 'a' }]);
    expect(createEvaluator([{ ...idle(), mode: 'off' }], FACTS).active).toBe(false);
  });
});

import { describe, expect, test } from 'vitest';
import { pieces, readBack } from '#shared/rules/read-back.ts';
import { ruleProblems, ruleWarnings } from '#shared/rules/validate.ts';
import { lengthInWords } from '#shared/rules/words.ts';
import { rule } from './support.ts';

describe('reading a rule back', () => {
  test.each([
    [
      { kind: 'concurrency', max: 2, per: 'account', end: 'oldest', appliesTo: { roles: ['editor'] } },
      'In *shop*, people with role *editor* may have *2 sessions*; *the oldest ends*.',
    ],
    [
      { kind: 'concurrency', max: 1, per: 'device', end: 'least-recently-seen' },
      'In *shop*, everyone may have *1 session* on each kind of device; *the one not seen for longest ends*; sessions on unknown devices are not counted.',
    ],
    [
      { kind: 'idle', afterMs: 5_400_000, appliesTo: { exceptRoles: ['admin', 'staff'] } },
      'In *shop*, everyone, except people with role *admin* or *staff*, is signed out after *1 hour 30 minutes* without activity.',
    ],
    [
      { kind: 'lifetime', afterMs: 86_400_000, appliesTo: { accounts: ['anna', 'ben'] } },
      'In *shop*, *anna* and *ben* are signed out *1 day* after signing in.',
    ],
    [
      { kind: 'network', allow: ['10.0.0.0/8'], lists: ['exits'], unknown: 'deny' },
      'In *shop*, everyone may come only from *10.0.0.0/8*, are held to *list exits*; *an unknown address ends*.',
    ],
    [
      { kind: 'place', allow: ['DE', 'AT'], unknown: 'allow' },
      'In *shop*, everyone may come only from *DE* or *AT*; *an unknown place is let be*.',
    ],
    [
      { kind: 'device', deny: ['bot'], unknown: 'allow' },
      'In *shop*, everyone may not be on *bot* devices; *an unknown device is let be*.',
    ],
    [
      {
        kind: 'hours',
        timeZone: 'Europe/Berlin',
        windows: [{ days: [1, 2, 3, 4, 5], from: '07:00', to: '19:00' }],
      },
      'In *shop*, everyone may be signed in only *Monday to Friday* from *07:00* to *19:00*, *Europe/Berlin* time.',
    ],
    [
      { kind: 'credential-change', keep: 'changing-session' },
      'In *shop*, everyone is signed out everywhere *but where it was changed* when the password changes.',
    ],
    [
      { kind: 'failed-logins', max: 5, withinMs: 600_000, then: 'hold' },
      'In *shop*, everyone may fail to sign in *5 times* within *10 minutes*; with one more, *all sessions end, and new ones for 10 minutes*.',
    ],
  ])('%j', (own, sentence) => {
    expect(readBack(rule(own), 'shop')).toBe(sentence);
  });

  test('without a place it begins with whom; names cannot end the emphasis', () => {
    const text = readBack(rule({ kind: 'idle', afterMs: 60_000, appliesTo: { accounts: ['a*b'] } }), null);
    expect(pieces(text).filter(({ chosen }) => chosen)).toEqual([
      { text: 'a∗b', chosen: true },
      { text: '1 minute', chosen: true },
    ]);
    expect(lengthInWords(0)).toBe('no time');
    expect(lengthInWords(90_061_000)).toBe('1 day 1 hour');
  });
});

describe('what is wrong with rules', () => {
  const problems = (...own: Record<string, unknown>[]) =>
    ruleProblems(
      own.map((one, index) => rule({ id: `r${String(index)}`, ...one })),
      { lists: ['exits'] },
    ).map(({ path, message }) => `${path}: ${message}`);

  test('each is said with its place', () => {
    expect(
      problems(
        { kind: 'network', allow: ['10.0.0.0/8', '10.0.0.0/33'], lists: ['exits', 'nope'], unknown: 'allow' },
        { kind: 'network', unknown: 'allow' },
        { kind: 'place', allow: ['Germany'], deny: ['DE', 'US-Ohio'], unknown: 'allow' },
        { kind: 'place', allow: ['DE'], deny: ['de'], unknown: 'allow' },
        { kind: 'device', allow: ['bot'], deny: ['bot'], unknown: 'allow' },
        { kind: 'hours', timeZone: 'Europe/Atlantis', windows: [{ days: [1], from: '07:00', to: '08:00' }] },
        { kind: 'failed-logins', max: 1, withinMs: 5, then: 'report' },
        { kind: 'idle', afterMs: 60_000, appliesTo: { roles: ['a'], exceptRoles: ['a'] }, id: 'r1' },
      ),
    ).toEqual([
      'rules.0.allow.1: “10.0.0.0/33” is not a network like 192.0.2.0/24 or 2001:db8::/32',
      'rules.0.lists.1: the agent has no list “nope” (it has exits); name it under rules.lists',
      'rules.1: a network rule needs allow, deny or lists',
      'rules.2.allow.0: “Germany” is not a country like DE or a region like US-California',
      'rules.3.deny: “DE” is allowed and denied; take it out of one',
      'rules.4.deny: “bot” is allowed and denied; take it out of one',
      'rules.5.timeZone: “Europe/Atlantis” is not a time zone like Europe/Berlin',
      'rules.6.withinMs: at least one second (1000)',
      'rules.7.id: “r1” is the id of rules.1 already; every rule needs its own',
      'rules.7.appliesTo.exceptRoles: “a” is named and excepted; take it out of one',
    ]);
  });

  test('what the store cannot tell is said, and nothing is said where it can', () => {
    const all = [
      'account.roles',
      'session.lastSeenAt',
      'session.openedAt',
      'session.ip.last',
      'session.userAgent.last',
      'audit.credential',
      'audit.loginFailed',
    ];
    const kinds: Record<string, unknown>[] = [
      { kind: 'idle', afterMs: 60_000 },
      { kind: 'lifetime', afterMs: 60_000 },
      { kind: 'network', deny: ['10.0.0.0/8'], unknown: 'allow' },
      { kind: 'place', deny: ['DE'], unknown: 'allow' },
      { kind: 'device', deny: ['bot'], unknown: 'allow' },
      { kind: 'concurrency', max: 1, per: 'device', end: 'oldest' },
      { kind: 'credential-change', keep: 'none' },
      { kind: 'failed-logins', max: 1, withinMs: 1_000, then: 'report' },
    ];
    for (const own of kinds) {
      const one = rule({ ...own, appliesTo: { roles: ['x'] } });
      expect(ruleWarnings(one, all)).toEqual([]);
      expect(ruleWarnings(one, [])).toHaveLength(2);
    }
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseChange } from '#shared/protocol/changes.ts';
import { Command } from '#shared/protocol/commands.ts';
import { checkAgentUrl } from '#shared/protocol/connection-file.ts';
import { Attributes, AuditEvent, Session } from '#shared/protocol/records.ts';
import { RulesPut } from '#shared/protocol/rules.ts';

const session = {
  id: 's1',
  account: { id: 'a1', name: 'n.okafor' },
  opened: { at: 1, ip: '192.0.2.1', userAgent: null },
  last: { at: null, ip: null, userAgent: null },
  expiresAt: null,
  marks: ['remember-me'],
};
const command = {
  id: '2f1c7a5e-8f5b-4c1d-9a3e-1b2c3d4e5f60',
  kind: 'revoke',
  selector: { sessions: ['s1'] },
  reason: 'test',
  claim: { name: 'r.ilves' },
  issuedAt: 1,
};

describe('what an agent sends is tolerated', () => {
  test('unknown fields are ignored, unknown marks kept', () => {
    const parsed = Session.parse({ ...session, colour: 'red', marks: ['from-the-future'] });
    expect(parsed).not.toHaveProperty('colour');
    expect(parsed.marks).toEqual(['from-the-future']);
  });

  test('an unknown kind of change is told from a malformed one', () => {
    expect(parseChange({ seq: 3, at: 1, kind: 'device.seen', x: 1 })).toEqual({
      is: 'unknown-kind',
      seq: 3,
      kind: 'device.seen',
    });
    expect(parseChange({ seq: 3, at: 1, kind: 'session.closed' })).toMatchObject({
      is: 'malformed',
      problem: expect.stringContaining('id') as string,
    });
    expect(parseChange({ seq: 3, at: 1, kind: 'session.opened', session }).is).toBe('change');
  });

  test('whatever arrives, parsing a change does not throw', () => {
    fc.assert(
      fc.property(fc.anything(), (item) => {
        expect(['change', 'unknown-kind', 'malformed']).toContain(parseChange(item).is);
      }),
    );
  });

  test.each([
    ['an id', { ...session, id: 'x'.repeat(257) }],
    ['an empty id', { ...session, id: '' }],
    ['a user agent', { ...session, last: { at: 1, ip: null, userAgent: 'x'.repeat(2_049) } }],
    ['a time with a fraction', { ...session, expiresAt: 1.5 }],
  ])('%s beyond its limit is malformed', (_what, record) => {
    expect(Session.safeParse(record).success).toBe(false);
  });

  test('exactly 32 attributes fit', () => {
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${String(n)}`, 'v']));
    expect(Attributes.safeParse(many(32)).success).toBe(true);
    expect(Attributes.safeParse(many(33)).success).toBe(false);
  });

  test('an event without an account says so with null', () => {
    const event = { id: 'e', at: 1, recordedAt: 1, action: 'login', outcome: 'failure', account: null };
    expect(AuditEvent.parse(event).account).toBeNull();
    expect(AuditEvent.safeParse({ ...event, account: undefined }).success).toBe(false);
  });
});

describe('what a console asks is strict', () => {
  test('a good command passes', () => {
    expect(Command.safeParse(command).success).toBe(true);
  });

  test.each([
    ['a misspelt dry run', { ...command, dryrun: true }],
    ['a misspelt narrowing', { ...command, selector: { all: true, were: { idleForMs: 1 } } }],
    ['an unknown condition', { ...command, selector: { all: true, where: { idleFor: 1 } } }],
    ['two selectors at once', { ...command, selector: { sessions: ['s1'], accounts: ['a1'] } }],
    ['an exception to named sessions', { ...command, selector: { sessions: ['s1'], except: ['s1'] } }],
    ['no selector', { ...command, selector: {} }],
    ['an empty list', { ...command, selector: { sessions: [] } }],
    ['all that is not true', { ...command, selector: { all: false } }],
    ['an unknown member of the claim', { ...command, claim: { name: 'x', role: 'root' } }],
    ['an unknown member of expect', { ...command, expect: { max: 1, min: 0 } }],
    ['a hold without its time', { ...command, kind: 'hold', selector: { accounts: ['a1'] } }],
    ['a hold of sessions', { ...command, kind: 'hold', forMs: 1_000 }],
    ['a time on a revoke', { ...command, forMs: 1_000 }],
    ['an id that is no uuid', { ...command, id: 'one' }],
    ['an unknown kind', { ...command, kind: 'destroy' }],
  ])('%s is refused', (_what, asked) => {
    expect(Command.safeParse(asked).success).toBe(false);
  });

  test('a rule with an unknown member is refused', () => {
    const rule = {
      id: 'r',
      name: 'Idle',
      mode: 'observe',
      brake: { perMinute: 10, percent: 5 },
      kind: 'idle',
      afterMs: 60_000,
    };
    const put = { id: command.id, rules: [rule], ifVersion: 0 };
    expect(RulesPut.safeParse(put).success).toBe(true);
    expect(RulesPut.safeParse({ ...put, rules: [{ ...rule, after: 1 }] }).success).toBe(false);
    expect(RulesPut.safeParse({ ...put, rules: [{ ...rule, afterMs: 59_999 }] }).success).toBe(false);
  });
});

describe('addresses of agents', () => {
  test.each([
    'https://agent.example.org:7420',
    'http://127.0.0.1:7420',
    'http://localhost:1',
    'http://[::1]:7',
    'wss://a.example',
  ])('%s is accepted', (url) => {
    expect(checkAgentUrl(url).ok).toBe(true);
  });
  test.each([
    ['http://agent.example.org', /use https/],
    ['ws://10.0.0.1:80', /use https/],
    ['http://127.0.0.1.example.org', /use https/],
    ['https://user:secret@agent.example.org', /token/],
    ['https://agent.example.org/ssap', /ends after the port/],
    ['ftp://agent.example.org', /https/],
    ['agent', /not an address/],
    ['', /not an address/],
  ])('%s is refused in words', (url, message) => {
    const checked = checkAgentUrl(url);
    expect(checked.ok ? '' : checked.message).toMatch(message);
  });
});

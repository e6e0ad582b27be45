import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { DetectEvent } from '#engine/detect/event.ts';
import { FieldMap } from '#engine/sigma/field-map.ts';
import { fieldsOf } from '#engine/sigma/fields.ts';
import { loadRules } from '#engine/sigma/rule-set.ts';

const event: DetectEvent = {
  id: '1',
  ts: '2026-03-01T10:00:00Z',
  type: 'login-failed',
  user: 'Anna.Admin',
  ip: '91.1.2.3',
  userAgent: 'curl/8.0 -k',
  reason: 'wrong password',
  actor: 'anna.admin',
  attributes: { method: 'POST', tries: 3 },
  enrich: { country: 'DE', asn: 3320, network: 'residential' },
};
const fields = fieldsOf(event, 'shop');
const rule = (detection: string) =>
  `title: T\nlogsource: { category: authentication }\ndetection:\n${detection}`;
const load = (text: string) => loadRules([{ name: 'f.yml', text }]);
const matches = (detection: string): boolean => {
  const { rules, problems } = load(rule(detection));
  expect(problems).toEqual([]);
  const [only] = rules;
  return only?.is === 'detection' && only.matches(fields);
};

test.each([
  ['a value, without case', 's: { user: ANNA.admin }', true],
  ['another value', 's: { user: anna }', false],
  ['wildcards', "s: { user: 'a*.?dmin' }", true],
  ['an escaped wildcard is a character', "s: { user: 'anna\\*' }", false],
  ['contains', 's: { userAgent|contains: CURL }', true],
  ['startswith', 's: { userAgent|startswith: url }', false],
  ['endswith', 's: { user|endswith: .admin }', true],
  ['cased', 's: { user|cased: anna.admin }', false],
  ['any of a list', 's: { user|contains: [bob, anna] }', true],
  ['all of a list', 's: { user|contains|all: [bob, anna] }', false],
  ['windash', "s: { userAgent|contains|windash: ' /k' }", true],
  ['re', "s: { user|re: '^Anna\\.[A-Z]' }", true],
  ['re is cased unless i is given', "s: { user|re: '^anna' }", false],
  ['re with i', "s: { user|re|i: '^anna' }", true],
  ['cidr', 's: { ip|cidr: 91.1.0.0/16 }', true],
  ['cidr beside', 's: { ip|cidr: 91.2.0.0/16 }', false],
  ['exists', 's: { session|exists: false, user|exists: true }', true],
  ['numbers', 's: { asn: 3320, attributes.tries|gte: 3, attributes.tries|lt: 4 }', true],
  ['a number just beside', 's: { attributes.tries|gt: 3 }', false],
  ['null is absent', 's: { session: null }', true],
  ['null is not present', 's: { user: null }', false],
  ['fieldref', 's: { actor|fieldref: user }', true],
  ['neq', 's: { user|neq: bob }', true],
  ['an attribute', 's: { attributes.method: post }', true],
  ['fields of a selection are all needed', 's: { user: anna.admin, country: US }', false],
  ['a list of mappings is any', 's: [{ country: US }, { country: DE }]', true],
  ['keywords anywhere', 's: [nothing, WRONG pass]', true],
  ['all keywords', "s: { '|all': [wrong, nowhere] }", false],
  ['a Windows failure', 's: { EventID: 4625, TargetUserName: anna.admin }', true],
  ['a Windows success', 's: { EventID: 4624 }', false],
  ['an Okta failure', 's: { eventtype: user.session.start, outcome.result: FAILURE }', true],
  ['an Entra failure', 's: { ResultType: 50126, properties.ipAddress|startswith: 91. }', true],
  ['an Entra code that says why', 's: { ResultType: 50053 }', false],
  ['CloudTrail by its source', 's: { eventSource: signin.amazonaws.com }', true],
  ['a CloudTrail failure', 's: { eventName: ConsoleLogin, responseElements|contains: Failure }', true],
  ['ECS', 's: { event.category: authentication, event.outcome: failure, source.ip: 91.1.2.3 }', true],
])('%s', (_what, search, expected) => {
  expect(matches(`  ${search}\n  condition: s`)).toBe(expected);
});

const SEARCHES =
  '  a1: { country: DE }\n  a2: { country: US }\n  b: { user: anna.admin }\n  _f: { country: US }\n';
test.each([
  ['a1 and b', true],
  ['a2 or b', true],
  ['not a2', true],
  ['a1 and not b', false],
  ['not a2 and a2', false],
  ['not (a2 and b)', true],
  ['a2 or a1 and b', true],
  ['(a2 or a1) and a2', false],
  ['1 of a*', true],
  ['all of a*', false],
  ['2 of them', true],
  ['3 of them', false],
  ['any of them', true],
  ['all of them', false],
  ['1 of a* AND NOT 1 of _f*', true],
])('condition %s', (condition, expected) => {
  expect(matches(`${SEARCHES}  condition: ${condition}`)).toBe(expected);
});

test.each([
  ['an unknown field', 's: { Image: x }\n  condition: s', 'detection.s.Image', 'no field “Image”'],
  [
    'an unknown modifier',
    's: { user|base64: x }\n  condition: s',
    'detection.s.user|base64',
    '“base64” is not supported',
  ],
  ['look-around', "s: { user|re: '(?=a)' }\n  condition: s", 'detection.s.user|re', 'look-around'],
  ['a back-reference', "s: { user|re: '(a)\\1' }\n  condition: s", 'detection.s.user|re', 'not supported'],
  ['a broken block', 's: { ip|cidr: 91.1.0.0/99 }\n  condition: s', 'detection.s.ip|cidr', 'CIDR'],
  [
    'a code without counterpart',
    's: { EventID: 1102 }\n  condition: s',
    'detection.s.EventID',
    'no counterpart',
  ],
  [
    'an aggregation',
    's: { user: x }\n  condition: s | count() by user > 5',
    'detection.condition',
    'correlation rule',
  ],
  ['a missing search', 's: { user: x }\n  condition: t', 'detection.condition', 'there is no search “t”'],
  ['an open parenthesis', 's: { user: x }\n  condition: (s', 'detection.condition', 'closing parenthesis'],
  ['a missing operator', 's: { user: x }\n  condition: s s', 'detection.condition', 'was expected'],
  ['an empty selection', 's: {}\n  condition: s', 'detection.s', 'match everything'],
  ['an empty list', 's: { user: [] }\n  condition: s', 'detection.s.user', 'matches nothing'],
  ['no condition', 's: { user: x }', 'detection.condition', 'missing'],
  ['a nested value', 's: { user: { a: b } }\n  condition: s', 'detection.s.user', 'must be text'],
])('%s is refused with the place', (_what, detection, where, words) => {
  const { rules, problems } = load(rule(`  ${detection}`));
  expect(rules).toEqual([]);
  expect(problems).toMatchObject([{ kind: 'error', rule: 'T', where }]);
  expect(problems[0]!.message).toContain(words);
});

test('one bad rule does not disturb the others; the own field map comes before the default', () => {
  const good = rule('  s: { LoginName: anna.admin }\n  condition: s').replace('title: T', 'title: Good');
  const { rules, problems } = loadRules(
    [{ name: 'f.yml', text: `${good}\n---\ntitle: [broken\n---\n${rule('  condition: s')}` }],
    {
      LoginName: 'user',
    },
  );
  expect(rules.map(({ title }) => title)).toEqual(['Good']);
  expect(problems.map(({ where }) => where)).toEqual(['document 2', 'detection']);
});

test('hostile files end quickly with words', () => {
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${Array.from('bcdefghi')
    .map(
      (name, index) =>
        `${name}: &${name} [${Array.from({ length: 9 }, () => `*${'abcdefghi'.charAt(index)}`).join()}]`,
    )
    .join('\n')}`;
  expect(load(bomb).problems[0]!.message).toMatch(/alias/i);
  const deep = `title: ${'['.repeat(200)}${']'.repeat(200)}`;
  expect(load(deep).problems[0]!.message).toMatch(/deeper|YAML/);
  expect(load('x'.repeat(1_000_001)).problems[0]!.message).toContain('split it');
  expect(load('title: T\ndetection: !!js/function "x"').rules).toEqual([]);
  const evil = loadRules([{ name: 'f', text: rule("  s: { userAgent|re: '(a+)+$' }\n  condition: s") }]);
  const [only] = evil.rules;
  const long = fieldsOf({ ...event, userAgent: `${'a'.repeat(8_000)}!` }, 'shop');
  const began = performance.now();
  expect(only?.is === 'detection' && only.matches(long)).toBe(false);
  expect(performance.now() - began).toBeLessThan(5_000);
});

test('the rule in docs/sigma.md loads', () => {
  const blocks = [
    ...readFileSync(join(import.meta.dirname, '../../../docs/sigma.md'), 'utf8').matchAll(
      /```yaml\n(title:[\s\S]*?)```/g,
    ),
  ];
  const { rules, problems } = load(blocks.map(([, text]) => text).join('---\n'));
  expect(problems).toEqual([]);
  expect(rules.map(({ title }) => title)).toEqual(['Many accounts tried from one address']);
});

test('a code that says why needs the reason', () => {
  const locked = fieldsOf({ ...event, reason: 'locked-out' }, 'shop');
  const [only] = load(rule('  s: { ResultType: 50053 }\n  condition: s')).rules;
  expect(only?.is === 'detection' && only.matches(locked)).toBe(true);
});

test('of a list, what never comes from a store is left out and said', () => {
  const { rules, problems } = load(rule('  s: { EventID: [4625, 4740] }\n  condition: s'));
  expect(problems).toMatchObject([{ kind: 'warning', where: 'detection.s.EventID' }]);
  expect(problems[0]?.message).toBe('4740 never comes from a session store and is left out');
  const [only] = rules;
  expect(only?.is === 'detection' && only.matches(fields)).toBe(true);
  expect(load(rule('  s: { EventID: [4740, 1102] }\n  condition: s')).problems).toMatchObject([
    { kind: 'error', where: 'detection.s.EventID[0]' },
  ]);
  expect(load(rule('  s: { EventID|all: [4625, 4740] }\n  condition: s')).rules).toEqual([]);
});

test('placeholders stand for the values of the field map', () => {
  const abroad = rule(
    "  s: { action: login-failed }\n  home: { src_country|expand: '%Legitimate_Countries%' }\n  own: { src_ip|expand: '%Legitimate_IP_Ranges%' }\n  condition: s and not home and not own",
  );
  const missing = load(abroad);
  expect(missing.rules).toEqual([]);
  expect(missing.problems[0]?.message).toContain('%Legitimate_Countries% stands for values of your own');
  const fires = (countries: string[], blocks: string[]): boolean => {
    const map = { '%Legitimate_Countries%': countries, '%legitimate_ip_ranges%': blocks };
    const { rules, problems } = loadRules([{ name: 'f.yml', text: abroad }], map);
    expect(problems).toEqual([]);
    const [only] = rules;
    return only?.is === 'detection' && only.matches(fields);
  };
  expect(fires(['US', 'FR'], ['10.0.0.0/8'])).toBe(true);
  expect(fires(['us', 'de'], ['10.0.0.0/8'])).toBe(false);
  expect(fires(['US'], ['91.1.0.0/16'])).toBe(false);
});

test.each([
  ['a list for a field', { ResultType: ['0'] }],
  ['a field for a placeholder', { '%Known%': 'country' }],
  ['an empty list', { '%Known%': [] }],
])('a field map with %s is refused', (_what, map) => {
  expect(FieldMap.safeParse(map).success).toBe(false);
});

test.each([
  ['nothing', ''],
  ['only comments', '# title: switched off\n# detection:\n'],
  ['only document marks', '---\n---\n'],
])('a file with %s is rejected: nothing of it would ever be found', (_what, text) => {
  expect(load(text).problems).toEqual([
    { file: 'f.yml', kind: 'error', rule: null, where: 'file', message: 'holds no rule' },
  ]);
});

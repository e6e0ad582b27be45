import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DetectionRecord } from '#shared/domain/detection.ts';
import type { DetectEvent } from '#engine/detect/event.ts';
import { createSigmaEvaluator, SigmaState } from '#engine/sigma/evaluator.ts';
import { loadRules } from '#engine/sigma/rule-set.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
let counter = 0;
const event = (seconds: number, over: Partial<DetectEvent> = {}): DetectEvent => ({
  id: `e${String((counter += 1))}`,
  ts: new Date(START + seconds * 1_000).toISOString(),
  type: 'login-failed',
  user: 'anna',
  ip: '91.1.2.3',
  ...over,
});
const FAILED = `
title: Failed sign-in
name: failed
logsource: { category: authentication }
detection: { s: { action: login-failed }, condition: s }
---
title: Sign-in
name: good
logsource: { category: authentication }
detection: { s: { action: login }, condition: s }
---
`;
const correlation = (text: string) => {
  const { rules, problems } = loadRules([
    {
      name: 'f.yml',
      text: `${FAILED}title: C\nlevel: high\ntags: [attack.t1110.001]\ncorrelation:\n${text}`,
    },
  ]);
  return { rules: rules.filter(({ is }) => is === 'correlation'), all: rules, problems };
};
const COUNT =
  '  { type: event_count, rules: [failed], group-by: [user], timespan: 10m, condition: { gte: 3 } }';

/** What stands in the end. */
function run(
  rules: ReturnType<typeof correlation>['rules'],
  events: readonly DetectEvent[],
  saveAfter = -1,
): DetectionRecord[] {
  let evaluator = createSigmaEvaluator(rules, 'shop');
  const standing = new Map<string, DetectionRecord>();
  events.forEach((one, index) => {
    for (const delta of evaluator.ingest(one)) {
      if (delta.kind === 'upsert') standing.set(delta.record.id, delta.record);
      else standing.delete(delta.id);
    }
    if (index === saveAfter) {
      const state = SigmaState.parse(JSON.parse(JSON.stringify(evaluator.state())));
      evaluator = createSigmaEvaluator(rules, 'shop', state);
    }
  });
  return [...standing.values()].sort((one, two) => one.raisedAt - two.raisedAt);
}

test('event_count: under, at and beyond the threshold and the timespan', () => {
  const { rules } = correlation(COUNT);
  expect(run(rules, [event(0), event(600)])).toEqual([]);
  expect(run(rules, [event(0), event(300), event(601)])).toEqual([]);
  const [found, ...more] = run(rules, [event(0), event(300), event(600), event(900)]);
  expect(more).toEqual([]);
  expect(found).toMatchObject({
    detection: 'sigma_rule',
    severity: 'high',
    entity: { kind: 'user', id: 'anna' },
    users: ['anna'],
    raisedAt: START + 600_000,
    lastAt: START + 900_000,
    evidence: { title: 'C', techniques: ['T1110.001'], count: 4, group: { user: 'anna' } },
  });
});

test('groups are apart; an event without the field of the group belongs to none; repeated events count once', () => {
  const { rules } = correlation(COUNT);
  const twice = event(1);
  expect(run(rules, [event(0), twice, twice, event(2, { user: 'bob' }), event(3, { user: null })])).toEqual(
    [],
  );
  expect(run(rules, [event(0), event(1, { user: 'ANNA' }), event(2)])).toHaveLength(1);
});

test('value_count counts different values: one address, many accounts, and the targets are not blamed', () => {
  const { rules } = correlation(
    '  { type: value_count, rules: failed, group-by: [ip], timespan: 5m, condition: { field: user, gt: 2 } }',
  );
  expect(run(rules, [event(0), event(1), event(2), event(3, { user: 'bob' })])).toEqual([]);
  const [found] = run(rules, [event(0), event(1, { user: 'bob' }), event(2, { user: 'cem' })]);
  expect(found).toMatchObject({ entity: { kind: 'ip', id: '91.1.2.3' }, users: [] });
});

test('temporal needs every rule, temporal_ordered needs them in order', () => {
  const of = (type: string) =>
    correlation(`  { type: ${type}, rules: [failed, good], group-by: [user], timespan: 1m }`).rules;
  const good = (seconds: number) => event(seconds, { type: 'login' });
  expect(run(of('temporal'), [good(0), event(30)])).toHaveLength(1);
  expect(run(of('temporal'), [good(0), event(61)])).toEqual([]);
  expect(run(of('temporal_ordered'), [good(0), event(30)])).toEqual([]);
  expect(run(of('temporal_ordered'), [event(0), good(60)])).toHaveLength(1);
});

test('rules of a correlation are silent by themselves unless it says generate', () => {
  expect(correlation(COUNT).all.map(({ title }) => title)).toEqual(['Sign-in', 'C']);
  const loud = correlation(COUNT.replace('timespan', 'generate: true, timespan'));
  expect(loud.all).toHaveLength(3);
});

test('group-by by alias: rules that name the same thing differently', () => {
  const { rules, problems } = correlation(
    '  { type: temporal, rules: [failed, good], group-by: [who], timespan: 1m, aliases: { who: { failed: user, good: actor } } }',
  );
  expect(problems).toEqual([]);
  expect(run(rules, [event(0), event(5, { type: 'login', user: 'other', actor: 'anna' })])).toHaveLength(1);
});

test.each([
  [
    'type: value_sum, rules: [failed], timespan: 1m, condition: { gte: 1 }',
    'correlation.type',
    'not supported',
  ],
  [
    'type: event_count, rules: [none], timespan: 1m, condition: { gte: 1 }',
    'correlation.rules[0]',
    'no rule “none”',
  ],
  ['type: event_count, rules: [failed], timespan: 1y, condition: { gte: 1 }', 'correlation.timespan', '“1y”'],
  [
    'type: event_count, rules: [failed], timespan: 1m, condition: { lt: 5 }',
    'correlation.condition',
    'absence',
  ],
  [
    'type: value_count, rules: [failed], timespan: 1m, condition: { gte: 5 }',
    'correlation.condition.field',
    'missing',
  ],
  [
    'type: event_count, rules: [failed], group-by: [Image], timespan: 1m, condition: { gte: 5 }',
    'correlation.group-by',
    'Image',
  ],
  [
    'type: event_count, rules: [failed], timespan: 1m, condition: a and b',
    'correlation.condition',
    'mapping',
  ],
  [
    'type: event_count, rules: [C], timespan: 1m, condition: { gte: 5 }',
    'correlation.rules[0]',
    'correlations of correlations',
  ],
])('%s', (text, where, words) => {
  const { rules, problems } = correlation(`  { ${text} }`);
  expect(rules).toEqual([]);
  expect(problems).toMatchObject([{ where }]);
  expect(problems[0]!.message).toContain(words);
});

test('any order of arrival, and a save and restore at any point, find the same', () => {
  const { rules } = correlation(COUNT);
  const step = fc.record({ at: fc.integer({ min: 0, max: 4_000 }), who: fc.constantFrom('anna', 'bob') });
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 30 }),
      fc.infiniteStream(fc.nat(1_000)),
      fc.nat(30),
      (steps, keys, cut) => {
        const events = steps.map(({ at, who }) => event(at, { user: who }));
        const shuffled = events
          .map((one) => ({ one, key: Number(keys.next().value) }))
          .sort((left, right) => left.key - right.key)
          .map(({ one }) => one);
        const inOrder = [...events].sort((left, right) => left.ts.localeCompare(right.ts));
        expect(run(rules, shuffled, cut)).toEqual(run(rules, inOrder));
      },
    ),
    { numRuns: 200 },
  );
});

test('a long run of matches stays one finding with one id and bounded memory', () => {
  const { rules } = correlation(COUNT);
  const evaluator = createSigmaEvaluator(rules, 'shop');
  const ids = new Set<string>();
  for (let index = 0; index < 4_500; index += 1) {
    for (const delta of evaluator.ingest(event(index * 2)))
      ids.add(delta.kind === 'upsert' ? delta.record.id : `gone ${delta.id}`);
  }
  expect(ids.size).toBe(1);
  expect(evaluator.state().groups[0]![1].length).toBeLessThanOrEqual(2_000);
});

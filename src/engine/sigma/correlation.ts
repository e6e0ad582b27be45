import { z } from 'zod';
import { DAY, HOUR, MINUTE, SECOND } from '#shared/domain/lengths.ts';
import { isMapping, type Mapping } from './documents.ts';
import type { FieldNames } from './field-map.ts';
import { SigmaError } from './problem.ts';
import { headOf, type DetectionRule, type RuleHead } from './rule.ts';

const UNITS: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY };
const LONGEST = 31 * DAY;
/** Half of what an evaluator keeps of a group at least. */
const MOST_COUNT = 700;
const KINDS = ['event_count', 'value_count', 'temporal', 'temporal_ordered'] as const;
const OPERATORS = ['gt', 'gte', 'lt', 'lte', 'eq', 'neq'] as const;

const names = z.array(z.string().min(1).max(256)).max(50);
const Correlation = z.object({
  type: z.string(),
  rules: z.union([z.string(), names.min(1)]),
  'group-by': z.union([z.string(), names]).nullish(),
  timespan: z.string().optional(),
  timeframe: z.string().optional(),
  condition: z.unknown().optional(),
  aliases: z.record(z.string(), z.record(z.string(), z.string())).nullish(),
  generate: z.boolean().optional(),
});

type Comparison = (count: number) => boolean;
/** A rule over several events of one group. */
export interface CorrelationRule extends RuleHead {
  readonly is: 'correlation';
  readonly kind: (typeof KINDS)[number];
  readonly rules: readonly DetectionRule[];
  /** Fields of the group by rule, in the order of `group-by`; rules name the same thing differently. */
  readonly groupBy: readonly { readonly name: string; readonly fieldOf: (rule: number) => string }[];
  readonly timespanMs: number;
  /** The field whose different values are counted. */
  readonly counted: string | null;
  readonly holds: Comparison;
  /** The condition as the rule has it, for people. */
  readonly threshold: string;
  /** Whether the rules it refers to raise detections of their own. */
  readonly generate: boolean;
}

/** @param find a rule by id, name or title */
export function compileCorrelation(
  raw: Mapping,
  fields: FieldNames,
  find: (name: string) => DetectionRule | 'correlation' | 'failed' | null,
): CorrelationRule {
  const head = headOf(raw);
  const parsed = Correlation.safeParse(raw['correlation']);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new SigmaError(['correlation', ...(issue?.path ?? [])].join('.'), issue?.message ?? 'is malformed');
  }
  const given = parsed.data;
  const kind = KINDS.find((one) => one === given.type);
  if (kind === undefined) {
    throw new SigmaError(
      'correlation.type',
      `“${given.type}” is not supported; supported are ${KINDS.join(', ')}`,
    );
  }
  const listed = typeof given.rules === 'string' ? [given.rules] : given.rules;
  const rules = listed.map((name, index) => {
    const where = `correlation.rules[${String(index)}]`;
    const rule = find(name);
    if (rule === null) throw new SigmaError(where, `there is no rule “${name}” among the files`);
    if (rule === 'failed') throw new SigmaError(where, `the rule “${name}” could not be loaded`);
    if (rule === 'correlation')
      throw new SigmaError(
        where,
        `“${name}” is a correlation; correlations of correlations are not supported`,
      );
    return rule;
  });
  const aliases = given.aliases ?? {};
  const groupNames = typeof given['group-by'] === 'string' ? [given['group-by']] : (given['group-by'] ?? []);
  const groupBy = groupNames.map((name) => {
    const perRule = rules.map((rule) => {
      const alias = aliases[name];
      const asked =
        alias === undefined ? name : rule.aliases.map((one) => alias[one]).find((one) => one !== undefined);
      const found = asked === undefined ? null : fields.find(asked);
      if (found === null) {
        throw new SigmaError(
          'correlation.group-by',
          `sign-in events have no field “${asked ?? name}” for the rule “${rule.title}”`,
        );
      }
      return found.field;
    });
    return { name, fieldOf: (rule: number): string => perRule[rule] ?? '' };
  });
  const condition = conditionOf(given.condition, kind, rules.length);
  return {
    ...head,
    is: 'correlation',
    kind,
    rules,
    groupBy,
    timespanMs: timespan(given.timespan ?? given.timeframe),
    generate: given.generate ?? false,
    ...condition,
    counted: countedField(condition.field, kind, fields),
  };
}

function timespan(text: string | undefined): number {
  const where = 'correlation.timespan';
  const [, amount, unit] = /^(\d{1,6})\s*([smhdwM])$/.exec(text ?? '') ?? [];
  const factor = UNITS[unit ?? ''];
  if (amount === undefined || factor === undefined) {
    throw new SigmaError(
      where,
      `must be a number with s, m, h, d or w, such as 10m${text === undefined ? '' : `, not “${text}”`}`,
    );
  }
  const length = Number(amount) * factor;
  if (length === 0 || length > LONGEST) throw new SigmaError(where, 'must be between 1 second and 31 days');
  return length;
}

function conditionOf(
  given: unknown,
  kind: CorrelationRule['kind'],
  rules: number,
): { readonly holds: Comparison; readonly threshold: string; readonly field: unknown } {
  const where = 'correlation.condition';
  const temporal = kind === 'temporal' || kind === 'temporal_ordered';
  if (given === undefined && temporal)
    return { holds: (count) => count >= rules, threshold: 'all rules', field: undefined };
  if (!isMapping(given)) throw new SigmaError(where, 'must be a mapping such as { gte: 10 }');
  const { field, ...operators } = given;
  const tests = Object.entries(operators).map(([name, value]): Comparison => {
    const operator = OPERATORS.find((one) => one === name);
    if (operator === undefined)
      throw new SigmaError(`${where}.${name}`, `is not supported; supported are ${OPERATORS.join(', ')}`);
    if (typeof value !== 'number' || !Number.isInteger(value))
      throw new SigmaError(`${where}.${name}`, `must be a whole number of at most ${String(MOST_COUNT)}`);
    return comparison(operator, value);
  });
  if (tests.length === 0) throw new SigmaError(where, 'compares with nothing');
  const holds: Comparison = (count) => tests.every((test) => test(count));
  // What did not happen cannot be raised by an event.
  if (holds(0)) throw new SigmaError(where, 'also holds for no event at all; absence cannot be detected');
  return {
    holds,
    threshold: Object.entries(operators)
      .map(([name, value]) => `${name} ${String(value)}`)
      .join(', '),
    field,
  };
}

function comparison(operator: (typeof OPERATORS)[number], value: number): Comparison {
  switch (operator) {
    case 'gt':
      return (count) => count > value;
    case 'gte':
      return (count) => count >= value;
    case 'lt':
      return (count) => count < value;
    case 'lte':
      return (count) => count <= value;
    case 'eq':
      return (count) => count === value;
    case 'neq':
      return (count) => count !== value;
  }
}

function countedField(field: unknown, kind: CorrelationRule['kind'], names: FieldNames): string | null {
  const where = 'correlation.condition.field';
  if (kind !== 'value_count') {
    if (field !== undefined) throw new SigmaError(where, `belongs to value_count, not to ${kind}`);
    return null;
  }
  if (typeof field !== 'string')
    throw new SigmaError(where, 'is missing: name the field whose values are counted');
  const found = names.find(field);
  if (found === null) throw new SigmaError(where, `sign-in events have no field “${field}”`);
  return found.field;
}

import { z } from 'zod';
import type { Severity } from '#shared/domain/detection.ts';
import { conditionTest } from './condition.ts';
import { isMapping, type Mapping } from './documents.ts';
import { SigmaError } from './problem.ts';
import { selectionTest } from './selection.ts';
import type { Compiling, FieldsTest } from './value-test.ts';

const LEVELS = {
  informational: 'info',
  low: 'low',
  medium: 'medium',
  high: 'high',
  critical: 'critical',
} as const;
const text = z.string().max(10_000);
const Head = z.object({
  title: z.string().min(1).max(512),
  id: z.string().max(256).optional(),
  name: z.string().max(256).optional(),
  status: text.optional(),
  description: text.optional(),
  level: z.enum(['informational', 'low', 'medium', 'high', 'critical']).optional(),
  tags: z.array(text).max(200).nullish(),
  falsepositives: z.union([text, z.array(text).max(200)]).nullish(),
});

/** What every rule says of itself. */
export interface RuleHead {
  /** Its id, or its title where it has none. */
  readonly id: string;
  /** By which correlations may call it. */
  readonly aliases: readonly string[];
  readonly title: string;
  readonly description: string;
  readonly severity: Severity;
  /** MITRE ATT&CK technique ids, from tags such as attack.t1110.003. */
  readonly techniques: readonly string[];
  readonly falsePositives: readonly string[];
}
export interface DetectionRule extends RuleHead {
  readonly is: 'detection';
  readonly matches: FieldsTest;
}

export function headOf(raw: Mapping): RuleHead {
  const parsed = Head.safeParse(raw);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new SigmaError(issue?.path.join('.') || 'rule', issue?.message ?? 'is malformed');
  }
  const { title, id, name, description, level, tags, falsepositives } = parsed.data;
  return {
    id: id ?? title,
    aliases: [id, name, title].filter((alias) => alias !== undefined),
    title,
    description: description ?? '',
    severity: LEVELS[level ?? 'medium'],
    techniques: (tags ?? []).flatMap(
      (tag) => /^attack\.(t\d{4}(?:\.\d{3})?)$/i.exec(tag)?.[1]?.toUpperCase() ?? [],
    ),
    falsePositives: typeof falsepositives === 'string' ? [falsepositives] : (falsepositives ?? []),
  };
}

/** Compiles a rule with a `detection` section. Throws a SigmaError naming the place. */
export function compileRule(raw: Mapping, compiling: Compiling): DetectionRule {
  const head = headOf(raw);
  const { detection } = raw;
  if (!isMapping(detection)) throw new SigmaError('detection', 'is missing');
  const { condition, timeframe, ...named } = detection;
  if (timeframe !== undefined) {
    throw new SigmaError(
      'detection.timeframe',
      'belongs to aggregations, which were removed; write a correlation rule',
    );
  }
  const searches = new Map(
    Object.entries(named).map(([name, search]) => [
      name,
      selectionTest(search, compiling, `detection.${name}`),
    ]),
  );
  if (searches.size === 0) throw new SigmaError('detection', 'has no search');
  const conditions: readonly unknown[] = Array.isArray(condition) ? condition : [condition];
  const tests = conditions.map((one) => {
    if (typeof one !== 'string') throw new SigmaError('detection.condition', 'is missing or no text');
    return conditionTest(one, searches);
  });
  return { ...head, is: 'detection', matches: (fields) => tests.some((test) => test(fields)) };
}

/** What a rule was written for and cannot be seen here; null when there is no doubt. */
export function logsourceDoubt(raw: Mapping): string | null {
  const { logsource } = raw;
  if (!isMapping(logsource)) return null;
  const category = typeof logsource['category'] === 'string' ? logsource['category'].toLowerCase() : null;
  if (category !== null && !['authentication', 'application', 'webserver', 'web', 'iam'].includes(category)) {
    return `is written for ${category} logs; here it sees sign-ins, sessions and account changes only`;
  }
  return null;
}

import { z } from 'zod';
import { AccountId, OperatorId, RuleId } from '../domain/ids.ts';
import { DurationMs, EpochMs } from '../domain/units.ts';
import { answerOf } from './codes.ts';
import { Reach } from './commands.ts';
import { LIMITS } from './limits.ts';
import { Name } from './records.ts';

const words = z.array(z.string().min(1).max(LIMITS.id)).min(1).max(1_000);
const unknown = z.enum(['allow', 'deny']);
const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time as HH:MM');
const afterMs = z.int().min(60_000);

const common = {
  id: RuleId,
  name: Name.min(1),
  mode: z.enum(['off', 'observe', 'enforce']),
  appliesTo: z
    .strictObject({
      roles: words.optional(),
      accounts: z.array(AccountId).min(1).max(1_000).optional(),
      exceptRoles: words.optional(),
      exceptAccounts: z.array(AccountId).min(1).max(1_000).optional(),
    })
    .optional(),
  brake: z.strictObject({ perMinute: z.int().min(1), percent: z.number().min(0).max(100) }),
};

export const Rule = z.discriminatedUnion('kind', [
  z.strictObject({
    ...common,
    kind: z.literal('concurrency'),
    max: z.int().min(1),
    per: z.enum(['account', 'device']),
    end: z.enum(['oldest', 'newest', 'least-recently-seen']),
  }),
  z.strictObject({ ...common, kind: z.literal('idle'), afterMs }),
  z.strictObject({ ...common, kind: z.literal('lifetime'), afterMs }),
  z.strictObject({
    ...common,
    kind: z.literal('network'),
    allow: words.optional(),
    deny: words.optional(),
    lists: words.optional(),
    unknown,
  }),
  z.strictObject({
    ...common,
    kind: z.literal('place'),
    allow: words.optional(),
    deny: words.optional(),
    unknown,
  }),
  z.strictObject({
    ...common,
    kind: z.literal('device'),
    allow: z
      .array(z.enum(['desktop', 'mobile', 'tablet', 'bot', 'other']))
      .min(1)
      .optional(),
    deny: z
      .array(z.enum(['desktop', 'mobile', 'tablet', 'bot', 'other']))
      .min(1)
      .optional(),
    unknown,
  }),
  z.strictObject({
    ...common,
    kind: z.literal('hours'),
    timeZone: z.string().min(1).max(64),
    windows: z
      .array(z.strictObject({ days: z.array(z.int().min(1).max(7)).min(1).max(7), from: clock, to: clock }))
      .min(1)
      .max(64),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('credential-change'),
    keep: z.enum(['changing-session', 'none']),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('failed-logins'),
    max: z.int().min(1),
    withinMs: DurationMs,
    then: z.enum(['end-sessions', 'hold', 'report']),
  }),
]);
export type Rule = z.infer<typeof Rule>;

export const RulesPut = z.strictObject({
  id: z.uuid(),
  rules: z.array(Rule).max(1_000),
  ifVersion: z.int().min(0),
  dryRun: z.boolean().optional(),
  expect: z.strictObject({ max: z.int().min(0) }).optional(),
});
export type RulesPut = z.infer<typeof RulesPut>;
export const RulesPutAnswer = answerOf({
  version: z.int().min(0),
  state: z.enum(['completed', 'pending-approval']),
  reach: z.array(z.object({ rule: RuleId, reach: Reach })),
});
export type RulesPutAnswer = z.infer<typeof RulesPutAnswer>;
/** What a rule did lately, and whether its brake stopped it. */
export const RuleEffect = z.object({
  rule: RuleId,
  /** In the last 24 hours. */
  ended: z.int().min(0),
  observed: z.int().min(0),
  lastAt: EpochMs.nullable(),
  /** `held` sessions wait for a decision about `approval`. */
  stopped: z
    .object({
      at: EpochMs,
      state: z.enum(['waiting', 'denied']),
      approval: z.uuid(),
      held: z.int().min(0),
      allowed: z.int().min(0),
      wanted: z.int().min(0),
    })
    .nullable(),
});
export type RuleEffect = z.infer<typeof RuleEffect>;
export const RulesGetAnswer = answerOf({
  version: z.int().min(0),
  rules: z.array(Rule),
  effects: z.array(RuleEffect).optional(),
  /** Lists of networks that rules may name. */
  lists: z.array(z.string().max(LIMITS.id)).optional(),
});
export type RulesGetAnswer = z.infer<typeof RulesGetAnswer>;

/** Earlier versions, newest first: those below `before`. */
export const RulesVersions = z.strictObject({
  before: z.int().min(1).optional(),
  limit: z.int().min(1).max(100),
});
export type RulesVersions = z.infer<typeof RulesVersions>;
const operator = z.object({ id: OperatorId, name: Name });
export const RulesVersion = z.object({
  version: z.int().min(1),
  at: EpochMs,
  by: operator,
  approvedBy: operator.optional(),
  rules: z.array(Rule),
});
export type RulesVersion = z.infer<typeof RulesVersion>;
export const RulesVersionsAnswer = answerOf({
  items: z.array(RulesVersion),
  next: z.int().min(1).optional(),
});
export type RulesVersionsAnswer = z.infer<typeof RulesVersionsAnswer>;
export const RulesChanged = z.object({ version: z.int().min(0) });

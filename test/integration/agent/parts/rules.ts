import { randomUUID } from 'node:crypto';
import { epochMs } from '#shared/domain/units.ts';
import type { ApprovalItem } from '#shared/protocol/approvals.ts';
import type { RulesGetAnswer } from '#shared/protocol/rules.ts';
import type { TestConsole } from '#test/support/test-console.ts';
import type { OneAgent } from './one-agent.ts';

export const rule = (own: Record<string, unknown>) => ({
  id: 'limit',
  name: 'Two each',
  mode: 'enforce',
  brake: { perMinute: 100, percent: 100 },
  kind: 'concurrency',
  max: 2,
  per: 'account',
  end: 'oldest',
  ...own,
});
export const idle = (own: Record<string, unknown> = {}) => {
  const { max: _max, per: _per, end: _end, ...common } = rule({});
  return { ...common, id: 'idle', name: 'Half an hour', kind: 'idle', afterMs: 1_800_000, ...own };
};
export const put = async (console: TestConsole, rules: readonly unknown[], ifVersion: number, more = {}) =>
  console.ask<'rules.put'>('rules.put', { id: randomUUID(), rules, ifVersion, ...more });
export const rulesOf = async (console: TestConsole) =>
  (await console.ask<'rules.get'>('rules.get', {})) as Extract<RulesGetAnswer, { ok: true }>;
export const applied = (console: TestConsole, mode = 'enforce') =>
  [...console.events.values()].filter(
    ({ action, attributes }) => action === 'rule-applied' && attributes?.['mode'] === mode,
  );
/** Makes sessions that were opened and last seen so many ms ago. */
export const openedBy =
  ({ now }: Pick<OneAgent, 'now'>) =>
  (account: string, ago: number, seen = 0) => ({
    account,
    opened: { at: epochMs(now() - ago), ip: null, userAgent: null },
    last: { at: epochMs(now() - seen), ip: '192.0.2.1', userAgent: null },
  });
export const closedBy = (console: TestConsole, id: string) =>
  console.changes.filter((change) => change.kind === 'session.closed' && change.ruleId === id);
export const waitingFor = (console: TestConsole) =>
  console.news
    .filter(({ event }) => event === 'approval.requested')
    .map(({ payload }) => payload as ApprovalItem);

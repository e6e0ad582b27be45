import type { ConnectionId } from '#shared/domain/ids.ts';
import { epochMs, type EpochMs } from '#shared/domain/units.ts';
import type { LiveEffect, LiveSimulation, RuleHit } from '#shared/ipc/rules-views.ts';
import type { Rule } from '#shared/protocol/rules.ts';
import { createEvaluator } from '#shared/rules/evaluate.ts';
import type { ReadableDb } from '../mirror/database.ts';
import { connectionById } from '../mirror/connections.ts';
import type { Question } from '../mirror/question.ts';
import { ownAccounts, ownKey } from '../mirror/own-accounts.ts';
import { holders, mirroredFacts, nothingSettled, readGroups } from './read-groups.ts';

const ACCOUNTS = 200;
const SHOWN = 100;

/** Whom each rule, enforced alone, would end now, by the mirror's live list. */
export function* simulateLive(
  db: ReadableDb,
  request: { readonly connection: ConnectionId; readonly rules: readonly Rule[] },
  now: EpochMs,
): Question<Pick<LiveSimulation, 'at' | 'sessions' | 'effects'>> {
  const record = connectionById(db, request.connection);
  const at = epochMs(now + (record?.skewMs ?? 0));
  const effects = new Map(
    request.rules.map(({ id }) => [id, { hits: [] as RuleHit[], accounts: new Set() }]),
  );
  if (record === null) return { at, sessions: 0, effects: [] };
  const facts = mirroredFacts(record.hello?.store.writeIntervalMs ?? 0);
  const own = ownAccounts(db);
  const keys = holders(db, record.key, null);
  // Each rule by itself: what one ends is no reason for another to reach less.
  const rules = request.rules.map((rule): Rule => ({ ...rule, mode: 'observe' }));
  const evaluator = createEvaluator(rules, facts);
  let sessions = 0;
  for (let from = 0; from < keys.length; from += ACCOUNTS) {
    const chunk = keys.slice(from, from + ACCOUNTS);
    for (const group of readGroups(db, record.key, chunk, null, at, facts, new Map())) {
      sessions += group.sessions.length;
      const isOwn = own.has(ownKey(request.connection, group.account.id));
      const verdicts = evaluator.judge({ ...group, settledUntil: nothingSettled }, at);
      for (const { rule, session, reason } of verdicts) {
        const effect = effects.get(rule);
        if (session === null || effect === undefined) continue;
        const { id: account, name } = group.account;
        effect.accounts.add(account);
        effect.hits.push({ session, account, name, reason, own: isOwn, privileged: group.privileged });
      }
    }
    yield;
  }
  return {
    at,
    sessions,
    effects: [...effects].map(([rule, { hits, accounts }]): LiveEffect => ({
      rule,
      sessions: hits.length,
      accounts: accounts.size,
      privileged: hits.filter(({ privileged }) => privileged).length,
      own: hits.filter((hit) => hit.own).length,
      hits: [...hits].sort((a, b) => rank(a) - rank(b)).slice(0, SHOWN),
      agent: null,
    })),
  };
}

const rank = (hit: RuleHit): number => (hit.own ? 0 : hit.privileged ? 1 : 2);

import { DAY, epochMs } from '#shared/domain/units.ts';
import type { Reach } from '#shared/protocol/commands.ts';
import { LIMITS } from '#shared/protocol/limits.ts';
import type { Rule, RuleEffect, RulesPut, RulesPutAnswer, RulesVersion } from '#shared/protocol/rules.ts';
import { compareRules } from '#shared/rules/compare.ts';
import { ruleProblems } from '#shared/rules/validate.ts';
import { canonical } from '#shared/domain/canonical.ts';
import { countReach } from '../commands/reach.ts';
import type { Caller } from '../server/caller.ts';
import { requireScope } from '../server/caller.ts';
import { can } from '../server/capabilities.ts';
import { Refused } from '../server/refusal.ts';
import type { RulesService } from '../server/services.ts';
import type { PutRow, RuleReach } from '../state/rule-book.ts';
import { createApprovals } from './approvals.ts';
import { changedEvent } from './audit.ts';
import type { RuleContext } from './context.ts';
import type { Enforcer } from './enforcer.ts';
import type { FactSource } from './facts.ts';
import { createJudge, everyHolder, judgeMany } from './judge.ts';

export interface Rules extends RulesService {
  tick(): void;
}

/** Answers what consoles ask about rules. */
export function createRules(context: RuleContext, facts: FactSource, enforcer: Enforcer): Rules {
  const { state, recorder, clock, environment, limits, store, lists } = context;
  const { ruleBook, ruleActs } = state;
  const approvals = createApprovals(context, enforcer, inForce);

  /** Whom each rule would reach now if it alone were enforced. */
  async function reachOf(caller: Caller, rules: readonly Rule[]): Promise<readonly RuleReach[]> {
    await facts.prepare(rules);
    // Each by itself: what one rule ends is no reason for another to reach less.
    const alone = rules.map((rule): Rule => ({ ...rule, mode: 'observe' }));
    const judge = createJudge(context, alone, facts.facts());
    const clientSide = can(store.description(), 'sessions.clientSide');
    const own = new Set<string>(caller.token.accounts);
    const counters = new Map(
      rules.map(({ id }) => [
        id,
        countReach(
          { kind: 'revoke', selector: { all: true } },
          own,
          context.flags,
          state.accounts,
          clientSide,
        ),
      ]),
    );
    const holders = await everyHolder(context, judge.evaluator.eventsMs);
    await judgeMany(context, judge, holders, null, (_holder, { verdicts }) => {
      for (const { rule, session } of verdicts) {
        const row = session === null ? undefined : state.sessions.get(session);
        if (row !== undefined) counters.get(rule)?.add(row);
      }
    });
    return rules.map(({ id }) => ({ rule: id, reach: counters.get(id)?.result() ?? NOBODY }));
  }

  function check({ rules }: RulesPut): void {
    const [problem] = ruleProblems(rules, { lists: lists.names() });
    if (problem !== undefined)
      throw new Refused('INVALID', `${problem.path}: ${problem.message}.`, { path: problem.path });
    const enforces = rules.some(({ mode }) => mode === 'enforce');
    if (enforces && !can(store.description(), 'revoke.session'))
      throw new Refused('UNSUPPORTED', 'This store can end no session: rules can only observe here.', {
        capability: 'revoke.session',
      });
  }

  function checkVersion({ ifVersion }: RulesPut): void {
    const { version } = ruleBook.current();
    if (ifVersion !== version)
      throw new Refused('STALE', `ifVersion: the rules are at version ${String(version)}; read them again.`, {
        version,
      });
  }

  async function put(caller: Caller, request: RulesPut): Promise<RulesPutAnswer> {
    requireScope(caller, 'rules:write');
    refuseOwn(caller);
    const content = canonical(request);
    const known = request.dryRun === true ? null : ruleBook.find(request.id);
    if (known !== null) return replay(caller, known, content);
    requireKnown();
    check(request);
    checkVersion(request);
    const reach = await reachOf(caller, request.rules);
    if (request.dryRun === true)
      return { ok: true, version: ruleBook.current().version, state: 'completed', reach: [...reach] };
    const enforced = new Set(request.rules.filter(({ mode }) => mode === 'enforce').map(({ id }) => id));
    const matched = sessionsOf(reach, (id) => enforced.has(id));
    if (request.expect !== undefined && matched > request.expect.max)
      throw new Refused(
        'CONFLICT',
        `These rules would reach ${String(matched)} sessions now, more than expected; nothing was changed.`,
        { matched },
      );
    return recorder.record(() => {
      // Others may have come first while everybody was judged.
      const meanwhile = ruleBook.find(request.id);
      if (meanwhile !== null) return replay(caller, meanwhile, content);
      checkVersion(request);
      const before = ruleBook.current().rules;
      const waits = needsApproval(before, request.rules, reach);
      const row = ruleBook.begin({
        request,
        content,
        operator: caller.operator,
        tokenId: caller.token.id,
        reach,
        approvalExpiresAt: waits ? epochMs(clock() + LIMITS.approvalLivesMs) : null,
      });
      if (waits) approvals.request(row);
      else inForce(row, before);
      return answerOf(row);
    });
  }

  /** Only what newly ends somebody waits for a second person: a rule that is enforced already reaches nobody anew. */
  function needsApproval(
    before: readonly Rule[],
    after: readonly Rule[],
    reach: readonly RuleReach[],
  ): boolean {
    if (!environment.protected) return false;
    const { added, changed } = compareRules(before, after);
    const fresh = new Set(
      [...added, ...changed].filter(({ mode }) => mode === 'enforce').map(({ id }) => id),
    );
    return sessionsOf(reach, (id) => fresh.has(id)) > limits.unapproved;
  }

  /** What follows from new rules being in force. Call inside `record`. */
  function inForce(row: PutRow, before: readonly Rule[]): void {
    const { added, changed, removed } = compareRules(before, row.rules);
    for (const rule of [...added, ...changed, ...removed]) {
      approvals.withdraw(rule.id);
      ruleActs.reset(rule.id);
      // What happened before a rule was made does not set it off.
      ruleActs.settle(rule.id, null, clock());
    }
    recorder.acted(changedEvent(context, row, before));
    enforcer.reload();
    context.notify({ is: 'rules-changed', version: row.version ?? 0 });
  }

  function replay(caller: Caller, row: PutRow, content: string): RulesPutAnswer {
    if (row.operator.id !== caller.operator.id || row.content !== content)
      throw new Refused('CONFLICT', 'This id was used for other rules, or by another operator.');
    return answerOf(row);
  }

  function answerOf(row: PutRow): RulesPutAnswer {
    if (row.state === 'denied') throw new Refused('FORBIDDEN', 'A second operator denied these rules.');
    if (row.state === 'expired')
      throw new Refused('STALE', 'Nobody decided about these rules in time; put them again.');
    return {
      ok: true,
      version: row.version ?? ruleBook.current().version,
      state: row.state,
      reach: [...row.reach],
    };
  }

  function requireKnown(): void {
    if (!store.ready())
      throw new Refused(
        'STORE_UNAVAILABLE',
        'The store was not read yet: nobody knows whom rules would reach.',
      );
  }

  function effects(rules: readonly Rule[]): RuleEffect[] {
    const since = epochMs(Math.max(0, clock() - DAY));
    return rules.map(({ id }) => {
      const brake = ruleActs.brake(id);
      const stopped =
        brake === null
          ? null
          : {
              at: brake.stoppedAt,
              state: brake.state,
              approval: brake.approval,
              held: ruleActs.heldCount(id),
              allowed: brake.allowed,
              wanted: brake.wanted,
            };
      return { rule: id, ...ruleActs.figures(id, since), stopped };
    });
  }

  return {
    get(caller) {
      requireScope(caller, 'rules:read', 'rules:write');
      refuseOwn(caller);
      const { version, rules } = ruleBook.current();
      return { ok: true, version, rules: [...rules], effects: effects(rules), lists: [...lists.names()] };
    },
    put,
    versions(caller, { before, limit }) {
      requireScope(caller, 'rules:read', 'rules:write');
      refuseOwn(caller);
      const found = ruleBook.versions(before ?? Number.MAX_SAFE_INTEGER, limit + 1);
      const items = found.slice(0, limit).map(toVersion);
      const last = items.at(-1);
      return {
        ok: true,
        items,
        ...(found.length > limit && last !== undefined ? { next: last.version } : {}),
      };
    },
    knows: (id) => approvals.knows(id),
    approve: (caller, request) => approvals.decide(caller, request),
    approvals: (caller) => approvals.list(caller),
    tick() {
      approvals.expire();
      enforcer.tick();
    },
  };
}

const NOBODY: Reach = {
  sessions: 0,
  accounts: 0,
  privileged: 0,
  service: 0,
  own: 0,
  byRole: {},
  clientSide: 0,
};

const sessionsOf = (reach: readonly RuleReach[], which: (id: Rule['id']) => boolean): number =>
  reach.reduce((sum, { rule, reach: { sessions } }) => sum + (which(rule) ? sessions : 0), 0);

/** Rules name everybody: a token that sees only its own accounts has no part in them. */
function refuseOwn({ viewer }: Caller): void {
  if (viewer.own !== null)
    throw new Refused('FORBIDDEN', 'A token of own sessions neither reads nor writes rules.');
}

function toVersion(row: PutRow): RulesVersion {
  return {
    version: row.version ?? 0,
    at: row.versionAt ?? row.receivedAt,
    by: row.operator,
    ...(row.decidedBy === null ? {} : { approvedBy: row.decidedBy }),
    rules: [...row.rules],
  };
}

import { randomUUID } from 'node:crypto';
import type { ConnectionId } from '#shared/domain/ids.ts';
import type { Problem } from '#shared/domain/result.ts';
import { SECOND, type Clock } from '#shared/domain/units.ts';
import type { Handlers } from '#shared/ipc/contract.ts';
import type { RULES_METHODS } from '#shared/ipc/rules-contract.ts';
import type { LiveSimulation, PublishResult, RulesOfEnvironment } from '#shared/ipc/rules-views.ts';
import type { Rule } from '#shared/protocol/rules.ts';
import { RulesGetAnswer, RulesPutAnswer, RulesVersionsAnswer } from '#shared/protocol/rules.ts';
import type { Environment } from '../connections/environment.ts';
import type { OperatorJournal } from '../journal/journal.ts';
import type { ReadableDb, WritableDb } from '../mirror/database.ts';
import type { Reader } from '../mirror/reader.ts';
import { ProblemError } from '../problem-error.ts';
import { drafts, dropDraft, saveDraft } from './drafts.ts';

type Answers = Handlers<typeof RULES_METHODS>;
const ANSWER_MS = 30 * SECOND;
const STANDS_FOR = 9;

/** What the engine answers about rules. */
export function rulesHandlers(parts: {
  readonly db: WritableDb;
  readonly reader: Reader;
  readonly clock: Clock;
  readonly journal: OperatorJournal;
  readonly environments: () => readonly Environment[];
  readonly find: (connection: ConnectionId) => Environment | null;
  /** What is written and not published changed: other windows show it too. */
  readonly draftsChanged: () => void;
}): Answers {
  const { db, reader, clock, journal } = parts;
  const must = (connection: ConnectionId): Environment => {
    const found = parts.find(connection);
    if (found !== null) return found;
    throw new ProblemError({ code: 'NOT_FOUND', message: 'This environment is not configured any more.' });
  };

  const drop = (connection: ConnectionId): boolean => {
    const dropped = dropDraft(db, connection);
    if (dropped) parts.draftsChanged();
    return dropped;
  };

  async function publish(item: {
    readonly connection: ConnectionId;
    readonly rules: Rule[];
    readonly ifVersion: number;
  }): Promise<PublishResult> {
    const { connection, rules, ifVersion } = item;
    try {
      const environment = must(connection);
      journal.recordOperatorAction({
        action: 'rules-published',
        subject: { kind: 'environment', connection, name: environment.view().name },
        details: { ifVersion, rules: rules.map(({ id, name, kind, mode }) => ({ id, name, kind, mode })) },
      });
      const payload = { id: randomUUID(), rules, ifVersion };
      const answer = RulesPutAnswer.parse(await environment.request('rules.put', payload, ANSWER_MS));
      if (!answer.ok) return { is: 'refused', connection, problem: refused(environment, answer.error) };
      if (answer.state === 'completed') {
        drop(connection);
        return { is: 'published', connection, version: answer.version };
      }
      // It may be refused yet: what was written is kept until it is in force.
      return {
        is: 'waiting',
        connection,
        reach: answer.reach.reduce((sum, one) => sum + one.reach.sessions, 0),
      };
    } catch (error) {
      return { is: 'refused', connection, problem: problemOf(error) };
    }
  }

  /** What the agent itself counts. It knows lists and its own configuration, which the mirror does not. */
  async function askAgent(connection: ConnectionId, rules: readonly Rule[]) {
    const environment = must(connection);
    const current = RulesGetAnswer.parse(await environment.request('rules.get', {}, ANSWER_MS));
    if (!current.ok) throw new ProblemError(refused(environment, current.error));
    const payload = { id: randomUUID(), rules, ifVersion: current.version, dryRun: true };
    const answer = RulesPutAnswer.parse(await environment.request('rules.put', payload, ANSWER_MS));
    if (!answer.ok) throw new ProblemError(refused(environment, answer.error));
    return answer.reach;
  }

  const counts = new Map<
    ConnectionId,
    { readonly of: string; readonly answer: ReturnType<typeof askAgent>; until: number }
  >();
  /** Judging everybody costs an agent seconds where very many are signed in: its answer stands for nine times as long. */
  function countedByAgent(connection: ConnectionId, rules: readonly Rule[]): ReturnType<typeof askAgent> {
    const of = JSON.stringify(rules);
    const known = counts.get(connection);
    if (known?.of === of && performance.now() < known.until) return known.answer;
    const began = performance.now();
    const fresh = { of, answer: askAgent(connection, rules), until: Infinity };
    counts.set(connection, fresh);
    fresh.answer.then(
      () => {
        const now = performance.now();
        fresh.until = now + STANDS_FOR * (now - began);
      },
      () => {
        fresh.until = 0;
      },
    );
    return fresh.answer;
  }

  return {
    'rules.list': async () => Promise.all(parts.environments().map(rulesOf)),
    'rules.simulateLive': async ({ connection, rules }, signal): Promise<LiveSimulation> => {
      const [mirrored, agent] = await Promise.all([
        reader.ask('rules.live', { connection, rules }, signal),
        countedByAgent(connection, rules).catch((error: unknown) => problemOf(error)),
      ]);
      if ('code' in agent) return { ...mirrored, problem: agent };
      const effects = mirrored.effects.map((effect) => ({
        ...effect,
        agent: agent.find(({ rule }) => rule === effect.rule)?.reach ?? null,
      }));
      return { ...mirrored, effects, problem: null };
    },
    'rules.simulateHistory': (request, signal) => reader.ask('rules.history', request, signal),
    'rules.publish': async ({ items }) => Promise.all(items.map(publish)),
    'rules.versions': async ({ connection, ...request }) => {
      const environment = must(connection);
      const answer = RulesVersionsAnswer.parse(
        await environment.request('rules.versions', request, ANSWER_MS),
      );
      if (!answer.ok) throw new ProblemError(refused(environment, answer.error));
      const items = answer.items.map(({ version, at, by, approvedBy, rules }) => ({
        version,
        at,
        by: by.name,
        approvedBy: approvedBy?.name ?? null,
        rules,
      }));
      return { items, next: answer.next ?? null };
    },
    'rules.drafts': async () => drafts(db),
    'rules.saveDraft': async (draft) => {
      const saved = saveDraft(db, draft, clock());
      parts.draftsChanged();
      return saved;
    },
    'rules.dropDraft': async ({ connection }) => ({ dropped: drop(connection) }),
  };
}

async function rulesOf(environment: Environment): Promise<RulesOfEnvironment> {
  const { connection, hello, name } = environment.view();
  const unavailable = (problem: Problem): RulesOfEnvironment => ({ is: 'unavailable', connection, problem });
  if (hello !== null && !hello.store.capabilities.includes('rules'))
    return unavailable({
      code: 'UNSUPPORTED',
      message: `The agent of ${name} enforces no rules.`,
      advice: 'Update the agent.',
    });
  try {
    const answer = RulesGetAnswer.parse(await environment.request('rules.get', {}, ANSWER_MS));
    if (!answer.ok) return unavailable(refused(environment, answer.error));
    const { version, rules, effects = [], lists = [] } = answer;
    const canWrite = hello?.operator.scopes.includes('rules:write') === true;
    return { is: 'ready', connection, version, rules, effects, lists, canWrite };
  } catch (error) {
    return unavailable(problemOf(error));
  }
}

function refused(
  environment: Environment,
  error: { readonly code: string; readonly message: string },
): Problem {
  const advice: Readonly<Record<string, string>> = {
    FORBIDDEN: 'Ask who runs the agent for the scope rules:read or rules:write.',
    STALE: 'Somebody else changed the rules meanwhile. Look at them again; nothing was changed.',
    UNSUPPORTED: 'Update the agent, or let the rule observe only.',
  };
  return {
    code: error.code,
    message: `${environment.view().name}: ${error.message}`,
    advice: advice[error.code] ?? 'Nothing was changed. Correct it and try again.',
  };
}

function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  return {
    code: 'NO_ANSWER',
    message: `The agent did not answer (${error instanceof Error ? error.message : 'no reason given'}).`,
    advice: 'Look at Environments whether it is connected, and try again.',
  };
}

/** Rules of an engine that may not write: drafts can be read, and nothing can be asked. */
export function readOnlyRulesHandlers(db: ReadableDb, reader: Reader, refuse: () => Promise<never>): Answers {
  return {
    'rules.list': async () => [],
    'rules.simulateLive': async (request, signal) => ({
      ...(await reader.ask('rules.live', request, signal)),
      problem: null,
    }),
    'rules.simulateHistory': (request, signal) => reader.ask('rules.history', request, signal),
    'rules.publish': refuse,
    'rules.versions': refuse,
    'rules.drafts': async () => drafts(db),
    'rules.saveDraft': refuse,
    'rules.dropDraft': refuse,
  };
}

import type { z } from 'zod';
import { Approve } from '#shared/protocol/approvals.ts';
import type { FailedAnswer } from '#shared/protocol/codes.ts';
import { Command, CommandFailures, CommandGet, CommandTargets } from '#shared/protocol/commands.ts';
import type { HelloLimits } from '#shared/protocol/handshake.ts';
import { Countersign, JournalHeads, JournalPage } from '#shared/protocol/journal.ts';
import { RulesPut, RulesVersions } from '#shared/protocol/rules.ts';
import { History, SessionsGet, Subscribe } from '#shared/protocol/stream.ts';
import type { AgentState } from '../state/state.ts';
import type { Caller } from './caller.ts';
import { getSessions, readHistory } from './history.ts';
import { countersign, journalHeads, journalPage } from './journal.ts';
import { Refused } from './refusal.ts';
import type { CommandService, PostureService, RulesService } from './services.ts';

type Answered = { readonly ok: true } | FailedAnswer;
/** Answers one request; throws Refused. */
export type Handler = (caller: Caller, payload: unknown) => Answered | Promise<Answered>;

/** Reads what a console asked; says where it is wrong. */
function read<T>(schema: z.ZodType<T>, payload: unknown): T {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const place = issue === undefined || issue.path.length === 0 ? 'request' : issue.path.map(String).join('.');
  throw new Refused('INVALID', `${place}: ${issue?.message ?? 'not understood'}`.slice(0, 1_000), {
    path: place.slice(0, 256),
  });
}

export interface RequestDeps {
  readonly state: AgentState;
  readonly limits: HelloLimits;
  readonly commands: CommandService;
  readonly posture: PostureService;
  readonly rules: RulesService;
}

/** The requests that do not belong to one connection's stream. */
export function createHandlers(deps: RequestDeps): ReadonlyMap<string, Handler> {
  const { state, limits, commands, posture, rules } = deps;
  return new Map<string, Handler>([
    ['history', (caller, payload) => readHistory(state, limits.historyPage, caller, read(History, payload))],
    [
      'sessions.get',
      (caller, payload) => getSessions(state, limits.targets, caller, read(SessionsGet, payload)),
    ],
    ['command', (caller, payload) => commands.submit(caller, read(Command, payload))],
    ['command.get', (caller, payload) => commands.get(caller, read(CommandGet, payload).id)],
    [
      'command.failures',
      (caller, payload) => {
        const { id, cursor } = read(CommandFailures, payload);
        return commands.failures(caller, id, cursor);
      },
    ],
    ['command.targets', (caller, payload) => commands.targets(caller, read(CommandTargets, payload))],
    ['holds.list', (caller) => commands.holds(caller)],
    [
      'approve',
      (caller, payload) => {
        const request = read(Approve, payload);
        return rules.knows(request.id) ? rules.approve(caller, request) : commands.approve(caller, request);
      },
    ],
    [
      'approvals.list',
      (caller) => {
        const answer = commands.approvals(caller);
        return answer.ok ? { ...answer, items: [...answer.items, ...rules.approvals(caller)] } : answer;
      },
    ],
    ['rules.get', (caller) => rules.get(caller)],
    ['rules.put', (caller, payload) => rules.put(caller, read(RulesPut, payload))],
    ['rules.versions', (caller, payload) => rules.versions(caller, read(RulesVersions, payload))],
    ['journal.countersign', (caller, payload) => countersign(state, caller, read(Countersign, payload))],
    ['journal.heads', (_caller, payload) => journalHeads(state, read(JournalHeads, payload))],
    ['journal.page', (caller, payload) => journalPage(state, caller, read(JournalPage, payload))],
    ['posture.get', (caller) => posture.get(caller)],
  ]);
}

export const readSubscribe = (payload: unknown): Subscribe => read(Subscribe, payload);

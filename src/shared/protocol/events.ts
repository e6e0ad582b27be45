import type { ApprovalItem, ApprovalResolved, ApprovalsListAnswer, Approve } from './approvals.ts';
import type {
  Command,
  CommandAnswer,
  CommandFailuresAnswer,
  CommandGetAnswer,
  CommandProgress,
  CommandTargets,
  CommandTargetsAnswer,
  DryRunAnswer,
  Proof,
} from './commands.ts';
import type { Goodbye, Hello, Status } from './handshake.ts';
import type { HoldsListAnswer } from './holds.ts';
import type {
  Countersign,
  CountersignAnswer,
  JournalHeads,
  JournalHeadsAnswer,
  JournalPage,
  JournalPageAnswer,
} from './journal.ts';
import type { PostureGetAnswer } from './posture.ts';
import type {
  RulesGetAnswer,
  RulesPut,
  RulesPutAnswer,
  RulesVersions,
  RulesVersionsAnswer,
} from './rules.ts';
import type {
  Changes,
  ChangesAnswer,
  History,
  HistoryAnswer,
  SessionsGet,
  SessionsGetAnswer,
  Snapshot,
  SnapshotAnswer,
  Subscribe,
  SubscribeAnswer,
} from './stream.ts';

/** Socket.IO event map, agent to console. Payloads are what a correct agent sends; the console parses them all the same. */
export interface AgentToConsole {
  hello: (hello: Hello) => void;
  status: (status: Status) => void;
  goodbye: (goodbye: Goodbye) => void;
  snapshot: (part: Snapshot, acknowledge: (answer: SnapshotAnswer) => void) => void;
  changes: (batch: Changes, acknowledge: (answer: ChangesAnswer) => void) => void;
  'command.progress': (progress: CommandProgress) => void;
  'command.proof': (proof: Proof) => void;
  'approval.requested': (item: ApprovalItem) => void;
  'approval.resolved': (resolved: ApprovalResolved) => void;
  'rules.changed': (changed: { version: number }) => void;
}

/** Requests of a console: payload and answer of each acknowledged event. */
export interface ConsoleRequests {
  subscribe: { request: Subscribe; answer: SubscribeAnswer };
  history: { request: History; answer: HistoryAnswer };
  'sessions.get': { request: SessionsGet; answer: SessionsGetAnswer };
  command: { request: Command; answer: CommandAnswer | DryRunAnswer };
  'command.get': { request: { id: string }; answer: CommandGetAnswer };
  'command.failures': { request: { id: string; cursor?: string }; answer: CommandFailuresAnswer };
  'command.targets': { request: CommandTargets; answer: CommandTargetsAnswer };
  'holds.list': { request: Record<string, never>; answer: HoldsListAnswer };
  approve: { request: Approve; answer: CommandAnswer };
  'approvals.list': { request: Record<string, never>; answer: ApprovalsListAnswer };
  'rules.get': { request: Record<string, never>; answer: RulesGetAnswer };
  'rules.put': { request: RulesPut; answer: RulesPutAnswer };
  'rules.versions': { request: RulesVersions; answer: RulesVersionsAnswer };
  'journal.countersign': { request: Countersign; answer: CountersignAnswer };
  'journal.heads': { request: JournalHeads; answer: JournalHeadsAnswer };
  'journal.page': { request: JournalPage; answer: JournalPageAnswer };
  'posture.get': { request: Record<string, never>; answer: PostureGetAnswer };
}
export type ConsoleRequestName = keyof ConsoleRequests;

/** Socket.IO event map, console to agent. */
export type ConsoleToAgent = {
  [Name in ConsoleRequestName]: (
    request: ConsoleRequests[Name]['request'],
    acknowledge: (answer: ConsoleRequests[Name]['answer']) => void,
  ) => void;
};

const agentEvents: Readonly<Record<keyof AgentToConsole, true>> = {
  hello: true,
  status: true,
  goodbye: true,
  snapshot: true,
  changes: true,
  'command.progress': true,
  'command.proof': true,
  'approval.requested': true,
  'approval.resolved': true,
  'rules.changed': true,
};
const consoleRequests: Readonly<Record<ConsoleRequestName, true>> = {
  subscribe: true,
  history: true,
  'sessions.get': true,
  command: true,
  'command.get': true,
  'command.failures': true,
  'command.targets': true,
  'holds.list': true,
  approve: true,
  'approvals.list': true,
  'rules.get': true,
  'rules.put': true,
  'rules.versions': true,
  'journal.countersign': true,
  'journal.heads': true,
  'journal.page': true,
  'posture.get': true,
};
/**
 * Names of the messages an agent sends; docs/protocol.md is checked against them.
 * @public
 */
export const AGENT_EVENTS: readonly string[] = Object.keys(agentEvents);
/**
 * Names of the requests a console makes; docs/protocol.md is checked against them.
 * @public
 */
export const CONSOLE_REQUESTS: readonly string[] = Object.keys(consoleRequests);

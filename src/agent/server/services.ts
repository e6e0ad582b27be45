import type { OperatorId } from '#shared/domain/ids.ts';
import type { Dispose } from '#shared/domain/log.ts';
import type {
  ApprovalItem,
  ApprovalResolved,
  ApprovalsListAnswer,
  Approve,
} from '#shared/protocol/approvals.ts';
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
} from '#shared/protocol/commands.ts';
import type { HoldsListAnswer } from '#shared/protocol/holds.ts';
import type { PostureGetAnswer } from '#shared/protocol/posture.ts';
import type {
  RulesGetAnswer,
  RulesPut,
  RulesPutAnswer,
  RulesVersions,
  RulesVersionsAnswer,
} from '#shared/protocol/rules.ts';
import type { Caller } from './caller.ts';

/** News that goes to some of the connected operators. */
export type Notice =
  | { readonly is: 'progress'; readonly operator: OperatorId; readonly progress: CommandProgress }
  | { readonly is: 'proof'; readonly operator: OperatorId; readonly proof: Proof }
  | { readonly is: 'approval-requested'; readonly owners: readonly string[]; readonly item: ApprovalItem }
  | {
      readonly is: 'approval-resolved';
      readonly operator: OperatorId;
      readonly owners: readonly string[];
      readonly resolved: ApprovalResolved;
    }
  | { readonly is: 'rules-changed'; readonly version: number };

/** What the commands side does for the server. Methods throw Refused. */
export interface CommandService {
  submit(caller: Caller, command: Command): Promise<CommandAnswer | DryRunAnswer>;
  get(caller: Caller, id: string): CommandGetAnswer;
  failures(caller: Caller, id: string, cursor: string | undefined): CommandFailuresAnswer;
  targets(caller: Caller, request: CommandTargets): CommandTargetsAnswer;
  holds(caller: Caller): HoldsListAnswer;
  approve(caller: Caller, request: Approve): Promise<CommandAnswer>;
  approvals(caller: Caller): ApprovalsListAnswer;
  onNotice(listener: (notice: Notice) => void): Dispose;
}
export interface PostureService {
  get(caller: Caller): Promise<PostureGetAnswer>;
}

/** What the rules side does for the server. Methods throw Refused. */
export interface RulesService {
  get(caller: Caller): RulesGetAnswer;
  put(caller: Caller, request: RulesPut): Promise<RulesPutAnswer>;
  versions(caller: Caller, request: RulesVersions): RulesVersionsAnswer;
  /** Is this the id of something about rules that waits, or waited, for a decision? */
  knows(id: string): boolean;
  approve(caller: Caller, request: Approve): CommandAnswer;
  approvals(caller: Caller): readonly ApprovalItem[];
}

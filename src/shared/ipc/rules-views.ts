import type { AccountId, ConnectionId, RuleId, SessionId } from '../domain/ids.ts';
import type { Problem } from '../domain/result.ts';
import type { EpochMs } from '../domain/units.ts';
import type { Rule, RuleEffect } from '../protocol/rules.ts';
import type { Reach } from '../protocol/commands.ts';

/** The rules of one environment as its agent holds them. */
export type RulesOfEnvironment =
  | {
      readonly is: 'ready';
      readonly connection: ConnectionId;
      readonly version: number;
      readonly rules: readonly Rule[];
      readonly effects: readonly RuleEffect[];
      /** Lists of networks that rules may name there. */
      readonly lists: readonly string[];
      readonly canWrite: boolean;
    }
  | { readonly is: 'unavailable'; readonly connection: ConnectionId; readonly problem: Problem };

/** One session that a rule would end. */
export interface RuleHit {
  readonly session: SessionId;
  readonly account: AccountId;
  readonly name: string;
  readonly reason: string;
  readonly own: boolean;
  readonly privileged: boolean;
}
export interface LiveEffect {
  readonly rule: RuleId;
  readonly sessions: number;
  readonly accounts: number;
  readonly privileged: number;
  /** Sessions of the operator's own accounts. */
  readonly own: number;
  /** Own ones first, then privileged ones; 100 at most. */
  readonly hits: readonly RuleHit[];
  /** What the agent counts; null where it could not be asked. */
  readonly agent: Reach | null;
}
export interface LiveSimulation {
  readonly at: EpochMs;
  /** Live sessions that were looked at. */
  readonly sessions: number;
  readonly effects: readonly LiveEffect[];
  /** Why the agent could not be asked; null when it was. */
  readonly problem: Problem | null;
}

export interface HistorySimulation {
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** Sessions that were looked at. */
  readonly sessions: number;
  readonly ended: number;
  readonly accounts: number;
  readonly own: number;
  /** One for each 24 hours from `from` on. */
  readonly perDay: readonly number[];
  /** Whom most; ten at most. */
  readonly most: readonly { readonly account: AccountId; readonly name: string; readonly ended: number }[];
}

export interface RuleVersionView {
  readonly version: number;
  readonly at: EpochMs;
  readonly by: string;
  readonly approvedBy: string | null;
  readonly rules: readonly Rule[];
}

export type PublishResult =
  | { readonly is: 'published'; readonly connection: ConnectionId; readonly version: number }
  | { readonly is: 'waiting'; readonly connection: ConnectionId; readonly reach: number }
  | { readonly is: 'refused'; readonly connection: ConnectionId; readonly problem: Problem };

export interface RuleDraft {
  readonly connection: ConnectionId;
  readonly rules: readonly Rule[];
  /** Version of the agent's rules that it was made from. */
  readonly basedOn: number;
  readonly savedAt: EpochMs;
}

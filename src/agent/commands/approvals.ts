import type { ApprovalItem, ApprovalsListAnswer, Approve } from '#shared/protocol/approvals.ts';
import type { Caller } from '../server/caller.ts';
import { callerOf, requireScope } from '../server/caller.ts';
import { seesAll } from '../server/notices.ts';
import { Refused } from '../server/refusal.ts';
import type { CommandRow } from '../state/journal.ts';
import { isLive } from '../state/tokens.ts';
import { auditCommand } from './command-audit.ts';
import type { CommandContext } from './context.ts';
import { requireCommandScopes } from './permission.ts';

export function itemOf(row: CommandRow): ApprovalItem {
  return {
    id: row.command.id,
    kind: 'command',
    requestedBy: row.operator,
    reason: row.command.reason,
    reach: row.reach,
    requestedAt: row.receivedAt,
    expiresAt: row.approvalExpiresAt ?? row.receivedAt,
  };
}

/** Commands that wait for a second operator. */
export interface Approvals {
  list(caller: Caller): ApprovalsListAnswer;
  /** Records the decision; the approved command is returned to be run. Throws Refused. */
  decide(caller: Caller, request: Approve): CommandRow;
  /** Lets what nobody decided expire. */
  expire(): void;
}

export function createApprovals(context: CommandContext, approved: (row: CommandRow) => void): Approvals {
  const { state, recorder, clock } = context;

  function resolve(
    row: CommandRow,
    decision: 'approve' | 'deny' | 'expired',
    by: Caller['operator'] | null,
    note: string | null,
  ): void {
    const { id } = row.command;
    recorder.record(() => {
      state.journal.decide(id, { decision, by, note });
      if (decision === 'approve') {
        state.journal.setState(id, 'running');
        approved(row);
        return;
      }
      state.journal.finish(id, decision === 'deny' ? 'denied' : 'expired');
      state.journal.proven(id);
      const closed = state.journal.find(id);
      if (closed !== null) auditCommand(context, closed);
    });
    const resolved = { id, decision, ...(by === null ? {} : { by }) };
    context.notify({ is: 'approval-resolved', operator: row.operator.id, owners: row.owners, resolved });
  }

  const expired = (row: CommandRow) => row.approvalExpiresAt !== null && clock() >= row.approvalExpiresAt;

  return {
    list(caller) {
      requireScope(caller, 'commands:approve');
      const items = state.journal
        .inState('pending-approval')
        .filter((row) => !expired(row) && seesAll(caller.viewer, row.owners))
        .map(itemOf);
      return { ok: true, items };
    },
    decide(caller, { id, decision, note }) {
      requireScope(caller, 'commands:approve');
      const row = state.journal.find(id);
      if (row === null || row.approvalExpiresAt === null || !seesAll(caller.viewer, row.owners)) {
        throw new Refused('NOT_FOUND', 'There is no such command waiting for approval.');
      }
      if (row.operator.id === caller.operator.id) {
        throw new Refused('FORBIDDEN', 'Nobody approves a command of their own.');
      }
      if (row.decision === 'expired') throw new Refused('STALE', 'The time to decide is over.');
      if (row.decision !== null) {
        throw new Refused('CONFLICT', 'This was decided already; the first decision stands.', {
          decision: row.decision,
        });
      }
      if (expired(row)) {
        resolve(row, 'expired', null, null);
        throw new Refused('STALE', 'The time to decide is over.');
      }
      if (decision === 'approve') checkRequester(row);
      resolve(row, decision, caller.operator, note ?? null);
      return state.journal.find(id) ?? row;
    },
    expire() {
      for (const row of state.journal.inState('pending-approval'))
        if (expired(row)) resolve(row, 'expired', null, null);
    },
  };

  /** Who asked must still be allowed to. */
  function checkRequester(row: CommandRow): void {
    const token = state.tokens.get(row.tokenId);
    const live = token !== null && isLive(token, clock());
    if (live) {
      try {
        requireCommandScopes(callerOf(token), row.command);
        return;
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
      }
    }
    resolve(row, 'deny', null, 'who asked may no longer do this');
    throw new Refused('FORBIDDEN', 'Who asked for this may no longer do it; the command was denied.');
  }
}

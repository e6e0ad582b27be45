import { assertNever } from '#shared/domain/assert-never.ts';
import type { CommandKind } from '#shared/protocol/commands.ts';
import type { Account, Action, AuditEvent } from '#shared/protocol/records.ts';
import { cut } from '../poll/cut.ts';
import type { CommandRow } from '../state/journal.ts';
import type { CommandContext } from './context.ts';

function actionOf(kind: CommandKind): Action {
  switch (kind) {
    case 'revoke':
      return 'session-revoked';
    case 'hold':
    case 'release':
      return 'hold';
    case 'block':
      return 'account-blocked';
    case 'unblock':
      return 'other';
    default:
      return assertNever(kind);
  }
}

/** Everything an operator does is in the agent's audit. Call inside `record`. */
export function auditCommand(context: CommandContext, row: CommandRow): void {
  const { state, recorder, clock } = context;
  const { command, operator, decidedBy } = row;
  const { ended, gone, failed } = state.journal.counts(command.id);
  const done = row.state === 'completed' || row.state === 'partial';
  const now = clock();
  const event: AuditEvent = {
    id: state.keys.eventId(`command:${command.id}`, 0),
    at: now,
    recordedAt: now,
    action: actionOf(command.kind),
    outcome: !done || (ended === 0 && failed > 0) ? 'failure' : failed > 0 ? 'unknown' : 'success',
    account: concerned(context, row),
    actor: { id: operator.id, name: operator.name },
    message: `${command.kind}: ${String(ended)} ended, ${String(gone)} already gone, ${String(failed)} failed`,
    attributes: {
      commandId: command.id,
      kind: command.kind,
      state: row.state,
      reason: cut(command.reason, 1_024),
      claim: cut(command.claim.name, 256),
      ended: String(ended),
      alreadyGone: String(gone),
      failed: String(failed),
      ...(command.operation === undefined ? {} : { operation: command.operation }),
      ...(decidedBy === null ? {} : { decidedBy: decidedBy.name, decision: row.decision ?? '' }),
    },
  };
  recorder.acted(event);
}

/** The account, where the command concerns exactly one. */
function concerned({ state }: CommandContext, row: CommandRow): AuditEvent['account'] {
  const { selector } = row.command;
  const ids = 'accounts' in selector ? selector.accounts : row.owners;
  const [id] = ids;
  if (id === undefined || ids.length > 1) return null;
  const known = state.accounts.get(id);
  const name = known === undefined ? id : (JSON.parse(known.record) as Account).name;
  return { id: id as Account['id'], name };
}

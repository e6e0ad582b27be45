import type { OperationId } from '#shared/domain/ids.ts';
import type { Clock } from '#shared/domain/units.ts';
import type { OperatorJournal } from '../journal/journal.ts';
import { durableTransaction, type WritableDb } from '../mirror/database.ts';
import { isCancellable } from '../mirror/operation-views.ts';
import { changeCommand, commandsOf } from '../mirror/operations.ts';
import { ProblemError } from '../problem-error.ts';

/**
 * Takes back what has not been sent. What was sent to an agent that never answered is taken back if, when it is
 * reached, it turns out that it has not seen it.
 */
export function cancel(
  parts: { readonly db: WritableDb; readonly clock: Clock; readonly journal: OperatorJournal },
  operation: OperationId,
): void {
  const { db, clock, journal } = parts;
  const open = commandsOf(db, operation).filter(isCancellable);
  if (open.length === 0) {
    throw new ProblemError({
      code: 'NOTHING_TO_CANCEL',
      message: 'Everything of this was sent already, or it is finished.',
      advice: 'What agents are doing cannot be called back; the receipt shows it.',
    });
  }
  durableTransaction(db, () => {
    for (const command of open) {
      const unsent = command.tries === 0;
      changeCommand(db, command.id, {
        cancel: true,
        ...(unsent ? { state: 'cancelled', finishedAt: clock(), problem: null } : {}),
      });
    }
    journal.recordOperatorAction({
      action: 'command-cancelled',
      subject: { kind: 'operation', id: operation },
      details: { commands: open.map(({ id, tries }) => ({ id, sent: tries > 0 })) },
    });
  });
}

import type { CommandOutcome } from '#shared/protocol/commands.ts';
import { LIMITS } from '#shared/protocol/limits.ts';
import type { CommandRow } from '../state/journal.ts';
import type { AgentState } from '../state/state.ts';

/** The answer to a command as the journal has it now. */
export function outcomeOf(state: AgentState, row: CommandRow, replayed: boolean): CommandOutcome {
  const { ended, gone, failed } = state.journal.counts(row.command.id);
  const shown = failed === 0 ? [] : state.journal.failures(row.command.id, 0, LIMITS.failedShown);
  return {
    ok: true,
    id: row.command.id,
    state: row.state,
    matched: row.matched,
    ended,
    alreadyGone: gone,
    failedCount: failed,
    failed: shown.map(({ id, code, message }) => ({ id, code, message })),
    ...(row.outside === null ? {} : { outside: row.outside }),
    replayed,
  };
}

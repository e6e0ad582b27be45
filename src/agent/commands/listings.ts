import type { AccountId } from '#shared/domain/ids.ts';
import type { CommandTargets, CommandTargetsAnswer } from '#shared/protocol/commands.ts';
import type { HoldsListAnswer } from '#shared/protocol/holds.ts';
import type { Account } from '#shared/protocol/records.ts';
import type { Caller } from '../server/caller.ts';
import { requireScope } from '../server/caller.ts';
import { seesAll } from '../server/notices.ts';
import { Refused } from '../server/refusal.ts';
import type { CommandRow } from '../state/journal.ts';
import type { AgentState } from '../state/state.ts';

/** Sessions of a preview of the caller's own, or of a command that it may know of, in pages. */
export function listTargets(
  state: AgentState,
  caller: Caller,
  request: CommandTargets,
  visible: (id: string) => CommandRow,
): CommandTargetsAnswer {
  const { id, preview, cursor, limit } = request;
  if (preview !== undefined) {
    const found = state.previews.find(preview);
    if (found === null || found.operator !== caller.operator.id) {
      throw new Refused('NOT_FOUND', 'preview: not known here.');
    }
    const rows = state.previews.page(found.id, cursor ?? '', limit + 1);
    const page = rows.slice(0, limit);
    return {
      ok: true,
      items: page.map(({ session, account }) => ({ id: session, account: account as AccountId | null })),
      ...next(rows.length > limit, page.at(-1)?.session),
    };
  }
  const row = visible(id ?? '');
  const after = cursor === undefined ? 0 : Number(cursor);
  if (!Number.isSafeInteger(after) || after < 0) {
    throw new Refused('INVALID', 'cursor: not one that this agent gave out.');
  }
  const rows = state.journal.outcomes(row.command.id, after, limit + 1);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    ok: true,
    items: page.map(({ ordinal: _ordinal, ...item }) => item),
    ...next(rows.length > limit, last === undefined ? undefined : String(last.ordinal)),
  };
}

const next = (more: boolean, cursor: string | undefined): { next?: string } =>
  more && cursor !== undefined ? { next: cursor } : {};

/** Holds in force, of accounts that the caller may see. */
export function listHolds(state: AgentState, caller: Caller): HoldsListAnswer {
  requireScope(caller, 'sessions:revoke', 'sessions:revoke-all');
  const items = state.holds.active().flatMap(({ account, until, command, operator }) => {
    if (!seesAll(caller.viewer, [account])) return [];
    const known = state.accounts.get(account);
    const name = known === undefined ? account : (JSON.parse(known.record) as Account).name;
    return [
      {
        account: { id: account as AccountId, name },
        until,
        command: command as CommandRow['command']['id'],
        operator,
      },
    ];
  });
  return { ok: true, items };
}

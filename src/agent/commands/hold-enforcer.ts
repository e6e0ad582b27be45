import type { AccountId, CommandId } from '#shared/domain/ids.ts';
import { epochMs } from '#shared/domain/units.ts';
import type { Account, AuditEvent } from '#shared/protocol/records.ts';
import type { Hold } from '../state/holds.ts';
import type { MirroredSession } from '../state/session-mirror.ts';
import { EVERYTHING } from '../state/viewer.ts';
import type { CommandContext } from './context.ts';
import { selected } from './selector.ts';

/** Ends the sessions that held accounts have now. Called after every look at the store. */
export async function enforceHolds(context: CommandContext, signal: AbortSignal): Promise<void> {
  for (const hold of context.state.holds.active()) {
    const selector = { accounts: [hold.account as AccountId] };
    const rows = [...selected(context.state, selector, EVERYTHING)].filter(({ id }) => !hold.spared.has(id));
    if (rows.length > 0) await endHeld(context, hold, rows, signal);
  }
}

async function endHeld(
  context: CommandContext,
  hold: Hold,
  rows: readonly MirroredSession[],
  signal: AbortSignal,
): Promise<void> {
  const { state, adapter, evidence, recorder, clock } = context;
  const command = hold.command as CommandId;
  evidence.ending(
    rows.map(({ id }) => id),
    command,
  );
  const targets = rows.map((row) => ({
    key: state.keys.unseal(row.sealed),
    account: row.account as AccountId | null,
  }));
  const results = await adapter.end(targets, 'accounts', signal);
  recorder.record(() => {
    let ended = 0;
    rows.forEach((row, index) => {
      if (results[index]?.outcome !== 'ended') return;
      ended += 1;
      evidence.ended(row.id);
      const known = state.sessions.get(row.id);
      if (known !== undefined) recorder.closed(known, { reason: 'revoked', at: clock(), commandId: command });
    });
    if (ended > 0) recorder.acted(heldEvent(context, hold, ended));
  });
}

function heldEvent({ state, clock }: CommandContext, hold: Hold, ended: number): AuditEvent {
  const now = clock();
  const account = state.accounts.get(hold.account);
  const name = account === undefined ? hold.account : (JSON.parse(account.record) as Account).name;
  return {
    id: state.keys.eventId(`held:${hold.command}:${hold.account}:${String(now)}`, 0),
    at: epochMs(now),
    recordedAt: epochMs(now),
    action: 'session-revoked',
    outcome: 'success',
    account: { id: hold.account as AccountId, name },
    actor: hold.operator,
    message: `held: ${String(ended)} new ${ended === 1 ? 'session' : 'sessions'} ended`,
    attributes: { commandId: hold.command, ended: String(ended), by: 'hold' },
  };
}

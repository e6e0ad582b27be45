import type { ResponseAct } from '#shared/ipc/respond-contract.ts';
import type { PreviewPart } from '#shared/ipc/views.ts';
import type { Reach } from '#shared/protocol/commands.ts';

const VERBS: Readonly<Record<ResponseAct['kind'], string>> = {
  revoke: 'End',
  hold: 'Hold, and end',
  block: 'Block, and end',
};

/** One line that says what an operation does, for lists and for the journal. */
export function previewSummary(
  act: ResponseAct,
  asked: readonly { readonly part: PreviewPart; readonly all: boolean; readonly name: string }[],
): string {
  const said = asked.flatMap(({ part, all, name }) => {
    if (part.is === 'unavailable') return [];
    const { sessions } = part.reach;
    const what = all ? 'all sessions' : `${String(sessions)} session${sessions === 1 ? '' : 's'}`;
    return [`${what} in ${name}${part.is === 'unasked' ? ' (not reached yet)' : ''}`];
  });
  const verb = VERBS[act.kind];
  return said.length === 0 ? `${verb} nothing: no environment could be asked` : `${verb} ${said.join(', ')}`;
}

/** Adds reaches up. An account may be in several parts, so the mirror's own count limits the sum. */
export function addReaches(reaches: readonly Reach[], mirroredAccounts: number): Reach {
  const [only] = reaches;
  if (only !== undefined && reaches.length === 1) return only;
  const sum = (pick: (reach: Reach) => number): number =>
    reaches.reduce((total, one) => total + pick(one), 0);
  const byRole: Record<string, number> = {};
  for (const one of reaches) {
    for (const [role, count] of Object.entries(one.byRole)) byRole[role] = (byRole[role] ?? 0) + count;
  }
  const accounts = sum((one) => one.accounts);
  return {
    sessions: sum((one) => one.sessions),
    accounts: mirroredAccounts > 0 ? Math.min(accounts, mirroredAccounts) : accounts,
    privileged: sum((one) => one.privileged),
    service: sum((one) => one.service),
    own: sum((one) => one.own),
    byRole,
    clientSide: sum((one) => one.clientSide),
  };
}

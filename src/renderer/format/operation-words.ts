import { returned } from '#shared/protocol/came-back.ts';
import type { CommandView, OperationView, Preview, PreviewPart } from '#shared/ipc/views.ts';
import { count, counted } from './words.ts';

const STATES: Readonly<Record<CommandView['state'], string>> = {
  intended: 'written down, not sent yet',
  sent: 'sent, waiting for the agent',
  unreachable: 'agent unreachable',
  refused: 'refused',
  cancelled: 'cancelled',
  running: 'under way',
  completed: 'done',
  partial: 'done in part',
  'pending-approval': 'waits for a second operator',
  denied: 'denied by the second operator',
  expired: 'nobody approved it in time',
};
export const commandState = (command: CommandView): string => STATES[command.state];

const OPEN: ReadonlySet<CommandView['state']> = new Set(['intended', 'sent', 'running', 'pending-approval']);
export const isUnderWay = (command: CommandView): boolean => OPEN.has(command.state);

/** What one command did, without zeros: `ended 3, already gone 1`. */
export function commandResult(command: CommandView): string {
  const cameBack = cameBackCount(command);
  const parts = [
    command.ended > 0 ? `ended ${count(command.ended)}` : null,
    command.alreadyGone > 0 ? `already gone ${count(command.alreadyGone)}` : null,
    command.failedCount > 0 ? `failed ${count(command.failedCount)}` : null,
    command.outside > 0 ? `matching since ${count(command.outside)}` : null,
    cameBack > 0 ? `came back ${count(cameBack)}` : null,
  ].filter((part) => part !== null);
  return parts.join(', ');
}

/** Sessions that any later look found again, each once. */
export const cameBackCount = (command: CommandView): number => returned(command.proofs).size;

export interface OperationTotals {
  readonly matched: number;
  readonly ended: number;
  readonly alreadyGone: number;
  readonly failed: number;
  readonly unreachable: number;
  readonly cameBack: number;
  readonly underWay: boolean;
}

export function totalsOf(operation: OperationView): OperationTotals {
  const sum = (of: (command: CommandView) => number) =>
    operation.commands.reduce((total, command) => total + of(command), 0);
  return {
    matched: sum((command) => command.matched),
    ended: sum((command) => command.ended),
    alreadyGone: sum((command) => command.alreadyGone),
    failed: sum((command) => command.failedCount),
    unreachable: operation.commands.filter((command) => command.state === 'unreachable').length,
    cameBack: sum(cameBackCount),
    underWay: operation.commands.some(isUnderWay),
  };
}

const isReached = (part: PreviewPart, queued: boolean): part is Exclude<PreviewPart, { is: 'unavailable' }> =>
  part.is === 'ready' || (part.is === 'unasked' && queued);

/**
 * How many sessions a preview would end, over the environments that answered.
 * @param queued also where no agent could be asked
 */
export const previewedSessions = (preview: Preview, queued = false): number =>
  preview.parts.reduce((total, part) => total + (isReached(part, queued) ? part.reach.sessions : 0), 0);

const VERBS = { revoke: 'end', hold: 'hold and end', block: 'block and end' } as const;
const ACCOUNT_VERBS = { revoke: 'end', hold: 'hold', block: 'block' } as const;
const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** `End 1 session in shop`, `End 412 sessions in 3 environments`; with approval it says so. */
export function endButtonName(
  preview: Preview,
  nameOf: (connection: string) => string,
  queued = false,
): string {
  const reached = preview.parts
    .filter((part) => isReached(part, queued))
    .filter((part) => part.reach.sessions > 0 || preview.act.kind !== 'revoke');
  const [only] = reached;
  const where =
    reached.length === 1 && only !== undefined
      ? nameOf(only.connection)
      : counted(reached.length, 'environment');
  const sessions = previewedSessions(preview, queued);
  const { kind } = preview.act;
  const accounts = reached.reduce((total, part) => total + part.reach.accounts, 0);
  const what =
    sessions === 0 && kind !== 'revoke'
      ? `${ACCOUNT_VERBS[kind]} ${counted(accounts, 'account')}`
      : `${VERBS[kind]} ${counted(sessions, 'session')}`;
  const act = `${what} in ${where}`;
  const approval = reached.some((part) => part.is === 'ready' && part.needsApproval);
  return approval ? `Ask for approval: ${act}` : upper(act);
}

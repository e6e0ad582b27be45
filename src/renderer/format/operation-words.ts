import type { CommandView, OperationView, Preview } from '#shared/ipc/views.ts';
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
    command.outside > 0 ? `outside this token ${count(command.outside)}` : null,
    cameBack > 0 ? `came back ${count(cameBack)}` : null,
  ].filter((part) => part !== null);
  return parts.join(', ');
}

/** Sessions seen again at the latest look. */
export const cameBackCount = (command: CommandView): number => command.proofs.at(-1)?.cameBack.length ?? 0;

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

/** How many sessions a preview would end, over the environments that answered. */
export const previewedSessions = (preview: Preview): number =>
  preview.parts.reduce((total, part) => total + (part.is === 'unavailable' ? 0 : part.reach.sessions), 0);

/** `End 1 session in shop`, `End 412 sessions in 3 environments`; with approval it says so. */
export function endButtonName(preview: Preview, nameOf: (connection: string) => string): string {
  const reached = preview.parts.filter((part) => part.is === 'ready' && part.reach.sessions > 0);
  const [only] = reached;
  const where =
    reached.length === 1 && only !== undefined
      ? nameOf(only.connection)
      : counted(reached.length, 'environment');
  const act = `nd ${counted(previewedSessions(preview), 'session')} in ${where}`;
  const approval = reached.some((part) => part.is === 'ready' && part.needsApproval);
  return approval ? `Ask for approval: e${act}` : `E${act}`;
}

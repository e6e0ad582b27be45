import type { CommandRecord } from '../mirror/operations.ts';

const FINISHED: ReadonlySet<string> = new Set(['completed', 'partial', 'denied', 'expired']);
/** Whether nothing follows after this state of a command, as its agent names it. */
export const isLast = (state: string): boolean => FINISHED.has(state);

/** Whether its agent has said the last of what became of it; one that was given up may still be learnt. */
export const isSettled = ({ outcome, finishedAt }: CommandRecord): boolean =>
  finishedAt !== null && outcome !== null && isLast(outcome.state);

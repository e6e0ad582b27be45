import type { ReceiptOutcome } from '#shared/ipc/respond-contract.ts';
import type { OperationTotals } from '../format/operation-words.ts';
import { counted } from '../format/words.ts';

/** The outcome in one line. */
export function receiptTitle(totals: OperationTotals): string {
  if (totals.underWay) return `Ending ${counted(totals.matched, 'session')}…`;
  const done = totals.ended + totals.alreadyGone;
  if (totals.failed > 0 || totals.unreachable > 0) {
    return `${counted(totals.ended, 'session')} ended, not all of it worked`;
  }
  if (totals.ended === 0 && done > 0) return 'All of them were already gone';
  if (totals.ended === 0) return 'Nothing was ended';
  return `${counted(totals.ended, 'session')} ended`;
}

export const OUTCOME_WORDS: Readonly<Record<ReceiptOutcome, string>> = {
  ended: 'ended',
  'already-gone': 'already gone',
  failed: 'failed',
  'came-back': 'came back',
  queued: 'queued',
  'under-way': 'under way',
  'waiting-approval': 'waits for approval',
  unreachable: 'unreachable',
  refused: 'refused',
  cancelled: 'taken back',
  unknown: 'not known',
};

import type { JournalVerdict } from '#shared/ipc/journal-views.ts';
import type { ApprovalView, HoldView, LateView } from '#shared/ipc/respond-views.ts';
import type { OperationView } from '#shared/ipc/views.ts';
import { engine } from '../bridge/engine.ts';
import { main } from '../bridge/main.ts';
import { mergeOperations, useApp } from './app-store.ts';
import { saveFile } from './save-file.ts';

const show = (operation: OperationView): void => {
  useApp.setState(({ operations }) => ({ operations: mergeOperations(operations ?? [], [operation]) }));
};

/** Decides about what somebody else asked for. */
export async function decideApproval(
  { connection, item }: ApprovalView,
  decision: 'approve' | 'deny',
  note: string,
): Promise<void> {
  const approvals = await engine.call('respond.approve', {
    connection,
    id: item.id,
    decision,
    ...(note.trim() === '' ? {} : { note: note.trim() }),
  });
  useApp.setState({ approvals });
}

/** Ends a hold or a block. */
export async function liftHold(hold: HoldView, reason: string): Promise<OperationView> {
  const operation = await engine.call('respond.lift', {
    connection: hold.connection,
    kind: hold.is === 'hold' ? 'release' : 'unblock',
    accounts: [hold.account.id],
    reason: reason.trim(),
  });
  show(operation);
  return operation;
}

/** Takes back what has not been sent. */
export async function cancelOperation({ id }: OperationView): Promise<void> {
  show(await engine.call('respond.cancel', { operation: id }));
}
export const lateSessions = ({ id }: OperationView): Promise<LateView> =>
  engine.call('respond.late', { operation: id });
export const saveReceipt = ({ id }: OperationView, format: 'csv' | 'json'): Promise<void> =>
  saveFile(() => engine.call('respond.receiptFile', { operation: id, format }));

/** Verifies the journal here and what the agents have signed of it. */
export const verifyJournal = (heads: readonly string[]): Promise<JournalVerdict> =>
  engine.call('journal.verify', { agents: true, heads: [...heads] });
/** The same with a file of heads that the person picks; null when they pick none. */
export async function verifyWithHeads(): Promise<JournalVerdict | null> {
  const file = await main.call('file.openText', { title: 'Heads of this journal, exported earlier' });
  return file === null ? null : verifyJournal([file.text]);
}
export const saveHeads = (): Promise<void> =>
  saveFile(async () => ({
    name: 'journal-heads.json',
    text: JSON.stringify(await engine.call('journal.exportHeads', {}), null, 1),
  }));

/** A report for a period, saved where the person says. */
export const saveReport = (request: {
  readonly from: number;
  readonly to: number;
  readonly format: 'pdf' | 'html' | 'csv';
}): Promise<void> => saveFile(() => engine.call('compliance.file', request));

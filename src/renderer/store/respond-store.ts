import { create } from 'zustand';
import type { ConnectionId, OperationId } from '#shared/domain/ids.ts';
import type { Problem } from '#shared/domain/result.ts';
import type { ResponseTarget } from '#shared/ipc/engine-contract.ts';
import type { OperationView, Preview } from '#shared/ipc/views.ts';
import { engine } from '../bridge/engine.ts';
import { problemOf } from '../bridge/problem-error.ts';
import { mergeOperations, useApp } from './app-store.ts';
import { clearChosen, type Chosen } from './selection-store.ts';

/** Where ending sessions stands. Nothing is sent before `sending`, and that is reached from `previewed` only. */
export type Respond =
  | { readonly is: 'closed' }
  | { readonly is: 'asking'; readonly targets: readonly ResponseTarget[] }
  | { readonly is: 'unanswered'; readonly targets: readonly ResponseTarget[]; readonly problem: Problem }
  | {
      readonly is: 'previewed';
      readonly targets: readonly ResponseTarget[];
      readonly preview: Preview;
      readonly problem: Problem | null;
    }
  | { readonly is: 'sending'; readonly targets: readonly ResponseTarget[]; readonly preview: Preview }
  | { readonly is: 'receipt'; readonly operation: OperationId };

export const useRespond = create<{ readonly respond: Respond }>(() => ({ respond: { is: 'closed' } }));
const set = (respond: Respond) => {
  useRespond.setState({ respond });
};

/** One target per environment for these sessions. */
export function targetsOf(sessions: readonly Chosen[]): readonly ResponseTarget[] {
  const byConnection = new Map<ConnectionId, Chosen['id'][]>();
  for (const { connection, id } of sessions) {
    const ids = byConnection.get(connection);
    if (ids === undefined) byConnection.set(connection, [id]);
    else ids.push(id);
  }
  return [...byConnection].map(([connection, ids]) => ({ connection, selector: { sessions: ids } }));
}

/** Asks the agents what would be reached, and shows it. */
export async function previewEnding(targets: readonly ResponseTarget[]): Promise<void> {
  if (targets.length === 0) return;
  const asking: Respond = { is: 'asking', targets };
  set(asking);
  const still = () => useRespond.getState().respond === asking;
  try {
    const preview = await engine.call('respond.preview', { targets: [...targets] });
    if (still()) set({ is: 'previewed', targets, preview, problem: null });
  } catch (error) {
    if (still()) set({ is: 'unanswered', targets, problem: problemOf(error) });
  }
}
export const endSessions = (sessions: readonly Chosen[]): Promise<void> => previewEnding(targetsOf(sessions));

/** Acts on the preview that is shown. */
export async function executeEnding(
  reason: string,
  confirm: Readonly<Record<ConnectionId, string>>,
): Promise<void> {
  const { respond } = useRespond.getState();
  if (respond.is !== 'previewed') return;
  const { targets, preview } = respond;
  set({ is: 'sending', targets, preview });
  try {
    const operation: OperationView = await engine.call('respond.execute', {
      operation: preview.operation,
      reason,
      ...(Object.keys(confirm).length === 0 ? {} : { confirm: { ...confirm } }),
    });
    useApp.setState({ operations: mergeOperations(useApp.getState().operations ?? [], [operation]) });
    clearChosen();
    set({ is: 'receipt', operation: operation.id });
  } catch (error) {
    set({ is: 'previewed', targets, preview, problem: problemOf(error) });
  }
}

export function closeRespond(): void {
  set({ is: 'closed' });
}

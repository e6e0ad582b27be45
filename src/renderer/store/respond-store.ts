import { create } from 'zustand';
import type { AccountId, ConnectionId, OperationId } from '#shared/domain/ids.ts';
import type { Problem } from '#shared/domain/result.ts';
import type { ResponseAct, ResponseSelection, ResponseTarget } from '#shared/ipc/respond-contract.ts';
import type { AuditRow, EnvironmentView, OperationView, Preview, SessionRow } from '#shared/ipc/views.ts';
import { engine } from '../bridge/engine.ts';
import { problemOf } from '../bridge/problem-error.ts';
import { mergeOperations, useApp } from './app-store.ts';
import { clearChosen, type Chosen } from './selection-store.ts';

/** What the dialog is about: whom, and what is done to them. */
export interface Asked {
  readonly selection: ResponseSelection;
  readonly act: ResponseAct;
  /** Whose sessions were picked: they can be held or blocked when the sessions turn out to be gone. */
  readonly people?: readonly ResponseTarget[] | undefined;
}
/** Where ending sessions stands. Nothing is sent before `sending`, and that is reached from `previewed` only. */
export type Respond =
  | { readonly is: 'closed' }
  | { readonly is: 'asking'; readonly asked: Asked }
  | { readonly is: 'unanswered'; readonly asked: Asked; readonly problem: Problem }
  | {
      readonly is: 'previewed';
      readonly asked: Asked;
      readonly preview: Preview;
      readonly problem: Problem | null;
    }
  | { readonly is: 'sending'; readonly asked: Asked; readonly preview: Preview }
  | { readonly is: 'receipt'; readonly operation: OperationId };

export const useRespond = create<{ readonly respond: Respond }>(() => ({ respond: { is: 'closed' } }));
/** The reason as it is being written; it survives another preview of the same thing. */
export const useDraft = create<{ readonly reason: string }>(() => ({ reason: '' }));
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
export async function previewAct(asked: Asked): Promise<void> {
  const asking: Respond = { is: 'asking', asked };
  set(asking);
  const still = () => useRespond.getState().respond === asking;
  try {
    const preview = await engine.call('respond.preview', { selection: asked.selection, act: asked.act });
    if (still()) set({ is: 'previewed', asked, preview, problem: null });
  } catch (error) {
    if (still()) set({ is: 'unanswered', asked, problem: problemOf(error) });
  }
}
export const previewEnding = (
  targets: readonly ResponseTarget[],
  people?: readonly ResponseTarget[],
): Promise<void> =>
  targets.length === 0
    ? Promise.resolve()
    : previewAct({ selection: { targets: [...targets] }, act: { kind: 'revoke' }, people });
export const endSessions = (sessions: readonly (Chosen | SessionRow)[]): Promise<void> =>
  previewEnding(targetsOf(sessions), peopleOf(sessions));

/** The accounts of these sessions, when every one of them is known. */
export function peopleOf(sessions: readonly (Chosen | SessionRow)[]): readonly ResponseTarget[] {
  const byConnection = new Map<ConnectionId, Set<AccountId>>();
  for (const session of sessions) {
    const account = 'account' in session ? session.account : null;
    if (account === null) return [];
    const accounts = byConnection.get(session.connection) ?? new Set<AccountId>();
    byConnection.set(session.connection, accounts.add(account.id));
  }
  return [...byConnection].map(([connection, accounts]) => ({
    connection,
    selector: { accounts: [...accounts] },
  }));
}

/** Accounts by environment, each once. */
function accountsBy(
  rows: readonly {
    readonly connection: ConnectionId;
    readonly account: { readonly id: AccountId | null } | null;
  }[],
): ReadonlyMap<ConnectionId, readonly AccountId[]> {
  const found = new Map<ConnectionId, Set<AccountId>>();
  for (const { connection, account } of rows) {
    if (account === null || account.id === null) continue;
    found.set(connection, (found.get(connection) ?? new Set<AccountId>()).add(account.id));
  }
  return new Map([...found].map(([connection, accounts]) => [connection, [...accounts]]));
}
/** The people of these sessions with all that they have, without these sessions. */
export const othersOf = (
  rows: readonly Pick<SessionRow, 'connection' | 'id' | 'account'>[],
): readonly ResponseTarget[] =>
  [...accountsBy(rows)].map(([connection, accounts]) => {
    const except = rows.flatMap((row) =>
      row.connection === connection && row.account !== null ? [row.id] : [],
    );
    return { connection, selector: { accounts: [...accounts], except } };
  });
/** The accounts that these events name and that exist, without the operator's own: nobody named those. */
export const accountsOfEvents = (
  rows: readonly Pick<AuditRow, 'connection' | 'account'>[],
  environments: readonly Pick<EnvironmentView, 'connection' | 'hello'>[],
): readonly ResponseTarget[] =>
  [...accountsBy(rows)].flatMap(([connection, named]) => {
    const hello = environments.find((one) => one.connection === connection)?.hello;
    const accounts = named.filter((id) => hello?.operator.accounts.includes(id) !== true);
    return accounts.length === 0 ? [] : [{ connection, selector: { accounts } }];
  });

export interface Carrying {
  readonly reason: string;
  readonly confirm: Readonly<Record<ConnectionId, string>>;
  readonly retryForMs: number;
  readonly queue: boolean;
  readonly includeNew: boolean;
}
/** Acts on the preview that is shown. */
export async function executeEnding(carrying: Carrying): Promise<void> {
  const { respond } = useRespond.getState();
  if (respond.is !== 'previewed') return;
  const { asked, preview } = respond;
  const { confirm, ...rest } = carrying;
  set({ is: 'sending', asked, preview });
  try {
    const operation: OperationView = await engine.call('respond.execute', {
      operation: preview.operation,
      ...rest,
      ...(Object.keys(confirm).length === 0 ? {} : { confirm: { ...confirm } }),
    });
    useApp.setState({ operations: mergeOperations(useApp.getState().operations ?? [], [operation]) });
    clearChosen();
    useDraft.setState({ reason: '' });
    set({ is: 'receipt', operation: operation.id });
  } catch (error) {
    set({ is: 'previewed', asked, preview, problem: problemOf(error) });
  }
}

export function closeRespond(): void {
  useDraft.setState({ reason: '' });
  set({ is: 'closed' });
}

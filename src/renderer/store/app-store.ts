import { create } from 'zustand';
import type { Problem } from '#shared/domain/result.ts';
import type { AppInfo, DemoState, EngineState } from '#shared/ipc/main-contract.ts';
import type { ApprovalView } from '#shared/ipc/respond-views.ts';
import type { EngineAbout, EnvironmentView, OperationView } from '#shared/ipc/views.ts';

/** What main and the engine said last; views read it, `start.ts` writes it. */
export interface AppState {
  readonly engine: EngineState;
  /** Grows with each new port: queries ask again. */
  readonly generation: number;
  readonly info: AppInfo | null;
  readonly demo: DemoState;
  readonly about: EngineAbout | null;
  readonly problems: readonly Problem[];
  /** Null until the engine has answered once. */
  readonly environments: readonly EnvironmentView[] | null;
  /** Grows with every commit that touched sessions. */
  readonly revision: number;
  readonly liveSessions: number | null;
  /** Grows when detections changed; how many are open and not silenced. Null until the engine has said. */
  readonly detections: { readonly revision: number; readonly open: number } | null;
  /** Both grow: when rules or their effects changed at an agent, and when what is written here did. */
  readonly rules: { readonly published: number; readonly drafts: number };
  /** What waits for a second operator. */
  readonly approvals: readonly ApprovalView[];
  /** Newest first. */
  readonly operations: readonly OperationView[] | null;
}

export const useApp = create<AppState>(() => ({
  engine: { is: 'starting' },
  generation: 0,
  info: null,
  demo: { agents: [] },
  about: null,
  problems: [],
  environments: null,
  revision: 0,
  liveSessions: null,
  detections: null,
  rules: { published: 0, drafts: 0 },
  approvals: [],
  operations: null,
}));

const MAX_OPERATIONS = 500;

/** Newer states of operations over those already known, newest operation first. */
export function mergeOperations(
  known: readonly OperationView[],
  changed: readonly OperationView[],
): readonly OperationView[] {
  const byId = new Map(known.map((operation) => [operation.id, operation]));
  for (const operation of changed) byId.set(operation.id, operation);
  return [...byId.values()].sort((a, b) => b.createdAt - a.createdAt).slice(0, MAX_OPERATIONS);
}

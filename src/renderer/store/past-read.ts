import type { EnvironmentView } from '#shared/ipc/views.ts';
import { useApp } from './app-store.ts';

/** Grows while the agents' own logs are read, and stands still afterwards: for questions to the past, which changes only then. */
export const usePastRead = (): number => useApp((state) => pastRead(state.environments ?? []));

/** How much of the agents' own logs has been read. */
export const pastRead = (environments: readonly EnvironmentView[]): number =>
  environments.reduce((sum, { history }) => sum + history.events + (history.is === 'done' ? 1 : 0), 0);

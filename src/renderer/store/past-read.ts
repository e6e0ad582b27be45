import { useApp } from './app-store.ts';

/** Grows while the agents' own logs are read, and stands still afterwards: for questions to the past, which changes only then. */
export const usePastRead = (): number =>
  useApp((state) =>
    (state.environments ?? []).reduce(
      (sum, { history }) => sum + history.events + (history.is === 'done' ? 1 : 0),
      0,
    ),
  );

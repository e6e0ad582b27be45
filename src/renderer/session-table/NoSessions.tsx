import Button from '@mui/material/Button';
import type { ReactNode } from 'react';
import { EmptyState } from '../components/EmptyState.tsx';
import { useApp } from '../store/app-store.ts';
import { goTo } from '../store/route-store.ts';
import { isFiltered, NO_FILTER, type FilterStore } from '../store/session-filter.ts';

/** Why the list is empty, and the one action that fills it. */
export function NoSessions({ filter }: { readonly filter: FilterStore }): ReactNode {
  const shown = filter();
  const environments = useApp((state) => state.environments);
  if (isFiltered(shown)) {
    return (
      <EmptyState
        title="No session fits"
        action={
          <Button
            onClick={() => {
              filter.setState({ ...NO_FILTER, state: shown.state });
            }}
          >
            Show all
          </Button>
        }
      >
        Sessions that fit the filter above appear here as soon as there are any.
      </EmptyState>
    );
  }
  if (environments !== null && environments.length === 0) {
    return (
      <EmptyState
        title="No environment is connected yet"
        action={
          <Button
            variant="contained"
            color="primary"
            onClick={() => {
              goTo('environments', 'add');
            }}
          >
            Add an environment…
          </Button>
        }
      >
        Sessions appear here once a console is connected to the agent beside a session store.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title={shown.state === 'ended' ? 'No session has ended yet' : 'Nobody is signed in right now'}
    >
      Sessions appear here within seconds of a sign-in.
    </EmptyState>
  );
}

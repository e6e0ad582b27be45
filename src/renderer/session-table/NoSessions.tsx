import Button from '@mui/material/Button';
import type { ReactNode } from 'react';
import { EmptyState } from '../components/EmptyState.tsx';
import { IfRead } from '../parts/NothingRead.tsx';
import { isFiltered, NO_FILTER, type FilterStore } from '../store/session-filter.ts';

/** Why the list is empty, and the one action that fills it. */
export function NoSessions({ filter }: { readonly filter: FilterStore }): ReactNode {
  const shown = filter();
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
  return (
    <IfRead
      among={shown.connections}
      would="Sessions appear here once the console has heard from the agent beside a session store."
    >
      <EmptyState
        title={shown.state === 'ended' ? 'No session has ended yet' : 'Nobody is signed in right now'}
      >
        Sessions appear here within seconds of a sign-in.
      </EmptyState>
    </IfRead>
  );
}

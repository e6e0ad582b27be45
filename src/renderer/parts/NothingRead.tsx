import Button from '@mui/material/Button';
import type { ReactNode } from 'react';
import { EmptyState } from '../components/EmptyState.tsx';
import { goTo } from '../store/route-store.ts';
import { useWhatIsRead } from '../store/what-is-read.ts';

/**
 * Instead of an empty answer: that nothing is connected, or nothing was read yet. An empty list would say that nobody is
 * signed in and nothing happened, which nobody knows.
 */
export function IfRead(props: {
  readonly among?: readonly string[];
  /** What would stand here, as a sentence. */
  readonly would: string;
  readonly children: ReactNode;
}): ReactNode {
  const read = useWhatIsRead(props.among);
  if (read === 'no-environment') {
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
        {props.would}
      </EmptyState>
    );
  }
  if (read === 'demo-starting') {
    return (
      <EmptyState title="The demo is starting">
        {`Three agents with invented people make their past; the first time that takes some seconds. ${props.would}`}
      </EmptyState>
    );
  }
  if (read === 'first-reading') {
    return (
      <EmptyState title="Reading for the first time">
        {`Until everything has come it is not known who is signed in. ${props.would}`}
      </EmptyState>
    );
  }
  if (read === 'nothing-yet') {
    return (
      <EmptyState
        title="Nothing has been read yet"
        action={
          <Button
            onClick={() => {
              goTo('environments');
            }}
          >
            See why under Environments
          </Button>
        }
      >
        {`No agent has answered so far, so it is not known who is signed in. ${props.would}`}
      </EmptyState>
    );
  }
  return props.children;
}

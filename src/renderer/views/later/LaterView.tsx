import Button from '@mui/material/Button';
import type { ReactNode } from 'react';
import { EmptyState } from '../../components/EmptyState.tsx';
import { Heading } from '../../components/Heading.tsx';
import { VIEW_TITLES } from '../../shell/navigation.ts';
import { goTo, type ViewName } from '../../store/route-store.ts';

type Later = 'rules';

interface Words {
  readonly what: string;
  readonly until: string;
  readonly to: ViewName;
  readonly action: string;
}

const WORDS: Readonly<Record<Later, Words>> = {
  rules: {
    what: 'Limits that the agents enforce when nobody is looking: sessions per person, idle time, networks, countries and hours, each tried on the history before it is switched on.',
    until: 'Until then, sessions are ended by hand.',
    to: 'watch',
    action: 'Open Watch',
  },
};

/** A view that a later version brings: says what it will hold, and where to go meanwhile. */
export function LaterView({ view }: { readonly view: Later }): ReactNode {
  const words = WORDS[view];
  return (
    <>
      <Heading title={VIEW_TITLES[view]} />
      <EmptyState
        title="Not in this version yet"
        action={
          <Button
            onClick={() => {
              goTo(words.to);
            }}
          >
            {words.action}
          </Button>
        }
      >
        <p>{words.what}</p>
        <p>{words.until}</p>
      </EmptyState>
    </>
  );
}

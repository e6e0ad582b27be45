import Box from '@mui/material/Box';
import { createRef, useState, type ReactNode } from 'react';
import { create } from 'zustand';
import { complete } from '#shared/query/complete.ts';
import { parseQuery } from '#shared/query/parse.ts';
import { Choice } from '#renderer/components/Choice.tsx';
import { FileButton } from '#renderer/components/FileButton.tsx';
import { SearchBar } from '#renderer/components/SearchBar.tsx';
import { SearchFault } from '#renderer/components/SearchFault.tsx';
import { SearchField } from '#renderer/components/SearchField.tsx';
import { SearchProposals } from '#renderer/components/SearchProposals.tsx';
import { EnvironmentChoice } from '#renderer/parts/EnvironmentChoice.tsx';
import { QuerySearch } from '#renderer/parts/QuerySearch.tsx';
import { StoreChoice } from '#renderer/parts/StoreChoice.tsx';
import type { Entry } from './entry.ts';
import { SHOP } from './fixtures.ts';

const ORDERS = [
  ['newest', 'Newest first'],
  ['oldest', 'Oldest first'],
] as const;
const useOrder = create<{ readonly order: 'newest' | 'oldest' }>(() => ({ order: 'oldest' }));
const nothing = (): void => undefined;
const noValues = () => Promise.resolve([]);
const WRONG = 'user:anna and country:';

function Held<T>(props: {
  readonly initial: T;
  readonly show: (value: T, change: (value: T) => void) => ReactNode;
}): ReactNode {
  const [value, change] = useState(props.initial);
  return props.show(value, change);
}

function Faulty(): ReactNode {
  const parsed = parseQuery(WRONG, 'sessions');
  return (
    <Box sx={{ position: 'relative', height: '1.75rem', mb: 8 }}>
      <SearchFault
        id="fault"
        text={WRONG}
        fault={parsed.ok ? null : parsed.error}
        quiet={false}
        input={createRef<HTMLInputElement>()}
      />
    </Box>
  );
}

export const FIELD_ENTRIES: readonly Entry[] = [
  {
    component: 'FileButton',
    states: [
      [
        'ready',
        () => (
          <FileButton label="Sigma rule files" accept=".yml" onFiles={nothing}>
            Import files…
          </FileButton>
        ),
      ],
      [
        'busy',
        () => (
          <FileButton disabled label="Mapping file" accept=".csv" onFiles={nothing}>
            Importing…
          </FileButton>
        ),
      ],
    ],
  },
  {
    component: 'Choice',
    states: [
      [
        'named',
        () => (
          <Held
            initial="newest"
            show={(value, change) => (
              <Choice label="Order" value={value} options={ORDERS} onChange={change} />
            )}
          />
        ),
      ],
      ['quiet', () => <Choice quiet label="Order" value="oldest" options={ORDERS} onChange={nothing} />],
    ],
  },
  {
    component: 'StoreChoice',
    states: [
      ['of a store', () => <StoreChoice store={useOrder} field="order" label="Order" options={ORDERS} />],
    ],
  },
  {
    component: 'EnvironmentChoice',
    states: [
      ['all', () => <EnvironmentChoice value={null} onChange={nothing} />],
      ['one', () => <EnvironmentChoice value={SHOP} onChange={nothing} />],
    ],
  },
  {
    component: 'SearchField',
    states: [
      ['empty', () => <SearchField label="Name or e-mail address" value="" onChange={nothing} />],
      ['filled', () => <SearchField label="Name or e-mail address" value="amara" onChange={nothing} />],
    ],
  },
  {
    component: 'SearchBar',
    wide: true,
    states: [
      [
        'empty',
        () => <SearchBar table="sessions" label="Search" value="" onChange={nothing} valuesOf={noValues} />,
      ],
      [
        'filled',
        () => (
          <SearchBar
            table="sessions"
            label="Search"
            value="user:anna last:<30m"
            onChange={nothing}
            valuesOf={noValues}
          />
        ),
      ],
      [
        'with a fault',
        () => (
          <SearchBar table="sessions" label="Search" value={WRONG} onChange={nothing} valuesOf={noValues} />
        ),
      ],
    ],
  },
  {
    component: 'QuerySearch',
    wide: true,
    states: [
      ['of events', () => <QuerySearch table="audit" label="Search events" value="" onChange={nothing} />],
    ],
  },
  { component: 'SearchFault', wide: true, states: [['underlined and said', () => <Faulty />]] },
  {
    component: 'SearchProposals',
    wide: true,
    states: [
      [
        'the second is active',
        () => (
          <Box sx={{ position: 'relative', height: '11rem', overflow: 'hidden' }}>
            <Box sx={{ position: 'absolute', inset: '0 0 auto' }}>
              <SearchProposals
                id="proposals"
                items={complete('c', 1, 'sessions').items.slice(0, 5)}
                active={1}
                onChoose={nothing}
              />
            </Box>
          </Box>
        ),
      ],
    ],
  },
];

import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useRef, type ReactNode } from 'react';
import { EmptyState } from '../../components/EmptyState.tsx';
import { Heading } from '../../components/Heading.tsx';
import { ProblemBox } from '../../components/ProblemBox.tsx';
import { SearchField } from '../../components/SearchField.tsx';
import { Waiting } from '../../components/Waiting.tsx';
import { counted } from '../../format/words.ts';
import { EnvironmentChoice } from '../../parts/EnvironmentChoice.tsx';
import { IfRead } from '../../parts/NothingRead.tsx';
import { StoreChoice } from '../../parts/StoreChoice.tsx';
import { StaleNote } from '../../parts/StaleNote.tsx';
import { UnwatchedNote } from '../../entity/UnwatchedNote.tsx';
import { goTo } from '../../store/route-store.ts';
import { PeopleTable } from './PeopleTable.tsx';
import { usePeopleFilter } from '../../store/people-filter.ts';
import { useRowKeys } from '../../store/use-row-keys.ts';
import { usePeople } from '../../store/use-people.ts';
import { useWhatIsRead } from '../../store/what-is-read.ts';

/** Everybody who is signed in, or everybody there is. */
export function PeopleList(): ReactNode {
  const { text, connection, which, only, sort } = usePeopleFilter();
  const people = usePeople({
    which,
    sort,
    ...(text.trim() === '' ? {} : { text: text.trim() }),
    ...(connection === null ? {} : { connections: [connection] }),
    ...(only === '' || (which === 'all' && only === 'several-countries') ? {} : { only }),
  });
  const { first, rows } = people;
  const read = useWhatIsRead();
  const region = useRef<HTMLDivElement>(null);
  useRowKeys(region);
  const narrowed = text.trim() !== '' || connection !== null || only !== '';
  const total = first.is === 'ready' ? first.value.total : null;
  return (
    <Box sx={{ flex: 1, minHeight: 0, display: 'flex', flexDirection: 'column' }}>
      <Heading
        title="People"
        actions={
          <Button
            onClick={() => {
              goTo('people', 'identities');
            }}
          >
            Who is who…
          </Button>
        }
      >
        <SearchField
          label="Name or e-mail address"
          value={text}
          onChange={(next) => {
            usePeopleFilter.setState({ text: next });
          }}
        />
        <EnvironmentChoice
          value={connection}
          onChange={(next) => {
            usePeopleFilter.setState({ connection: next });
          }}
        />
        <StoreChoice
          store={usePeopleFilter}
          field="which"
          label="Signed in or everybody"
          options={[
            ['live', 'Signed in now'],
            ['all', 'Everybody'],
          ]}
        />
        <StoreChoice
          store={usePeopleFilter}
          field="only"
          label="Only"
          options={[
            ['', 'Anybody'],
            ['several-environments', 'In several environments'],
            ['several-countries', 'Live from several countries'],
            ['privileged', 'Privileged'],
          ]}
        />
        {which === 'all' ? null : (
          <StoreChoice
            store={usePeopleFilter}
            field="sort"
            label="Order"
            options={[
              ['live', 'Most sessions first'],
              ['risk', 'Highest risk first'],
              ['countries', 'Most countries first'],
              ['lastSeenAt', 'Last seen first'],
              ['name', 'By name'],
            ]}
          />
        )}
        {total === null || read !== 'something' ? null : (
          <Typography component="span" sx={{ color: 'text.secondary' }} data-testid="people-count">
            {counted(total, 'person', 'people')}
          </Typography>
        )}
        <StaleNote among={connection === null ? [] : [connection]} />
        <UnwatchedNote among={connection === null ? [] : [connection]} />
      </Heading>
      {first.is === 'failed' || people.problem !== null ? (
        <ProblemBox
          flat
          problem={first.is === 'failed' ? first.problem : (people.problem ?? { code: '', message: '' })}
          onAgain={first.again}
        />
      ) : null}
      <Box
        ref={region}
        tabIndex={0}
        role="region"
        aria-label="People"
        sx={{ flex: 1, minHeight: 0, overflow: 'auto', bgcolor: 'background.paper' }}
      >
        {first.is === 'loading' ? <Waiting what="people" lines={12} /> : null}
        {first.is === 'ready' && rows.length === 0 ? (
          <IfRead
            among={connection === null ? [] : [connection]}
            would="People appear as soon as an agent has told of their sessions."
          >
            <EmptyState
              title={narrowed ? 'Nobody fits' : which === 'all' ? 'Nobody is known' : 'Nobody is signed in'}
            >
              {narrowed
                ? 'Change or empty the fields above.'
                : which === 'all'
                  ? 'People appear with their first sign-in.'
                  : 'Choose “Everybody” for those who were here before.'}
            </EmptyState>
          </IfRead>
        ) : null}
        {rows.length === 0 ? null : <PeopleTable rows={rows} />}
        {people.more === null ? null : (
          <Box sx={{ p: 3 }}>
            <Button onClick={people.more}>More people</Button>
          </Box>
        )}
      </Box>
    </Box>
  );
}

import Box from '@mui/material/Box';
import { useEffect, useRef, type ReactNode } from 'react';
import { assertNever } from '#shared/domain/assert-never.ts';
import { Heading } from '../../components/Heading.tsx';
import { PageLinks } from '../../components/PageLinks.tsx';
import { SearchField } from '../../components/SearchField.tsx';
import { IfRead } from '../../parts/NothingRead.tsx';
import { EnvironmentChoice } from '../../parts/EnvironmentChoice.tsx';
import { exactTime, type Zone } from '../../format/time.ts';
import { SavedViews } from '../../parts/SavedViews.tsx';
import { addressOf, askedBy, useInvestigate } from '../../store/investigate-store.ts';
import { useRowKeys } from '../../store/use-row-keys.ts';
import { hrefOf, useRoute } from '../../store/route-store.ts';
import { openView } from '../../store/saved-views.ts';
import { useSettings } from '../../store/settings-store.ts';
import { AllNotes } from './AllNotes.tsx';
import { AtInstant } from './AtInstant.tsx';
import { Difference } from './Difference.tsx';
import { EntityPage } from './EntityPage.tsx';
import { SharedAddresses } from './SharedAddresses.tsx';

const QUESTIONS = [
  ['at', 'At an instant'],
  ['difference', 'Between two instants'],
  ['shared', 'Shared addresses'],
  ['notes', 'Bookmarks and notes'],
] as const;
type Question = (typeof QUESTIONS)[number][0];
const isQuestion = (name: string | undefined): name is Question =>
  QUESTIONS.some(([known]) => known === name);

function Answer({ question }: { readonly question: Question }): ReactNode {
  switch (question) {
    case 'at':
      return <AtInstant />;
    case 'difference':
      return <Difference />;
    case 'shared':
      return <SharedAddresses />;
    case 'notes':
      return <AllNotes />;
    default:
      return assertNever(question);
  }
}

/** What a view of a question is called until the person writes something else. */
function nameOf(
  question: Question,
  { at, from, to, search }: ReturnType<typeof useInvestigate.getState>,
  zone: Zone,
): string {
  const what =
    question === 'at'
      ? `Signed in at ${exactTime(at, zone)}`
      : question === 'difference'
        ? `Between ${exactTime(from, zone)} and ${exactTime(to, zone)}`
        : 'Shared addresses';
  return search === '' ? what : `${what}, ${search}`;
}

/** Questions to the past (`#/investigate/at/<ms>`), or everything about one address, network or kind of device. */
export function InvestigateView(): ReactNode {
  const rest = useRoute((route) => route.rest);
  const [kind, value] = rest;
  const asked = useInvestigate();
  const { search, connection } = asked;
  const zone = useSettings((state) => state.settings.timeZone);
  const region = useRef<HTMLDivElement>(null);
  useRowKeys(region);
  useEffect(() => {
    useInvestigate.setState(askedBy(rest));
  }, [rest]);
  if ((kind === 'address' || kind === 'network' || kind === 'device') && value !== undefined) {
    return <EntityPage key={`${kind} ${value}`} kind={kind} value={value} />;
  }
  const question = isQuestion(kind) ? kind : 'at';
  return (
    <Box sx={{ flex: 1, minHeight: 0, display: 'flex', flexDirection: 'column' }}>
      <Heading title="Investigate">
        <PageLinks
          label="Questions"
          current={question}
          pages={QUESTIONS}
          hrefOf={(name) => hrefOf('investigate', name)}
        />
        <SearchField
          label="Among: user:anna country:BR ip:10.0.0.0/8 …"
          value={search}
          onChange={(next) => {
            useInvestigate.setState({ search: next });
          }}
        />
        <EnvironmentChoice
          value={connection}
          onChange={(next) => {
            useInvestigate.setState({ connection: next });
          }}
        />
        {question === 'notes' ? null : (
          <SavedViews
            current={{ table: 'page', search: addressOf(question, asked) }}
            name={nameOf(question, asked, zone)}
            onOpen={openView}
          />
        )}
      </Heading>
      <Box
        ref={region}
        tabIndex={0}
        role="region"
        aria-label={QUESTIONS.find(([name]) => name === question)?.[1] ?? ''}
        data-testid="answer"
        sx={{ flex: 1, minHeight: 0, overflow: 'auto', bgcolor: 'background.paper' }}
      >
        {question === 'notes' ? (
          <Answer question={question} />
        ) : (
          <IfRead
            among={connection === null ? [] : [connection]}
            would="Questions about the past are answered from what agents have told."
          >
            <Answer question={question} />
          </IfRead>
        )}
      </Box>
    </Box>
  );
}

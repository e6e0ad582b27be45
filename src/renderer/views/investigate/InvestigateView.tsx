import Box from '@mui/material/Box';
import { useEffect, useRef, type ReactNode } from 'react';
import { assertNever } from '#shared/domain/assert-never.ts';
import { Heading } from '../../components/Heading.tsx';
import { PageLinks } from '../../components/PageLinks.tsx';
import { SearchField } from '../../components/SearchField.tsx';
import { IfRead } from '../../parts/NothingRead.tsx';
import { EnvironmentChoice } from '../../parts/EnvironmentChoice.tsx';
import { useInvestigate } from '../../store/investigate-store.ts';
import { useRowKeys } from '../../store/use-row-keys.ts';
import { hrefOf, useRoute } from '../../store/route-store.ts';
import { AllNotes } from './AllNotes.tsx';
import { AtInstant } from './AtInstant.tsx';
import { Difference } from './Difference.tsx';
import { EntityPage } from './EntityPage.tsx';
import { SharedAddresses } from './SharedAddresses.tsx';

const QUESTIONS = [
  ['at', 'At an instant'],
  ['difference', 'Between two instants'],
  ['shared', 'Shared addresses'],
  ['notes', 'Notes'],
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

/** Questions to the past (`#/investigate/at/<ms>`), or everything about one address, network or kind of device. */
export function InvestigateView(): ReactNode {
  const [kind, value] = useRoute((route) => route.rest);
  const { search, connection } = useInvestigate();
  const region = useRef<HTMLDivElement>(null);
  useRowKeys(region);
  useEffect(() => {
    const at = kind === 'at' && value !== undefined ? Number(value) : Number.NaN;
    if (Number.isSafeInteger(at) && at >= 0) useInvestigate.setState({ at });
  }, [kind, value]);
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

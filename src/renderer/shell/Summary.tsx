import type { ReactNode } from 'react';
import type { EntityView, PersonView } from '#shared/ipc/people-views.ts';
import { SummaryCard, type SummaryLine } from '../components/SummaryCard.tsx';
import { PersonMarks } from '../entity/PersonMarks.tsx';
import {
  entityFacts,
  personFacts,
  SUMMARY_DAYS,
  SUMMARY_LINES,
  type SummaryFact,
} from '../format/summary-words.ts';
import { zoneName } from '../format/time.ts';
import { counted } from '../format/words.ts';
import { useMasked, useMaskedText } from '../parts/Address.tsx';
import { useEnvironmentName } from '../parts/EnvironmentTag.tsx';
import { useStaleWords } from '../parts/StaleNote.tsx';
import { TimeAgo } from '../parts/TimeText.tsx';
import { useApp } from '../store/app-store.ts';
import { useSettings } from '../store/settings-store.ts';
import { useEngineQuery, type Query } from '../store/use-engine-query.ts';
import { EnvironmentCard } from './EnvironmentCard.tsx';
import type { LinkedThing } from './linked-thing.ts';

type Person = Extract<LinkedThing, { kind: 'person' }>;
type Entity = Extract<LinkedThing, { kind: keyof typeof NAMES }>;
/** A thing as somebody points at it. */
interface Shown<Thing> {
  readonly thing: Thing;
  readonly text: string;
  readonly detail: string | null;
}
const NAMES = { address: 'Address', network: 'Network', device: 'Kind of device' } as const;

const lineOf = (fact: SummaryFact): SummaryLine => ({
  name: fact.name,
  value:
    'at' in fact ? (
      <TimeAgo at={fact.at} missing={`Not in the last ${String(SUMMARY_DAYS)} days`} />
    ) : (
      fact.text
    ),
});

/** What is said where there are no lines, or beside them. */
function useNote(answer: Query<PersonView | EntityView | null>, stale: string): string | undefined {
  const away = useApp((state) => state.engine.is !== 'running');
  if (answer.is === 'failed') return answer.problem.message;
  if (answer.is === 'loading') return away ? 'It is asked for when the engine runs again.' : undefined;
  if (answer.value === null) return 'Nothing of it is in the mirror, or not any more.';
  return stale === '' ? undefined : `Not live: ${stale}`;
}

function PersonSummary({ thing, detail }: Shown<Person>): ReactNode {
  const zone = useSettings((state) => state.settings.timeZone);
  const nameOf = useEnvironmentName();
  const { connection, id, name } = thing;
  const answer = useEngineQuery('people.get', {
    at: { connection, id },
    days: SUMMARY_DAYS,
    zone: zoneName(zone),
  });
  const person = answer.is === 'ready' ? answer.value : null;
  const accounts = person?.accounts ?? [];
  const note = useNote(
    answer,
    useStaleWords(person === null ? [connection] : accounts.map((one) => one.connection), 'everything'),
  );
  return (
    <SummaryCard
      kind={accounts.length > 1 ? `Person with ${counted(accounts.length, 'account')}` : 'Person'}
      title={person?.name ?? name}
      detail={detail}
      marks={
        <PersonMarks
          person={{
            own: accounts.some(({ own }) => own),
            privileged: accounts.some(({ privileged }) => privileged),
            service: accounts.some(({ service }) => service),
          }}
        />
      }
      lines={
        person === null
          ? answer.is === 'loading'
            ? SUMMARY_LINES.person
            : []
          : personFacts(person, nameOf).map(lineOf)
      }
      note={note}
    />
  );
}

function EntitySummary({ thing, text, detail }: Shown<Entity>): ReactNode {
  const zone = useSettings((state) => state.settings.timeZone);
  const nameOf = useEnvironmentName();
  const masked = useMaskedText();
  const { kind, value } = thing;
  const answer = useEngineQuery('entity.get', { kind, value, days: SUMMARY_DAYS, zone: zoneName(zone) });
  const entity = answer.is === 'ready' ? answer.value : null;
  const note = useNote(answer, useStaleWords([], 'everything'));
  return (
    <SummaryCard
      kind={NAMES[kind]}
      title={masked(entity?.title ?? text)}
      detail={detail}
      lines={
        entity === null
          ? answer.is === 'loading'
            ? SUMMARY_LINES[kind]
            : []
          : entityFacts(entity, nameOf).map(lineOf)
      }
      note={note}
    />
  );
}

/** What is known of what a link leads to; asked when it is shown, and withdrawn with it. */
export function Summary({ thing, ...at }: Shown<LinkedThing>): ReactNode {
  const masked = useMasked(thing.kind === 'address' ? thing.value : null);
  const shown = useMaskedText();
  if (thing.kind === 'environment') return <EnvironmentCard connection={thing.connection} text={at.text} />;
  if (thing.kind === 'person') return <PersonSummary thing={thing} {...at} />;
  if (!masked) return <EntitySummary thing={thing} {...at} />;
  // Who it touched would be the address by another name: nothing is asked.
  return (
    <SummaryCard
      kind={NAMES[thing.kind]}
      title={shown(at.text)}
      detail={at.detail}
      lines={[]}
      note="Masked by the privacy setting; open the session to show it"
    />
  );
}

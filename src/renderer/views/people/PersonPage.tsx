import Box from '@mui/material/Box';
import { useState, type ReactNode } from 'react';
import type { AccountAt, PersonView } from '#shared/ipc/people-views.ts';
import { DayBars } from '../../components/DayBars.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { HourMap } from '../../components/HourMap.tsx';
import { Part } from '../../components/Part.tsx';
import { DetectionsOf } from '../../entity/DetectionsOf.tsx';
import { EventList } from '../../entity/EventList.tsx';
import { LiveSessions } from '../../entity/LiveSessions.tsx';
import { Notes } from '../../entity/Notes.tsx';
import { PlacesMap } from '../../entity/PlacesMap.tsx';
import { SeenAddresses, SeenDevices, SeenNetworks } from '../../entity/SeenKinds.tsx';
import { SeenTable } from '../../entity/SeenTable.tsx';
import { usePeriod } from '../../entity/period.ts';
import { PeriodPage } from '../../entity/PeriodPage.tsx';
import { spotsOf } from '../../entity/spots.ts';
import { zoneName } from '../../format/time.ts';
import { countryName } from '../../format/words.ts';
import { Asked } from '../../parts/Asked.tsx';
import { useApp } from '../../store/app-store.ts';
import { accountAt } from '../../store/identity-actions.ts';
import { chosenKey } from '../../store/selection-store.ts';
import { useSettings } from '../../store/settings-store.ts';
import { useEngineQuery } from '../../store/use-engine-query.ts';
import { Lanes } from './Lanes.tsx';
import { PersonAccounts } from './PersonAccounts.tsx';
import { PersonRisk } from './PersonRisk.tsx';
import { PersonHead } from './PersonHead.tsx';

const EVERY_MS = 3_000;

function Body({ person, again }: { readonly person: PersonView; readonly again: () => void }): ReactNode {
  const [kept, setKept] = useState<ReadonlySet<string>>(new Set());
  const zone = useSettings((state) => state.settings.timeZone);
  const zoneText = zoneName(zone);
  return (
    <>
      <PersonHead person={person} kept={kept} />
      <Box
        sx={{
          display: 'grid',
          gridTemplateColumns: 'minmax(0, 2fr) minmax(21rem, 1fr)',
          '@media (max-width: 1100px)': { gridTemplateColumns: 'minmax(0, 1fr)' },
        }}
      >
        <Box sx={{ minWidth: 0 }}>
          <Part title={`Signed in now: ${String(person.live.length)}`}>
            <LiveSessions
              rows={person.live}
              kept={kept}
              onKeep={(row) => {
                const next = new Set(kept);
                if (!next.delete(chosenKey(row))) next.add(chosenKey(row));
                setKept(next);
              }}
            />
          </Part>
          <Part title="Detections">
            <DetectionsOf
              filter={{
                accounts: person.accounts.map(accountAt),
                since: person.since,
                include: ['retrospective'],
              }}
            />
          </Part>
          <Part title="Sessions of this period">
            <Lanes
              lanes={person.lanes}
              accounts={person.accounts}
              events={person.events}
              since={person.since}
              until={person.until}
            />
          </Part>
          <Part title="Events">
            <EventList events={person.events} />
          </Part>
        </Box>
        <Box
          sx={{
            minWidth: 0,
            borderLeft: 1,
            borderColor: 'divider',
            '@media (max-width: 1100px)': { borderLeft: 0 },
          }}
        >
          <Part title="Accounts">
            <PersonAccounts accounts={person.accounts} changed={again} />
          </Part>
          <Part title="Places">
            <PlacesMap spots={spotsOf(person.places)} />
            <SeenTable
              head="Place"
              rows={person.places}
              id={({ country, city }) => `${country} ${city ?? ''}`}
              show={({ country, city }) => (city === null ? countryName(country) : `${city}, ${country}`)}
            />
          </Part>
          <Part title={`When they sign in (${zoneText})`}>
            <HourMap hours={person.hours} caption={`Successful sign-ins by weekday and hour, ${zoneText}`} />
          </Part>
          <Part title="Risk of sign-ins">
            <PersonRisk accounts={person.accounts} since={person.since} until={person.until} />
          </Part>
          <Part title="Sign-ins by day">
            <DayBars days={person.days} zone={zone} />
          </Part>
          <Part title="Devices">
            <SeenDevices rows={person.devices} />
          </Part>
          <Part title="Networks">
            <SeenNetworks rows={person.networks} />
          </Part>
          <Part title="Addresses">
            <SeenAddresses rows={person.addresses} />
          </Part>
          <Part title="Bookmark and notes">
            <Notes subject={`person/${person.at.connection}/${person.at.id}`} />
          </Part>
        </Box>
      </Box>
    </>
  );
}

/** Everything about one person: who they are, where they are, what they did, and the way to sign them out. */
export function PersonPage({ at }: { readonly at: AccountAt }): ReactNode {
  const revision = useApp((state) => state.revision);
  const zone = useSettings((state) => state.settings.timeZone);
  const days = usePeriod((state) => state.days);
  const answer = useEngineQuery(
    'people.get',
    { at, days, zone: zoneName(zone) },
    { revision, everyMs: EVERY_MS },
  );
  const person = answer.is === 'ready' ? answer.value : null;
  return (
    <PeriodPage label={person === null ? 'Person' : person.name} testId="person">
      <Asked answer={answer} what="the person" lines={14} />
      {answer.is === 'ready' && person === null ? (
        <EmptyState title="Nobody by this name is in the mirror">
          The account may have been erased, or its environment was removed.
        </EmptyState>
      ) : null}
      {person === null ? null : <Body person={person} again={answer.again} />}
    </PeriodPage>
  );
}

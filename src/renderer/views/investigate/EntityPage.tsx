import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';
import type { EntityKind, EntityView } from '#shared/ipc/people-views.ts';
import { DayBars } from '../../components/DayBars.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { Figure } from '../../components/Figure.tsx';
import { Mark } from '../../components/Marks.tsx';
import { Part } from '../../components/Part.tsx';
import { DetectionsOf } from '../../entity/DetectionsOf.tsx';
import { EventList } from '../../entity/EventList.tsx';
import { LiveSessions } from '../../entity/LiveSessions.tsx';
import { Notes } from '../../entity/Notes.tsx';
import { usePeriod } from '../../entity/period.ts';
import { PeriodPage } from '../../entity/PeriodPage.tsx';
import { SeenAddresses, SeenDevices, SeenNetworks } from '../../entity/SeenKinds.tsx';
import { SeenTable } from '../../entity/SeenTable.tsx';
import { zoneName } from '../../format/time.ts';
import { count, counted, networkDetail, placeDoubts, placeText } from '../../format/words.ts';
import { Asked } from '../../parts/Asked.tsx';
import { Address, useMaskedText } from '../../parts/Address.tsx';
import { EnvironmentTag } from '../../parts/EnvironmentTag.tsx';
import { PersonLink } from '../../parts/Links.tsx';
import { StaleNote } from '../../parts/StaleNote.tsx';
import { TimeAgo } from '../../parts/TimeText.tsx';
import { useApp } from '../../store/app-store.ts';
import { endSessions } from '../../store/respond-store.ts';
import { useSettings } from '../../store/settings-store.ts';
import { useEngineQuery } from '../../store/use-engine-query.ts';

const EVERY_MS = 3_000;
const NAMES: Readonly<Record<EntityKind, string>> = {
  address: 'Address',
  network: 'Network',
  device: 'Kind of device',
};

function Head({ entity }: { readonly entity: EntityView }): ReactNode {
  const { place, network } = entity;
  const about = [
    place === null ? null : placeText(place),
    network === null ? null : networkDetail(network).replaceAll('\n', ' · '),
    entity.kind === 'network' ? `${count(entity.addresses.length)} addresses seen` : null,
  ].filter((part) => part !== null);
  return (
    <Box sx={{ px: 4, py: 3, display: 'flex', gap: 6, alignItems: 'center', flexWrap: 'wrap' }}>
      <Box sx={{ minWidth: 0, flex: '1 1 18rem', display: 'grid', gap: 1 }}>
        <Typography variant="caption" sx={{ color: 'text.secondary' }}>
          {NAMES[entity.kind]}
        </Typography>
        <Typography variant="h1" sx={{ fontSize: '1.25rem', '& span': { fontSize: 'inherit' } }}>
          {entity.kind === 'address' ? <Address ip={entity.value} /> : entity.title}
        </Typography>
        <Box sx={{ color: 'text.secondary' }} title={place === null ? undefined : placeDoubts(place)}>
          {about.length === 0 ? null : `${about.join(' · ')} · `}
          first seen <TimeAgo at={entity.first} missing="Not in this period" />, last seen{' '}
          <TimeAgo at={entity.last} missing="Not in this period" />
        </Box>
        <StaleNote of="everything" among={[]} />
      </Box>
      <Box sx={{ display: 'flex', gap: 5 }}>
        <Figure name="accounts">{count(entity.accounts.length)}</Figure>
        <Figure name="live sessions">{count(entity.live.length)}</Figure>
        <Figure name="sessions">{count(entity.sessions)}</Figure>
        <Figure name="sign-ins">{count(entity.signIns)}</Figure>
        <Figure name="failed">{count(entity.failures)}</Figure>
      </Box>
      {entity.live.length === 0 ? null : (
        <Button variant="contained" color="error" onClick={() => void endSessions(entity.live)}>
          {`End ${counted(entity.live.length, 'live session')}…`}
        </Button>
      )}
    </Box>
  );
}

function Accounts({ entity }: { readonly entity: EntityView }): ReactNode {
  return (
    <SeenTable
      head="Account"
      few={20}
      rows={entity.accounts}
      id={({ connection, id }) => `${connection} ${id}`}
      show={(account) => (
        <Box component="span" sx={{ display: 'inline-flex', gap: 2, alignItems: 'center' }}>
          <Box component="span" sx={{ fontWeight: 500 }}>
            <PersonLink at={account} name={account.name} />
          </Box>
          <EnvironmentTag connection={account.connection} />
          {account.privileged ? <Mark mark="privileged" /> : null}
        </Box>
      )}
    />
  );
}

function Body({ entity }: { readonly entity: EntityView }): ReactNode {
  const zone = useSettings((state) => state.settings.timeZone);
  return (
    <>
      <Head entity={entity} />
      <Box
        sx={{
          display: 'grid',
          gridTemplateColumns: 'minmax(0, 2fr) minmax(21rem, 1fr)',
          '@media (max-width: 1100px)': { gridTemplateColumns: 'minmax(0, 1fr)' },
        }}
      >
        <Box sx={{ minWidth: 0 }}>
          <Part title="Accounts it touched">
            <Accounts entity={entity} />
          </Part>
          {entity.kind === 'address' ? (
            <Part title="Detections">
              <DetectionsOf filter={{ ip: entity.value, since: entity.since, include: ['retrospective'] }} />
            </Part>
          ) : null}
          <Part title={`Signed in now: ${count(entity.live.length)}`}>
            <LiveSessions person rows={entity.live} />
          </Part>
          {entity.kind === 'device' ? null : (
            <Part title="Events">
              <EventList person events={entity.events} />
            </Part>
          )}
        </Box>
        <Box sx={{ minWidth: 0, borderLeft: 1, borderColor: 'divider' }}>
          {entity.kind === 'device' ? null : (
            <Part title="Sign-ins by day">
              <DayBars days={entity.days} zone={zone} />
            </Part>
          )}
          {entity.unknownNames.length === 0 ? null : (
            <Part title="Names tried that are no account">
              <Box sx={{ overflowWrap: 'anywhere' }}>
                {entity.unknownNames.map(({ name, failures }) => `${name} (${count(failures)})`).join(', ')}
              </Box>
            </Part>
          )}
          {entity.kind === 'address' ? null : (
            <Part title="Addresses">
              <SeenAddresses rows={entity.addresses} />
            </Part>
          )}
          {entity.kind === 'device' ? null : (
            <Part title="Devices">
              <SeenDevices rows={entity.devices} />
            </Part>
          )}
          {entity.kind === 'network' ? null : (
            <Part title="Networks">
              <SeenNetworks rows={entity.networks} />
            </Part>
          )}
          <Part title="Bookmark and notes">
            <Notes subject={`${entity.kind}/${entity.value}`} />
          </Part>
        </Box>
      </Box>
      {entity.capped ? (
        <Box sx={{ px: 4, py: 2, color: 'severity.medium' }}>
          More happened than this page reads: the figures are of the newest part. Choose a shorter period.
        </Box>
      ) : null}
    </>
  );
}

/** Who else: everything that one address, network or kind of device touched. */
export function EntityPage(props: { readonly kind: EntityKind; readonly value: string }): ReactNode {
  const masked = useMaskedText();
  const revision = useApp((state) => state.revision);
  const zone = useSettings((state) => state.settings.timeZone);
  const days = usePeriod((state) => state.days);
  const answer = useEngineQuery(
    'entity.get',
    { kind: props.kind, value: props.value, days, zone: zoneName(zone) },
    { revision, everyMs: EVERY_MS },
  );
  const entity = answer.is === 'ready' ? answer.value : null;
  const name = masked(`${NAMES[props.kind]} ${props.value}`);
  return (
    <PeriodPage label={name} testId="entity">
      <Asked answer={answer} what="what it touched" lines={14} />
      {answer.is === 'ready' && entity === null ? (
        <EmptyState title={`${name} is not in the mirror`}>
          Nobody was seen with it, or what was seen is older than the mirror keeps.
        </EmptyState>
      ) : null}
      {entity === null ? null : <Body entity={entity} />}
    </PeriodPage>
  );
}

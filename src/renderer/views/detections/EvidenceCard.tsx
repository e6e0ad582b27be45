import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { Fragment, type ReactNode } from 'react';
import { isAddress } from '#shared/domain/mask-address.ts';
import { kmText, speedText } from '#shared/domain/said.ts';
import type { DetectionDetail } from '#shared/ipc/detections-views.ts';
import { SeverityMark } from '../../components/SeverityMark.tsx';
import { cardAnswers } from '../../format/card-answers.ts';
import { aboutText, STATE_WORDS, techniqueName, VERDICT_WORDS } from '../../format/detection-words.ts';
import { duration } from '../../format/time.ts';
import { LineMap } from '../../map/LineMap.tsx';
import { useMaskedText } from '../../parts/Address.tsx';
import { EnvironmentTag } from '../../parts/EnvironmentTag.tsx';
import { AddressLink, PersonLink } from '../../parts/Links.tsx';
import { TimeAgo, TimeOfDay } from '../../parts/TimeText.tsx';
import { SIZE } from '../../theme/size.ts';
import { CardActions } from './CardActions.tsx';
import { CardSection } from './CardSection.tsx';
import { Compared } from './Compared.tsx';
import { Considered } from './Considered.tsx';
import { EventList } from './EventList.tsx';
import { Facts } from './Facts.tsx';
import { History } from './History.tsx';
import { Origins } from './Origins.tsx';
import { Risk } from './Risk.tsx';
import { Story } from './Story.tsx';
import { Trail } from './Trail.tsx';

/** People who are named in a line. */
const MOST_NAMED = 5;

function Techniques({ ids }: { readonly ids: readonly string[] }): ReactNode {
  return ids.map((id) => (
    <Box
      component="span"
      key={id}
      title={`MITRE ATT&CK ${id}${techniqueName(id) === null ? '' : `: ${techniqueName(id) ?? ''}`}`}
      sx={{
        typography: 'caption',
        border: 1,
        borderColor: 'divider',
        borderRadius: 0.75,
        px: 1,
        whiteSpace: 'nowrap',
      }}
    >
      {id}
      {techniqueName(id) === null ? null : (
        <Box component="span" sx={{ color: 'text.secondary' }}>{` ${techniqueName(id) ?? ''}`}</Box>
      )}
    </Box>
  ));
}

/** Whom or what it is about, with the way to everything that is known of them. */
function About({ row }: { readonly row: DetectionDetail['row'] }): ReactNode {
  const masked = useMaskedText();
  const [person, ...others] = row.people;
  if (person === undefined) {
    return isAddress(row.entity.name) ? (
      <AddressLink ip={row.entity.name} />
    ) : (
      <span>{masked(aboutText(row))}</span>
    );
  }
  return (
    <span>
      {[person, ...others].slice(0, MOST_NAMED).map(({ id, name }, index) => (
        <Fragment key={id}>
          {index === 0 ? null : ', '}
          <PersonLink at={{ connection: row.connection, id }} name={masked(name)} />
        </Fragment>
      ))}
      {others.length < MOST_NAMED ? null : ` and ${String(others.length + 1 - MOST_NAMED)} more`}
    </span>
  );
}

/** When, where, about whom, in whose hands. */
function Headline({ detail }: { readonly detail: DetectionDetail }): ReactNode {
  const { row } = detail;
  const lasting = row.lastAt - row.raisedAt;
  return (
    <Box
      sx={{
        display: 'flex',
        flexWrap: 'wrap',
        alignItems: 'center',
        columnGap: 3,
        rowGap: 1,
        color: 'text.secondary',
      }}
    >
      <EnvironmentTag connection={row.connection} tier="shown" />
      {row.entity.kind === 'environment' ? null : <About row={row} />}
      <span>
        <TimeOfDay at={row.raisedAt} /> (<TimeAgo at={row.raisedAt} />)
        {lasting > 0 ? `, for ${duration(lasting)}` : ''}
      </span>
      <span data-testid="triage-state">
        {row.verdict === null
          ? STATE_WORDS[row.state]
          : `${STATE_WORDS[row.state]}: ${VERDICT_WORDS[row.verdict].toLowerCase()}`}
        {row.assignee === null ? ', unassigned' : `, ${row.assignee}`}
      </span>
      <Techniques ids={detail.techniques} />
    </Box>
  );
}

/** Why it is not in the queue, when it is not. */
function Standing({ detail }: { readonly detail: DetectionDetail }): ReactNode {
  const { row } = detail;
  const words =
    row.withdrawnAt !== null
      ? 'Taken back: events that arrived later show that this did not happen.'
      : row.suppressed !== null
        ? 'Suppressed: a suppression silences it.'
        : row.retrospective
          ? 'Found in history that was read after the fact; it notified nobody.'
          : null;
  if (words === null) return null;
  return (
    <Box
      role="note"
      sx={{ px: 3, py: 1.5, borderLeft: 2, borderColor: 'text.disabled', bgcolor: 'surface.raised' }}
    >
      {words}
    </Box>
  );
}

/**
 * Everything needed to decide: what happened, why it is unusual for this person, why it is not a VPN or a phone, and
 * what to do.
 */
export function EvidenceCard({ detail }: { readonly detail: DetectionDetail }): ReactNode {
  const { row, line, history } = detail;
  const masked = useMaskedText();
  const who = masked(aboutText(row));
  const { happened, unusual, harmless } = cardAnswers(detail);
  // Of an attack on many accounts there is no line and no person’s history: the lists stand there.
  const bare = line === null && history === null && detail.risk === null;
  return (
    <Box
      component="article"
      aria-label={`${row.title}: ${who}`}
      data-testid="card"
      sx={{ p: 5, display: 'grid', gap: 4 }}
    >
      <Box sx={{ display: 'grid', gap: 2 }}>
        <Box sx={{ display: 'flex', alignItems: 'center', gap: 2.5 }}>
          <SeverityMark severity={row.severity} />
          <Typography variant="h1" component="h2">
            {`${row.title}: ${who}`}
          </Typography>
        </Box>
        <Box sx={{ maxWidth: SIZE.prose * 1.25, fontSize: '1.08em', lineHeight: 1.5 }}>
          <Box component="strong" data-testid="what-happened" sx={{ fontWeight: 600 }}>
            {`${masked(happened)} `}
          </Box>
          <Box component="span" data-testid="why" sx={{ color: 'text.secondary' }}>
            {masked(unusual === null ? harmless : `${unusual} ${harmless}`)}
          </Box>
        </Box>
        <Headline detail={detail} />
        <Standing detail={detail} />
        <Box sx={{ borderLeft: 2, borderColor: 'primary.main', pl: 3, maxWidth: SIZE.prose * 1.25 }}>
          <Typography variant="label" component="h3" sx={{ color: 'text.secondary', fontWeight: 600 }}>
            Suggested next step
          </Typography>
          <Box data-testid="next-step">{masked(detail.nextStep)}</Box>
        </Box>
        <CardActions detail={detail} />
      </Box>
      <Box
        sx={{
          display: 'grid',
          gap: 5,
          gridTemplateColumns: 'minmax(0, 1fr)',
          '@container card (min-width: 46rem)': { gridTemplateColumns: 'minmax(0, 1.45fr) minmax(0, 1fr)' },
        }}
      >
        <Box sx={{ display: 'grid', gap: 5, alignContent: 'start', minWidth: 0 }}>
          <Story detail={detail} />
          <Compared detail={detail} />
          {bare ? null : <Facts detail={detail} />}
          {row.detection === 'clock_skew' ? null : <Origins detail={detail} />}
          <Considered detail={detail} />
        </Box>
        <Box sx={{ display: 'grid', gap: 5, alignContent: 'start', minWidth: 0 }}>
          {line === null ? null : (
            <CardSection title="Where" aside={`${kmText(line.km)}, ${speedText(line.kmh)}`}>
              <Box
                sx={{
                  height: SIZE.cardMap,
                  border: 1,
                  borderColor: 'divider',
                  borderRadius: 1,
                  overflow: 'hidden',
                }}
              >
                <LineMap
                  from={line.from}
                  to={line.to}
                  label={`Map: ${line.from.label} to ${line.to.label}, ${kmText(line.km)}`}
                />
              </Box>
            </CardSection>
          )}
          {bare ? <Facts detail={detail} /> : null}
          <History detail={detail} who={who} />
          <Risk risk={detail.risk} />
        </Box>
      </Box>
      <EventList detail={detail} />
      <Box
        sx={{
          display: 'grid',
          gap: 5,
          '@container card (min-width: 46rem)': { gridTemplateColumns: 'minmax(0, 1.45fr) minmax(0, 1fr)' },
        }}
      >
        <Trail detail={detail} />
        <CardSection title="What this detection looks for">
          <Box sx={{ color: 'text.secondary' }}>{detail.logic}</Box>
        </CardSection>
      </Box>
    </Box>
  );
}

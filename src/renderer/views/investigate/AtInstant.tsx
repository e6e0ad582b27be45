import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';
import { DAY, HOUR } from '#shared/domain/lengths.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { ProblemBox } from '../../components/ProblemBox.tsx';
import { CoverageNote } from '../../entity/CoverageNote.tsx';
import { Notes } from '../../entity/Notes.tsx';
import { Part } from '../../components/Part.tsx';
import { exactTime, zoneName } from '../../format/time.ts';
import { countedText } from '../../format/words.ts';
import { Asked } from '../../parts/Asked.tsx';
import { usePastRead } from '../../store/past-read.ts';
import { useInvestigate } from '../../store/investigate-store.ts';
import { useEngineQuery } from '../../store/use-engine-query.ts';
import { useFurtherPages } from '../../store/use-pages.ts';
import { useSettings } from '../../store/settings-store.ts';
import { InstantField } from './InstantField.tsx';
import { SessionsThen } from './SessionsThen.tsx';

const PAGE = 200;
const EVERY_MS = 2_000;
const STEPS: readonly (readonly [string, number])[] = [
  ['−1 day', -DAY],
  ['−1 hour', -HOUR],
  ['−5 min', -300_000],
  ['+5 min', 300_000],
  ['+1 hour', HOUR],
  ['+1 day', DAY],
];

/** Who was signed in at an instant, and how it looked then. */
export function AtInstant(): ReactNode {
  const { at, search, connection } = useInvestigate();
  const zone = useSettings((state) => state.settings.timeZone);
  const request = {
    at,
    search,
    zone,
    limit: PAGE,
    ...(connection === null ? {} : { connections: [connection] }),
  };
  // The rows come first; how many there are is counted beside them.
  const past = { revision: usePastRead(), everyMs: EVERY_MS };
  const answer = useEngineQuery('query.at', { ...request, counted: false }, past);
  const counting = useEngineQuery('query.at', { ...request, limit: 1 }, past);
  const total = counting.is === 'ready' ? counting.value.total : null;
  const page = answer.is === 'ready' ? answer.value : null;
  const further = useFurtherPages('query.at', { ...request, counted: false }, page?.next ?? null);
  const rows = [...(page?.rows ?? []), ...further.rows];
  const move = (to: number) => {
    useInvestigate.setState({ at: Math.max(0, to) });
  };
  return (
    <>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 2, alignItems: 'center', px: 4, py: 2 }}>
        <InstantField label="Instant" value={at} onChange={move} />
        {STEPS.map(([name, by]) => (
          <Button
            key={name}
            onClick={() => {
              move(at + by);
            }}
          >
            {name}
          </Button>
        ))}
      </Box>
      {page === null ? null : (
        <Box sx={{ px: 4, pb: 2 }}>
          <Typography data-testid="at-count" sx={{ fontWeight: 600 }}>
            {`${total === null ? 'Sessions' : countedText(total, 'session', 'sessions')} at ${exactTime(at, zone)} ${zoneName(zone)}`}
          </Typography>
          <CoverageNote coverage={page.coverage} />
        </Box>
      )}
      <Asked answer={answer} what="who was signed in" lines={12} />
      {further.problem === null ? null : <ProblemBox flat problem={further.problem} />}
      {page !== null && rows.length === 0 ? (
        <EmptyState title="Nobody was signed in">
          {search === ''
            ? 'At this instant the mirror knows of no session. Check above whether it was watched then.'
            : 'Nobody who fits the search was signed in at this instant.'}
        </EmptyState>
      ) : null}
      {rows.length === 0 ? null : <SessionsThen rows={rows} at={at} />}
      {further.more === null ? null : (
        <Box sx={{ p: 3 }}>
          <Button onClick={further.more}>More sessions</Button>
        </Box>
      )}
      <Part title="Bookmark and notes about this instant">
        <Notes subject={`instant/${String(at)}`} />
      </Part>
    </>
  );
}

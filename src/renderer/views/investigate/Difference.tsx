import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import { epochMs } from '#shared/domain/lengths.ts';
import type { SessionAt } from '#shared/ipc/query-contract.ts';
import type { SessionRow } from '#shared/ipc/views.ts';
import { Part } from '../../components/Part.tsx';
import { CoverageNote } from '../../entity/CoverageNote.tsx';
import { exactTime, zoneName } from '../../format/time.ts';
import { countedText } from '../../format/words.ts';
import { Asked } from '../../parts/Asked.tsx';
import { usePastRead } from '../../store/past-read.ts';
import { useInvestigate } from '../../store/investigate-store.ts';
import { useSettings } from '../../store/settings-store.ts';
import { useEngineQuery } from '../../store/use-engine-query.ts';
import { InstantField } from './InstantField.tsx';
import { SessionsThen } from './SessionsThen.tsx';

const MOST = 500;
const EVERY_MS = 2_000;

/** The last that was seen of a session. */
const asItIs = (session: SessionRow): SessionAt => ({
  session,
  seen: { ...session, at: session.lastSeenAt ?? epochMs(0) },
  perhaps: false,
});

/** What two instants do not have in common. */
export function Difference(): ReactNode {
  const { from, to, search, connection } = useInvestigate();
  const zone = useSettings((state) => state.settings.timeZone);
  const answer = useEngineQuery(
    'query.difference',
    {
      from: Math.min(from, to),
      to: Math.max(from, to),
      search,
      zone,
      limit: MOST,
      ...(connection === null ? {} : { connections: [connection] }),
    },
    { revision: usePastRead(), everyMs: EVERY_MS },
  );
  const value = answer.is === 'ready' ? answer.value : null;
  return (
    <>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 2, alignItems: 'center', px: 4, py: 2 }}>
        From
        <InstantField
          label="From"
          value={from}
          onChange={(next) => {
            useInvestigate.setState({ from: next });
          }}
        />
        to
        <InstantField
          label="To"
          value={to}
          onChange={(next) => {
            useInvestigate.setState({ to: next });
          }}
        />
      </Box>
      <Asked answer={answer} what="the difference" lines={12} />
      {value === null ? null : (
        <>
          <Box sx={{ px: 4, pb: 2 }}>
            <CoverageNote coverage={value.coverage} />
          </Box>
          <Part
            title={`Came: ${countedText(value.cameCount, 'session', 'sessions')} not there at ${exactTime(Math.min(from, to), zone)} ${zoneName(zone)}`}
          >
            <SessionsThen rows={value.came.map(asItIs)} at={to} when="last" />
          </Part>
          <Part
            title={`Went: ${countedText(value.wentCount, 'session', 'sessions')} no longer there at ${exactTime(Math.max(from, to), zone)} ${zoneName(zone)}`}
          >
            <SessionsThen rows={value.went.map(asItIs)} at={from} when="last" />
          </Part>
        </>
      )}
    </>
  );
}

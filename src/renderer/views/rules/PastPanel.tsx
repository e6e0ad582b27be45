import Box from '@mui/material/Box';
import { useDeferredValue, useState, type ReactNode } from 'react';
import type { ConnectionId } from '#shared/domain/ids.ts';
import { DAY } from '#shared/domain/lengths.ts';
import type { HistorySimulation } from '#shared/ipc/rules-views.ts';
import type { Rule } from '#shared/protocol/rules.ts';
import { AxisLabels } from '../../components/AxisLabels.tsx';
import { Choice } from '../../components/Choice.tsx';
import { Part } from '../../components/Part.tsx';
import { shortDate } from '../../format/time.ts';
import { count, counted } from '../../format/words.ts';
import { Asked } from '../../parts/Asked.tsx';
import { useSettings } from '../../store/settings-store.ts';
import { useEngineQuery } from '../../store/use-engine-query.ts';

const PERIODS = [
  ['7', '7 days'],
  ['30', '30 days'],
  ['90', '90 days'],
] as const;

/** What a rule would have done over past days. */
export function PastPanel(props: { readonly connection: ConnectionId; readonly rule: Rule }): ReactNode {
  const [days, setDays] = useState<(typeof PERIODS)[number][0]>('30');
  // Name, mode and brake change nothing of it: the same question is not asked again for them.
  const asked: Rule = {
    ...props.rule,
    name: 'simulated',
    mode: 'enforce',
    brake: { perMinute: 1, percent: 100 },
  };
  const rule = useDeferredValue(asked);
  const { connection } = props;
  const query = useEngineQuery('rules.simulateHistory', { connection, rule, days: Number(days) });
  return (
    <Part
      title="It would have ended"
      aside={<Choice quiet label="Period" value={days} options={PERIODS} onChange={setDays} />}
    >
      <Asked answer={query} what="the history" lines={4} />
      {query.is === 'ready' ? <Past past={query.value} /> : null}
    </Part>
  );
}

function Past({ past }: { readonly past: HistorySimulation }): ReactNode {
  const perDay = past.ended / Math.max(1, past.perDay.length);
  return (
    <Box data-testid="past">
      <Box sx={{ typography: 'h2' }}>
        {past.ended === 0
          ? 'Nobody'
          : `${counted(past.ended, 'session')} of ${counted(past.accounts, 'person', 'people')}, ${perDay < 1 ? 'less than one' : count(Math.round(perDay))} a day`}
      </Box>
      {past.own === 0 ? null : (
        <Box
          sx={{ color: 'severity.high', fontWeight: 600 }}
        >{`${counted(past.own, 'session')} of your own`}</Box>
      )}
      <Bars past={past} />
      {past.most.length === 0 ? null : (
        <Box sx={{ pt: 2, color: 'text.secondary' }}>
          {`Most: ${past.most
            .slice(0, 5)
            .map(({ name, ended }) => `${name} ${count(ended)}`)
            .join(', ')}`}
        </Box>
      )}
      <Box sx={{ pt: 1, typography: 'caption', color: 'text.secondary' }}>
        {`${counted(past.sessions, 'session')} looked at, with the roles of today and the addresses last seen.`}
      </Box>
    </Box>
  );
}

function Bars({ past }: { readonly past: HistorySimulation }): ReactNode {
  const zone = useSettings((state) => state.settings.timeZone);
  const tallest = Math.max(1, ...past.perDay);
  return (
    <Box sx={{ pt: 2 }}>
      <Box
        role="img"
        aria-label={`Ended a day: at most ${count(Math.max(0, ...past.perDay))}`}
        sx={{
          display: 'flex',
          alignItems: 'flex-end',
          gap: '1px',
          height: '3.5rem',
          borderBottom: 1,
          borderColor: 'divider',
        }}
      >
        {past.perDay.map((ended, day) => (
          <Box
            key={day}
            title={`${shortDate(past.from + day * DAY, zone)}: ${counted(ended, 'session')}`}
            sx={{
              flex: 1,
              height: '100%',
              display: 'flex',
              alignItems: 'flex-end',
              '&:hover': { bgcolor: 'surface.hover' },
            }}
          >
            <Box
              sx={{ width: '100%', bgcolor: 'primary.main', opacity: 0.7 }}
              style={{ height: `${String((ended / tallest) * 100)}%` }}
            />
          </Box>
        ))}
      </Box>
      <AxisLabels>
        <span>{shortDate(past.from, zone)}</span>
        <span>{shortDate(past.to, zone)}</span>
      </AxisLabels>
    </Box>
  );
}

import Box from '@mui/material/Box';
import { useState, type ReactNode } from 'react';
import Button from '@mui/material/Button';
import type { Lane } from '#shared/ipc/people-views.ts';
import { ONE_LINE } from '../../components/one-line.ts';
import { AxisLabels } from '../../components/AxisLabels.tsx';
import { causeText } from '../../format/actions.ts';
import { bothTimes, duration, shortDate, shortTime } from '../../format/time.ts';
import { count } from '../../format/words.ts';
import { useEnvironmentName, ColourSquare } from '../../parts/EnvironmentTag.tsx';
import { useApp } from '../../store/app-store.ts';
import { openPanel } from '../../store/selection-store.ts';
import { useSettings } from '../../store/settings-store.ts';
import { DAY } from '#shared/domain/lengths.ts';

const FEW = 24;
const MARKS = 6;

function words(lane: Lane, environment: string): string {
  const where =
    lane.city === null ? (lane.country ?? 'place not known') : `${lane.city}, ${lane.country ?? ''}`;
  const end =
    lane.to === null
      ? 'still signed in'
      : `ended ${bothTimes(lane.to).split('\n')[0] ?? ''}${lane.cause === null ? '' : `, ${causeText(lane.cause)}`}`;
  const lived = lane.from !== null && lane.to !== null ? `, after ${duration(lane.to - lane.from)}` : '';
  return [
    environment,
    where,
    lane.device,
    `from ${lane.from === null ? 'an unknown time' : (bothTimes(lane.from).split('\n')[0] ?? '')}`,
    `${end}${lived}`,
  ]
    .filter((part) => part !== null)
    .join(' · ');
}

/** Each session a bar on one axis of time, the newest first; a press opens the session. */
export function Lanes(props: {
  readonly lanes: readonly Lane[];
  readonly since: number;
  readonly until: number;
}): ReactNode {
  const { lanes, since, until } = props;
  const zone = useSettings((state) => state.settings.timeZone);
  const nameOf = useEnvironmentName();
  const environments = useApp((state) => state.environments) ?? [];
  const [all, setAll] = useState(false);
  if (lanes.length === 0) return <Box sx={{ color: 'text.secondary' }}>No session in this period.</Box>;
  const share = (at: number): number => Math.min(100, Math.max(0, ((at - since) / (until - since)) * 100));
  const shown = all ? lanes : lanes.slice(0, FEW);
  return (
    <Box>
      <Box component="ol" sx={{ m: 0, p: 0, listStyle: 'none', display: 'grid', gap: '2px' }}>
        {shown.map((lane) => {
          const from = share(lane.from ?? lane.to ?? since);
          const to = share(lane.to ?? until);
          const environment = environments.find(({ connection }) => connection === lane.connection);
          return (
            <Box
              component="li"
              key={`${lane.connection} ${lane.id}`}
              sx={{ display: 'flex', alignItems: 'center', gap: 2 }}
            >
              <ColourSquare index={environment?.colour ?? 0} />
              <Box
                sx={{
                  position: 'relative',
                  flex: 1,
                  height: '0.95rem',
                  bgcolor: 'surface.raised',
                  borderRadius: 0.5,
                }}
              >
                <Box
                  component="button"
                  type="button"
                  title={words(lane, nameOf(lane.connection))}
                  aria-label={words(lane, nameOf(lane.connection))}
                  onClick={() => {
                    openPanel(lane);
                  }}
                  sx={{
                    position: 'absolute',
                    top: 0,
                    bottom: 0,
                    minWidth: '4px',
                    p: 0,
                    border: 0,
                    borderRadius: 0.5,
                    cursor: 'pointer',
                    bgcolor: lane.to === null ? 'live.main' : 'primary.main',
                    opacity: lane.to === null ? 1 : 0.65,
                    '&:hover': { opacity: 1 },
                  }}
                  style={{ left: `${String(from)}%`, width: `${String(Math.max(0, to - from))}%` }}
                />
              </Box>
              <Box
                component="span"
                sx={{
                  width: 'clamp(13rem, 13vw, 24rem)',
                  flex: 'none',
                  typography: 'caption',
                  color: 'text.secondary',
                  ...ONE_LINE,
                }}
              >
                {[lane.city ?? lane.country ?? 'place not known', lane.device]
                  .filter((part) => part !== null)
                  .join(' · ')}
              </Box>
            </Box>
          );
        })}
      </Box>
      <AxisLabels sx={{ typography: 'mono', pl: 4, pr: '13.5rem' }}>
        {Array.from({ length: MARKS }, (_, index) => {
          const at = since + ((until - since) * index) / (MARKS - 1);
          return (
            <span key={at}>
              {until - since > 3 * DAY
                ? shortDate(at, zone)
                : `${shortDate(at, zone)} ${shortTime(at, zone)}`}
            </span>
          );
        })}
      </AxisLabels>
      {lanes.length <= FEW ? null : (
        <Button
          variant="text"
          aria-expanded={all}
          onClick={() => {
            setAll(!all);
          }}
        >
          {all ? 'Fewer' : `All ${count(lanes.length)} sessions`}
        </Button>
      )}
    </Box>
  );
}

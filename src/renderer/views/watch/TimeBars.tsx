import Box from '@mui/material/Box';
import { memo, type ReactNode } from 'react';
import { dayTime } from '../../format/time.ts';
import { count } from '../../format/words.ts';
import type { Bar } from './time-bars.ts';

/** Bars of a stretch of time, at their place on it; the one under way ends where the time does. */
export const TimeBars = memo(function TimeBars(props: {
  readonly bars: readonly Bar[];
  readonly zone: 'local' | 'utc';
  readonly from: number;
  readonly to: number;
}): ReactNode {
  const { bars, zone, from, to } = props;
  const length = Math.max(1, to - from);
  return (
    <>
      {bars.map((bar) =>
        bar.signIns === 0 ? null : (
          <Box
            key={bar.from}
            title={`${dayTime(bar.from, to, zone)} to ${dayTime(bar.to, to, zone)}: ${count(bar.signIns)} sign-ins, ${count(bar.failures)} failed`}
            sx={{
              position: 'absolute',
              insetBlock: 0,
              display: 'flex',
              flexDirection: 'column',
              justifyContent: 'flex-end',
              pr: '1px',
              '&:hover': { bgcolor: 'surface.hover' },
            }}
            style={{
              left: `${String(((bar.from - from) / length) * 100)}%`,
              width: `${String(((Math.min(bar.to, to) - bar.from) / length) * 100)}%`,
            }}
          >
            <Box
              sx={{ bgcolor: 'primary.main', opacity: 0.55 }}
              style={{ height: `${bar.okShare.toFixed(2)}%` }}
            />
            <Box sx={{ bgcolor: 'severity.high' }} style={{ height: `${bar.failedShare.toFixed(2)}%` }} />
          </Box>
        ),
      )}
    </>
  );
});

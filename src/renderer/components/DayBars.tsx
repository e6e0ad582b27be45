import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import { AxisLabels } from './AxisLabels.tsx';
import { shortDate, type Zone } from '../format/time.ts';
import { count, counted } from '../format/words.ts';

/** Sign-ins of each day as bars, failures on top; every figure is also said. */
export function DayBars(props: {
  readonly days: readonly { readonly at: number; readonly signIns: number; readonly failures: number }[];
  readonly zone: Zone;
}): ReactNode {
  const { days, zone } = props;
  const tallest = Math.max(1, ...days.map(({ signIns, failures }) => signIns + failures));
  const ok = days.reduce((sum, day) => sum + day.signIns, 0);
  const failed = days.reduce((sum, day) => sum + day.failures, 0);
  const [first] = days;
  const last = days.at(-1);
  return (
    <Box>
      <Box
        role="img"
        aria-label={`${counted(ok, 'sign-in')} and ${counted(failed, 'failure')} in ${counted(days.length, 'day')}`}
        sx={{
          display: 'flex',
          alignItems: 'flex-end',
          gap: '1px',
          height: '3.5rem',
          borderBottom: 1,
          borderColor: 'divider',
        }}
      >
        {days.map((day) => (
          <Box
            key={day.at}
            title={`${shortDate(day.at, zone)}: ${count(day.signIns)} signed in, ${count(day.failures)} failed`}
            sx={{
              flex: 1,
              height: '100%',
              display: 'flex',
              flexDirection: 'column',
              justifyContent: 'flex-end',
              '&:hover': { bgcolor: 'surface.hover' },
            }}
          >
            <Box
              sx={{ bgcolor: 'severity.high' }}
              style={{ height: `${String((day.failures / tallest) * 100)}%` }}
            />
            <Box
              sx={{ bgcolor: 'primary.main', opacity: 0.7 }}
              style={{ height: `${String((day.signIns / tallest) * 100)}%` }}
            />
          </Box>
        ))}
      </Box>
      {first === undefined || last === undefined ? null : (
        <AxisLabels>
          <span>{shortDate(first.at, zone)}</span>
          <span>{shortDate(last.at, zone)}</span>
        </AxisLabels>
      )}
    </Box>
  );
}

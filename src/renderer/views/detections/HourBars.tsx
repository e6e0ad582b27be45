import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import { count, counted } from '../../format/words.ts';
import { AxisLabels } from '../../components/AxisLabels.tsx';

const hour = (at: number): string => `${String(at).padStart(2, '0')}:00`;

/** Sign-ins by hour of the day as bars; every figure is also said. */
export function HourBars({ hours }: { readonly hours: readonly number[] }): ReactNode {
  const most = Math.max(1, ...hours);
  const all = hours.reduce((sum, value) => sum + value, 0);
  const used = hours.flatMap((value, at) => (value > 0 ? [`${hour(at)}: ${count(value)}`] : []));
  return (
    <Box>
      <Box
        role="img"
        aria-label={`${counted(all, 'sign-in')} by hour of the day${used.length === 0 ? '' : `; ${used.join(', ')}`}`}
        sx={{
          display: 'flex',
          alignItems: 'flex-end',
          gap: '2px',
          height: '3.5rem',
          borderBottom: 1,
          borderColor: 'divider',
        }}
      >
        {hours.map((value, at) => (
          <Box
            key={hour(at)}
            title={`${hour(at)}: ${count(value)}`}
            sx={{ flex: 1, bgcolor: 'primary.main', opacity: 0.7 }}
            style={{ height: `${String((value / most) * 100)}%` }}
          />
        ))}
      </Box>
      <AxisLabels>
        <span>00:00</span>
        <span>12:00</span>
        <span>24:00</span>
      </AxisLabels>
    </Box>
  );
}

import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import { AxisLabels } from '../../components/AxisLabels.tsx';
import { shortDate } from '../../format/time.ts';
import { count, counted } from '../../format/words.ts';
import type { BarDay } from './back-test-days.ts';

const HALF = '2.5rem';
/** A few days do not become slabs. */
const WIDEST_REM = 2;

const dayWords = ({ day, before, after, more, fewer }: BarDay): string =>
  `${shortDate(day, 'utc')} (UTC): ${count(before)} now, ${count(after)} with the change: ${count(more)} more, ${count(fewer)} fewer`;

function Half(props: { readonly share: number; readonly up: boolean }): ReactNode {
  const { share, up } = props;
  return (
    <Box
      sx={{
        height: HALF,
        display: 'flex',
        alignItems: up ? 'flex-end' : 'flex-start',
        ...(up ? { borderBottom: 1, borderColor: 'text.disabled' } : {}),
      }}
    >
      <Box
        sx={{ width: '100%', bgcolor: up ? 'severity.high' : 'primary.main' }}
        style={{ height: `${String(share * 100)}%`, minHeight: share > 0 ? '2px' : '0' }}
      />
    </Box>
  );
}

/** What would fire more, upwards, and what would no longer fire, downwards, day by day. */
export function BackTestChart({ days }: { readonly days: readonly BarDay[] }): ReactNode {
  const tallest = Math.max(1, ...days.map(({ more, fewer }) => Math.max(more, fewer)));
  const more = days.reduce((sum, day) => sum + day.more, 0);
  const fewer = days.reduce((sum, day) => sum + day.fewer, 0);
  const [first] = days;
  const last = days.at(-1);
  return (
    <Box style={{ maxWidth: `max(16rem, ${String(days.length * WIDEST_REM)}rem)` }}>
      <Box
        role="img"
        aria-label={`${count(more)} more and ${count(fewer)} fewer in ${counted(days.length, 'day')}, at most ${count(tallest)} in one`}
        sx={{ display: 'flex', gap: '1px' }}
      >
        {days.map((day) => (
          <Box
            key={day.day}
            title={dayWords(day)}
            sx={{ flex: 1, minWidth: 0, '&:hover': { bgcolor: 'surface.hover' } }}
          >
            <Half up share={day.more / tallest} />
            <Half up={false} share={day.fewer / tallest} />
          </Box>
        ))}
      </Box>
      {first === undefined || last === undefined ? null : (
        <AxisLabels>
          <span>{shortDate(first.day, 'utc')}</span>
          <span>up: more · down: fewer</span>
          <span>{shortDate(last.day, 'utc')}</span>
        </AxisLabels>
      )}
    </Box>
  );
}

import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import type { ReactNode } from 'react';
import { shownTimeText } from '../format/shown-time.ts';
import { useRoute, type ViewName } from '../store/route-store.ts';
import { useSettings } from '../store/settings-store.ts';
import { goLive, useTime } from '../store/time-store.ts';

/** Views whose contents follow the time bar. */
const FOLLOWING: ReadonlySet<ViewName> = new Set(['watch', 'sessions']);

const THEN = 'From the mirror: who was signed in then, with the address and device seen last by then.';
const FOLLOWS = {
  instant: THEN,
  playing: THEN,
  // A stretch of time has no one moment whose state could be shown.
  period:
    'Every session open at some moment of it. The table says what is known of each now; map, figures and feed what was known at its end.',
} as const;

/** Said above every view while the window does not show now. */
export function TimeBanner(): ReactNode {
  const time = useTime((state) => state.time);
  const zone = useSettings((state) => state.settings.timeZone);
  const view = useRoute((route) => route.view);
  if (time.is === 'live') return null;
  const follows = FOLLOWING.has(view);
  return (
    <Box
      role="status"
      data-testid="as-of"
      sx={{
        display: 'flex',
        alignItems: 'center',
        gap: 3,
        px: 4,
        py: 1,
        borderBottom: 2,
        borderColor: 'severity.medium',
        bgcolor: 'surface.raised',
      }}
    >
      <Box component="span" sx={{ color: 'severity.medium', fontWeight: 600 }}>
        {time.is === 'period'
          ? 'Not live: period'
          : time.is === 'playing'
            ? 'Not live: playing'
            : 'Not live: as of'}
      </Box>
      <Box component="span" sx={(theme) => ({ ...theme.typography.mono })}>
        {shownTimeText(time, zone)}
      </Box>
      <Box component="span" sx={{ flex: 1, color: 'text.secondary' }}>
        {follows ? FOLLOWS[time.is] : 'Watch and Sessions show that time; this view shows now.'}
      </Box>
      <Button color="primary" variant="contained" aria-keyshortcuts="Escape" onClick={goLive}>
        Back to live
      </Button>
    </Box>
  );
}

import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import { dayTime } from '../../format/time.ts';
import { useFromClock } from '../../store/clock.ts';
import { useMap } from '../../store/map-store.ts';
import { useSettings } from '../../store/settings-store.ts';
import { LOW_WINDOW } from '../../theme/size.ts';

const ROUND_MS = 60_000;

/** The way that is drawn on the map, in words: the numbers of its stops, where they are, and from when to when. */
export function TravelStops(): ReactNode {
  const traveller = useMap((state) => state.traveller);
  const stops = useMap((state) => state.stops);
  const zone = useSettings((state) => state.settings.timeZone);
  const now = useFromClock((at) => Math.floor(at / ROUND_MS) * ROUND_MS);
  if (traveller === null || stops.length === 0) return null;
  return (
    <Box
      component="ol"
      aria-label={`Way of ${traveller.name}`}
      tabIndex={0}
      sx={{
        position: 'absolute',
        zIndex: 500,
        right: (theme) => theme.spacing(12),
        top: (theme) => theme.spacing(11),
        m: 0,
        p: 2,
        pl: 7,
        maxWidth: '18rem',
        maxHeight: '50%',
        overflowY: 'auto',
        typography: 'caption',
        bgcolor: 'background.paper',
        border: 1,
        borderColor: 'divider',
        borderRadius: 1,
        // Where there is little room the numbers on the map are all that fits; the person’s page has the places.
        '@container map (max-width: 760px)': { display: 'none' },
        [LOW_WINDOW]: { display: 'none' },
      }}
    >
      {stops.map(({ from, to, label }, index) => (
        <li key={`${String(from)} ${String(index)}`}>
          {label}{' '}
          <Box component="span" sx={{ color: 'text.secondary' }}>
            {from === to
              ? dayTime(from, now, zone)
              : `${dayTime(from, now, zone)} – ${dayTime(to, now, zone)}`}
          </Box>
        </li>
      ))}
    </Box>
  );
}

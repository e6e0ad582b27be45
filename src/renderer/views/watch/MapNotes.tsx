import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';
import { count } from '../../format/words.ts';
import { useMap } from '../../store/map-store.ts';
import { useMapProblem } from '../../store/use-map-feed.ts';
import { LOW_WINDOW } from '../../theme/size.ts';

const corner = {
  position: 'absolute',
  zIndex: 500,
  display: 'flex',
  alignItems: 'center',
  gap: 3,
  typography: 'caption',
} as const;

/** Colours of circles: the worst open detection in each, or the risk of its sign-ins (80 low, 95 medium); the letter stands beside the circle too. */
const LEVELS = [
  ['live', 'primary.main', ''],
  ['low', 'severity.low', 'L'],
  ['medium', 'severity.medium', 'M'],
  ['high', 'severity.high', 'H'],
  ['critical', 'severity.critical', 'C'],
] as const;

/** Legend, what is not on the map, and whom to thank for the data. */
export function MapNotes(): ReactNode {
  const unplaced = useMap((state) => state.unplaced);
  const problem = useMapProblem((state) => state.problem);
  return (
    <>
      <Box
        sx={{
          ...corner,
          left: (theme) => theme.spacing(3),
          bottom: (theme) => theme.spacing(3),
          px: 3,
          py: 1,
          bgcolor: 'background.paper',
          border: 1,
          borderColor: 'divider',
          borderRadius: 1,
          whiteSpace: 'nowrap',
          '@container map (max-width: 620px)': { bottom: (theme) => theme.spacing(7.5), gap: 2, px: 2 },
          // A low window (one at 200 %, too) has room for the figures alone; circles carry their letters.
          ...(problem === null && unplaced === 0 ? { [LOW_WINDOW]: { display: 'none' } } : {}),
        }}
      >
        {LEVELS.map(([name, colour, letter]) => (
          <Box key={name} sx={{ display: 'flex', alignItems: 'center', gap: 1.5 }}>
            <Box
              component="span"
              aria-hidden="true"
              sx={{
                minWidth: '0.7em',
                height: letter === '' ? '0.7em' : 'auto',
                px: letter === '' ? 0 : 0.75,
                lineHeight: 1.3,
                fontWeight: 600,
                borderRadius: letter === '' ? '50%' : 0.5,
                bgcolor: colour,
                color: 'primary.contrastText',
              }}
            >
              {letter}
            </Box>
            {name}
          </Box>
        ))}
        {problem === null ? null : (
          <Typography variant="caption" role="alert" sx={{ color: 'danger.text' }} title={problem.advice}>
            {`The map is old: ${problem.message}`}
          </Typography>
        )}
        {unplaced === 0 ? null : (
          <Typography
            variant="caption"
            data-testid="unplaced"
            title="Their address is private, special or in no database. They are in the table."
            sx={{ color: 'text.secondary' }}
          >
            {`${count(unplaced)} without a place`}
          </Typography>
        )}
      </Box>
      <Box
        sx={{
          ...corner,
          right: (theme) => theme.spacing(2),
          bottom: (theme) => theme.spacing(1),
          px: 1,
          whiteSpace: 'nowrap',
          color: 'text.secondary',
          bgcolor: 'background.default',
          borderRadius: 0.5,
        }}
      >
        Natural Earth · IP geolocation by DB-IP
      </Box>
    </>
  );
}

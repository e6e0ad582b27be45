import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';
import type { MapPoints } from '#shared/ipc/views.ts';
import { count } from '../../format/words.ts';

const corner = {
  position: 'absolute',
  zIndex: 500,
  display: 'flex',
  alignItems: 'center',
  gap: 3,
  typography: 'caption',
} as const;

/** Legend, what is not on the map, and whom to thank for the data. */
export function MapNotes({ points }: { readonly points: MapPoints | null }): ReactNode {
  const unplaced = points?.unplaced ?? 0;
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
          '@container (max-width: 620px)': { bottom: (theme) => theme.spacing(7) },
        }}
      >
        <Box sx={{ display: 'flex', alignItems: 'center', gap: 1.5 }}>
          <Box
            component="span"
            aria-hidden="true"
            sx={{ width: '0.7em', height: '0.7em', borderRadius: '50%', bgcolor: 'primary.main' }}
          />
          live sessions, larger is more
        </Box>
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

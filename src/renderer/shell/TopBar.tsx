import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';
import { clockTime, zoneName } from '../format/time.ts';
import { useFromClock } from '../store/clock.ts';
import { useApp } from '../store/app-store.ts';
import { useAfterFirstRows } from '../store/first-rows.ts';
import { showOver } from '../store/shell-store.ts';
import { useSettings } from '../store/settings-store.ts';
import { useTime } from '../store/time-store.ts';
import { liveWords } from '../format/connection-words.ts';
import { SIZE } from '../theme/size.ts';
import { EnvironmentChip } from './EnvironmentChip.tsx';

function Mark(): ReactNode {
  return (
    <Box
      sx={{
        display: 'flex',
        alignItems: 'center',
        gap: 2.5,
        width: SIZE.navigation - 16,
        flex: 'none',
        color: 'primary.main',
        '@media (max-width: 900px)': { width: 'auto', '& p': { display: 'none' } },
      }}
    >
      <svg viewBox="0 0 16 16" width="1.3em" height="1.3em" aria-hidden="true">
        <circle cx="8" cy="8" r="6.5" fill="none" stroke="currentColor" strokeWidth="1.4" />
        <circle cx="8" cy="8" r="3" fill="currentColor" />
      </svg>
      <Typography sx={{ color: 'text.primary', fontWeight: 600, fontSize: '0.875rem' }}>
        Watchfloor
      </Typography>
    </Box>
  );
}

function SearchButton(): ReactNode {
  return (
    <Box
      component="button"
      type="button"
      aria-label="Search and commands"
      aria-keyshortcuts="Control+K"
      onClick={() => {
        showOver('palette');
      }}
      sx={(theme) => ({
        ...theme.typography.mono,
        flex: '1 1 12rem',
        minWidth: '7rem',
        maxWidth: '34rem',
        display: 'flex',
        alignItems: 'center',
        gap: 2,
        px: 2.5,
        py: 1,
        color: 'text.secondary',
        bgcolor: 'surface.raised',
        border: 1,
        borderColor: 'divider',
        borderRadius: 1,
        cursor: 'text',
        textAlign: 'left',
        overflow: 'hidden',
        whiteSpace: 'nowrap',
      })}
    >
      <Box component="span" sx={{ flex: 1, overflow: 'hidden', textOverflow: 'ellipsis' }}>
        Go to, find, do…
      </Box>
      <Box component="kbd" sx={{ font: 'inherit', color: 'text.secondary' }}>
        Ctrl K
      </Box>
    </Box>
  );
}

function LiveClock(): ReactNode {
  const zone = useSettings((state) => state.settings.timeZone);
  const time = useFromClock((now) => clockTime(now, zone));
  const past = useTime((state) => state.time.is !== 'live');
  const watched = useApp((state) => (state.environments ?? []).filter(({ enabled }) => enabled).length);
  const live = useApp(
    (state) => (state.environments ?? []).filter(({ state: at }) => at.is === 'live').length,
  );
  const all = !past && live > 0 && live >= watched;
  const words = liveWords(past, live, watched);
  return (
    <Box sx={{ display: 'flex', alignItems: 'center', gap: 2, flex: 'none', whiteSpace: 'nowrap' }}>
      <Box
        component="span"
        aria-hidden="true"
        sx={{
          width: '0.55em',
          height: '0.55em',
          borderRadius: all ? '50%' : 0.25,
          bgcolor: all ? 'live.main' : past || live === 0 ? 'text.disabled' : 'severity.medium',
        }}
      />
      <Typography component="span" data-testid="live-state" sx={{ fontWeight: 500 }}>
        {words}
      </Typography>
      <Box
        component="span"
        sx={(theme) => ({
          ...theme.typography.mono,
          color: 'text.secondary',
          '@media (max-width: 900px)': { display: 'none' },
        })}
      >
        {time} {zone === 'utc' ? 'UTC' : shortZone()}
      </Box>
    </Box>
  );
}
/** The last part of the zone's name: `Berlin` of `Europe/Berlin`. */
const shortZone = (): string => zoneName('local').split('/').at(-1)?.replaceAll('_', ' ') ?? 'local';

/** Name, search, the state of every connection, the time. */
export function TopBar(): ReactNode {
  const environments = useApp((state) => state.environments);
  const rest = useAfterFirstRows();
  return (
    <Box
      component="header"
      sx={{
        height: SIZE.topBar,
        flex: 'none',
        display: 'flex',
        alignItems: 'center',
        gap: 3,
        px: 4,
        borderBottom: 1,
        borderColor: 'divider',
        bgcolor: 'background.paper',
      }}
    >
      <Mark />
      <SearchButton />
      <Box
        role="group"
        aria-label="Connections"
        sx={{
          flex: '0 1 auto',
          minWidth: 0,
          display: 'flex',
          gap: 2,
          overflowX: 'auto',
          scrollbarWidth: 'none',
          py: 1,
        }}
      >
        {((rest ? environments : null) ?? []).map((environment) => (
          <EnvironmentChip key={environment.connection} environment={environment} />
        ))}
      </Box>
      <Box sx={{ flex: 1 }} />
      <LiveClock />
    </Box>
  );
}

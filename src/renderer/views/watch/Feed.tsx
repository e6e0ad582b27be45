import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useEffect, useMemo, type ReactNode } from 'react';
import type { ConnectionId } from '#shared/domain/ids.ts';
import type { AuditRow } from '#shared/ipc/views.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { count } from '../../format/words.ts';
import { groupFeed } from '../../store/feed-groups.ts';
import { pauseFeed, resumeFeed, useFeed } from '../../store/feed-store.ts';
import { useWatchFilter } from '../../store/session-filter.ts';
import { keysApply } from '../../store/shell-store.ts';
import { timeRequest, useTime, type ShownTime } from '../../store/time-store.ts';
import { useEngineQuery } from '../../store/use-engine-query.ts';
import { useHeld } from '../../store/use-held.ts';
import { SIZE } from '../../theme/size.ts';
import { feedFits } from './feed-fits.ts';
import { FeedLine } from './FeedLine.tsx';

const SHOWN = 80;

function useFeedKey(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'p' || event.ctrlKey || event.metaKey || event.altKey || !keysApply(event.target))
        return;
      if (useFeed.getState().paused) resumeFeed();
      else pauseFeed();
    };
    document.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('keydown', onKey);
    };
  }, []);
}

const NOTHING: readonly AuditRow[] = [];
/** What had happened by the time that is shown. */
function usePastEvents(time: ShownTime, connections: readonly ConnectionId[]): readonly AuditRow[] {
  const { at, since } = timeRequest(time);
  const page = useHeld(
    useEngineQuery(
      'audit.page',
      at === undefined
        ? null
        : {
            filter: {
              until: at + 1,
              ...(since === undefined ? {} : { since }),
              ...(connections.length === 0 ? {} : { connections: [...connections] }),
            },
            cursor: null,
            limit: SHOWN,
          },
    ),
  );
  return page?.rows ?? NOTHING;
}

/** What is happening, newest first; can be paused, and then counts what waits. */
export function Feed(): ReactNode {
  const feed = useFeed();
  const { paused, waitingCount } = feed;
  const shown = useWatchFilter();
  const time = useTime((state) => state.time);
  const past = usePastEvents(time, shown.connections);
  const live = time.is === 'live';
  const rows = live ? feed.rows : past;
  useFeedKey();
  const groups = useMemo(
    () => groupFeed(rows.filter((row) => feedFits(row, shown))).slice(0, SHOWN),
    [rows, shown],
  );
  return (
    <Box
      component="section"
      aria-label="What happens"
      sx={{
        width: SIZE.feed,
        flex: 'none',
        minHeight: 0,
        display: 'flex',
        flexDirection: 'column',
        borderLeft: 1,
        borderColor: 'divider',
        bgcolor: 'background.paper',
        '@container (max-width: 620px)': { display: 'none' },
      }}
    >
      <Box
        sx={{
          display: 'flex',
          alignItems: 'center',
          gap: 2,
          pl: 4,
          pr: 2,
          py: 1,
          borderBottom: 1,
          borderColor: 'divider',
        }}
      >
        <Typography variant="h2" sx={{ flex: 1 }}>
          {live ? 'Happening now' : time.is === 'period' ? 'In this period' : 'By then'}
        </Typography>
        {live ? (
          <Button
            variant="text"
            color={paused ? 'primary' : 'inherit'}
            aria-pressed={paused}
            aria-keyshortcuts="p"
            title="p"
            onClick={paused ? resumeFeed : pauseFeed}
          >
            {paused ? (waitingCount === 0 ? 'Paused' : `${count(waitingCount)} new`) : 'Pause'}
          </Button>
        ) : null}
      </Box>
      <Box
        component="ol"
        tabIndex={0}
        aria-label="Events, newest first"
        sx={{ flex: 1, minHeight: 0, overflowY: 'auto', m: 0, p: 0, listStyle: 'none' }}
      >
        {groups.map(({ row, times }) => (
          <FeedLine key={`${row.connection} ${row.id}`} row={row} times={times} />
        ))}
        {groups.length === 0 ? (
          <li>
            <EmptyState title="Nothing yet">Sign-ins, sign-outs and account changes appear here.</EmptyState>
          </li>
        ) : null}
      </Box>
    </Box>
  );
}

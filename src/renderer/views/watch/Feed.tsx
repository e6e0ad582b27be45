import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useDeferredValue, useEffect, useEffectEvent, useMemo, useState, type ReactNode } from 'react';
import type { ConnectionId } from '#shared/domain/ids.ts';
import type { AuditRow } from '#shared/ipc/views.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { count } from '../../format/words.ts';
import { groupFeed } from '../../store/feed-groups.ts';
import { StaleNote } from '../../parts/StaleNote.tsx';
import { pauseFeed, resumeFeed, useFeed } from '../../store/feed-store.ts';
import { useWatchFilter } from '../../store/session-filter.ts';
import { useSettings } from '../../store/settings-store.ts';
import { keysApply } from '../../store/shell-store.ts';
import { timeRequest, useTime, type ShownTime } from '../../store/time-store.ts';
import { useEngineQuery } from '../../store/use-engine-query.ts';
import { useWhatIsRead } from '../../store/what-is-read.ts';
import { useHeld } from '../../store/use-held.ts';
import { SIZE } from '../../theme/size.ts';
import { feedFits } from './feed-fits.ts';
import { FeedLine, FeedList } from './FeedLine.tsx';

const SHOWN = 80;

function useFeedKey(toggle: () => void): void {
  const press = useEffectEvent(toggle);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'p' || event.ctrlKey || event.metaKey || event.altKey || !keysApply(event.target))
        return;
      press();
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

/** @param capped no more than a page of the past is read */
const pausedText = (waits: number, capped: boolean): string =>
  waits === 0 ? 'Paused' : `${count(waits)}${capped && waits >= SHOWN ? ' or more' : ''} new`;

/** What is happening, newest first; can be paused, and then counts what waits. */
export function Feed(): ReactNode {
  const feed = useFeed();
  const { paused, waitingCount } = feed;
  const shown = useWatchFilter();
  const time = useTime((state) => state.time);
  const past = usePastEvents(time, shown.connections);
  const live = time.is === 'live';
  const [stopped, setStopped] = useState<readonly AuditRow[] | null>(null);
  // What was held belongs to the past that was played; live has a pause of its own.
  if (live && stopped !== null) setStopped(null);
  const held = new Set(stopped?.map(({ id }) => id));
  const passed = stopped === null ? 0 : past.filter(({ id }) => !held.has(id)).length;
  const rows = live ? feed.rows : (stopped ?? past);
  const isPaused = live ? paused : stopped !== null;
  const waits = live ? waitingCount : passed;
  const toggle = () => {
    if (!live) setStopped(stopped === null ? past : null);
    else if (paused) resumeFeed();
    else pauseFeed();
  };
  useFeedKey(toggle);
  const read = useWhatIsRead(shown.connections);
  const quiet = read === 'something' ? (live ? 'Nothing yet' : 'Nothing was told') : 'Nothing is watched yet';
  const zone = useSettings((state) => state.settings.timeZone);
  // A burst of events must not hold up a key or a scroll: drawing them waits, and is left off for either.
  const later = useDeferredValue(rows);
  const groups = useMemo(
    () => groupFeed(later.filter((row) => feedFits(row, shown))).slice(0, SHOWN),
    [later, shown],
  );
  return (
    <Box
      component="section"
      aria-label="What happens"
      sx={{
        width: `clamp(${String(SIZE.feed)}px, 17vw, ${String(SIZE.panel)}px)`,
        flex: 'none',
        minHeight: 0,
        display: 'flex',
        flexDirection: 'column',
        borderLeft: 1,
        borderColor: 'divider',
        bgcolor: 'background.paper',
        '@container (max-width: 700px)': { display: 'none' },
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
        <Button
          variant="text"
          color={isPaused ? 'primary' : 'inherit'}
          aria-pressed={isPaused}
          aria-keyshortcuts="p"
          title="p"
          onClick={toggle}
        >
          {isPaused ? pausedText(waits, !live) : 'Pause'}
        </Button>
      </Box>
      {live ? (
        <Box sx={{ px: 4, borderBottom: 1, borderColor: 'divider', '&:empty': { display: 'none' } }}>
          <StaleNote of="everything" among={shown.connections} />
        </Box>
      ) : null}
      <FeedList tabIndex={0} aria-label="Events, newest first">
        {groups.map(({ row, times }) => (
          <FeedLine key={`${row.connection} ${row.id}`} row={row} times={times} zone={zone} />
        ))}
        {groups.length === 0 ? (
          <li>
            <EmptyState title={quiet}>
              {live || read !== 'something'
                ? 'Sign-ins, sign-outs and account changes appear here.'
                : 'No event of this time is mirrored. Investigate says whether it was watched.'}
            </EmptyState>
          </li>
        ) : null}
      </FeedList>
    </Box>
  );
}

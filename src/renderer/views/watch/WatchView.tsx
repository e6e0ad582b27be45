import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { lazy, Suspense, useEffect, useRef, useState, type ReactNode } from 'react';
import { Splitter } from '../../components/Splitter.tsx';
import { visuallyHidden } from '../../components/Unknown.tsx';
import { SessionTable } from '../../session-table/SessionTable.tsx';
import { useWatchArrangement } from '../../store/list-arrangement.ts';
import { useAfterFirstRows } from '../../store/first-rows.ts';
import { useRoute } from '../../store/route-store.ts';
import { useWatchFilter } from '../../store/session-filter.ts';
import { layoutNumber, rememberLayout, settingsNow, useSettings } from '../../store/settings-store.ts';
import { SIZE } from '../../theme/size.ts';
import { Feed } from './Feed.tsx';
import { KeyFigures } from './KeyFigures.tsx';
import { MapNotes } from './MapNotes.tsx';
import { TimeBar } from './TimeBar.tsx';

// The map is most of this view’s program, and the sessions below it are what somebody waits for.
const WatchMap = lazy(async () => ({ default: (await import('./WatchMap.tsx')).WatchMap }));

function startOfMap(): string | null {
  const view = settingsNow().layout['map'];
  return typeof view === 'string' ? view : null;
}

/** Of a window whose splitter was never moved. */
const TABLE_SHARE = 0.36;

/** What is live now: the map, what is happening, the last day, and every session below. */
export function WatchView(): ReactNode {
  const shown = useWatchFilter();
  // `#/watch/map`: the map and the feed alone, for a wall screen.
  const alone = useRoute(({ rest }) => rest[0] === 'map');
  const [start] = useState(startOfMap);
  const rest = useAfterFirstRows();

  const holder = useRef<HTMLDivElement>(null);
  const [height, setHeight] = useState(SIZE.tableUsual * 3);
  // Nobody has moved the splitter yet: a large window gives its room to both.
  const remembered = useSettings((state) => layoutNumber(state.settings, 'watchTable', 0));
  const [moved, setMoved] = useState(remembered);
  const table = moved > 0 ? moved : Math.max(SIZE.tableUsual, height * TABLE_SHARE);
  useEffect(() => {
    const element = holder.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => {
      setHeight(element.clientHeight);
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, []);
  const mapLeast = Math.min(SIZE.mapLeast, height * 0.35);
  const most = Math.max(SIZE.tableLeast, height - mapLeast - SIZE.timeBar);
  const tableHeight = Math.min(most, Math.max(SIZE.tableLeast, table));

  return (
    <Box
      ref={holder}
      sx={{ flex: 1, minHeight: 0, display: 'flex', flexDirection: 'column', overflowY: 'auto' }}
    >
      <Typography variant="h1" sx={visuallyHidden}>
        Watch
      </Typography>
      <Box
        sx={{
          flex: 1,
          minHeight: mapLeast + SIZE.timeBar,
          display: 'flex',
          containerType: 'inline-size',
        }}
      >
        <Box sx={{ flex: 1, minWidth: 0, display: 'flex', flexDirection: 'column' }}>
          <Box
            sx={{
              flex: 1,
              minHeight: 0,
              position: 'relative',
              overflow: 'hidden',
              containerType: 'inline-size',
              containerName: 'map',
            }}
          >
            {rest ? (
              <>
                <Suspense>
                  <WatchMap start={start} />
                </Suspense>
                <KeyFigures connections={shown.connections} />
                <MapNotes />
              </>
            ) : null}
          </Box>
          {rest ? <TimeBar connections={shown.connections} /> : <Box sx={{ minHeight: SIZE.timeBar }} />}
        </Box>
        {rest ? <Feed /> : null}
      </Box>
      {alone ? null : (
        <>
          <Splitter
            label="Height of the table"
            value={tableHeight}
            least={SIZE.tableLeast}
            most={most}
            onChange={setMoved}
            onDone={(value) => void rememberLayout('watchTable', value)}
          />
          <Box sx={{ height: tableHeight, flex: 'none', display: 'flex', flexDirection: 'column' }}>
            <SessionTable filter={useWatchFilter} arrangement={useWatchArrangement} title="Sessions" />
          </Box>
        </>
      )}
    </Box>
  );
}

import Box from '@mui/material/Box';
import { useEffect, type ReactNode } from 'react';
import { visuallyHidden } from '../components/Unknown.tsx';
import { useRoute, type ViewName } from '../store/route-store.ts';
import { usePanel } from '../store/selection-store.ts';
import { Banners } from './Banners.tsx';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { Notices } from './Notices.tsx';
import { Overs, PanelBeside } from './Overs.tsx';
import { SideNav } from './SideNav.tsx';
import { TimeBanner } from './TimeBanner.tsx';
import { TopBar } from './TopBar.tsx';
import { useShellKeys } from './use-shell-keys.ts';
import { VIEW_TITLES } from './navigation.ts';
import { View } from './View.tsx';
import { Welcome } from './Welcome.tsx';

/** Views that list sessions or what belongs to them; in the others the panel shows what was opened there, and waits otherwise. */
const WITH_PANEL: ReadonlySet<ViewName> = new Set(['watch', 'sessions', 'audit']);

/** Everything around the views: where you are, how the connections stand, what lies over it. */
export function Shell(): ReactNode {
  const view = useRoute((route) => route.view);
  const panel = usePanel(({ open, from }) => open !== null && (WITH_PANEL.has(view) || from === view));
  useShellKeys();
  useEffect(() => {
    document.title = `${VIEW_TITLES[view]} · Watchfloor`;
  }, [view]);
  return (
    <Box sx={{ height: '100%', display: 'flex', flexDirection: 'column' }}>
      <Box
        component="a"
        href="#main"
        onClick={(event) => {
          // The address names the view; the link only moves the focus.
          event.preventDefault();
          document.getElementById('main')?.focus();
        }}
        sx={{
          ...visuallyHidden,
          '&:focus': { position: 'static', width: 'auto', height: 'auto', clipPath: 'none' },
        }}
      >
        Skip to the view
      </Box>
      <TopBar />
      <Box sx={{ flex: 1, minHeight: 0, display: 'flex' }}>
        <SideNav />
        <Box
          component="main"
          id="main"
          tabIndex={-1}
          sx={{
            position: 'relative',
            flex: 1,
            minWidth: 0,
            display: 'flex',
            flexDirection: 'column',
            outline: 'none',
            // What only screen readers see must not make the window scroll.
            overflow: 'clip',
          }}
        >
          <Banners />
          {view === 'watch' ? <Welcome /> : null}
          <TimeBanner />
          <ErrorBoundary key={view} what={`The view ${VIEW_TITLES[view]}`}>
            <View view={view} />
          </ErrorBoundary>
        </Box>
        {panel ? (
          <ErrorBoundary what="The session">
            <PanelBeside />
          </ErrorBoundary>
        ) : null}
      </Box>
      <Overs />
      <Notices />
    </Box>
  );
}

import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';
import { visuallyHidden } from '../components/Unknown.tsx';
import { isUnderWay } from '../format/operation-words.ts';
import { useApp } from '../store/app-store.ts';
import { hrefOf, useRoute, VIEWS, type ViewName } from '../store/route-store.ts';
import { SIZE } from '../theme/size.ts';
import { VIEW_TITLES } from './navigation.ts';
import { ViewIcon } from './ViewIcon.tsx';

function NavLink(props: {
  readonly view: ViewName;
  readonly badge: number;
  /** What the number counts. */
  readonly counts: string;
}): ReactNode {
  const { view, badge, counts } = props;
  const current = useRoute((route) => route.view === view);
  const title = VIEW_TITLES[view];
  return (
    <Box
      component="a"
      href={hrefOf(view)}
      aria-current={current ? 'page' : undefined}
      aria-label={title}
      title={badge > 0 ? `${title}: ${String(badge)} ${counts}` : undefined}
      sx={{
        position: 'relative',
        display: 'flex',
        alignItems: 'center',
        gap: 3,
        '& svg': { flex: 'none' },
        px: 2.5,
        py: 1.5,
        borderRadius: 1,
        borderLeft: 2,
        borderColor: current ? 'primary.main' : 'transparent',
        color: current ? 'text.primary' : 'text.secondary',
        bgcolor: current ? 'surface.raised' : 'transparent',
        textDecoration: 'none',
        fontWeight: 500,
        '&:hover': { bgcolor: 'surface.hover', color: 'text.primary' },
      }}
    >
      <ViewIcon view={view} />
      <Box component="span" sx={{ flex: 1, '@media (max-width: 900px)': visuallyHidden }}>
        {title}
      </Box>
      {badge > 0 ? (
        <Box
          component="span"
          aria-hidden="true"
          sx={{
            typography: 'caption',
            px: 1.5,
            borderRadius: 2,
            bgcolor: 'surface.selected',
            // Where there is no room beside the icon it stands at its corner.
            '@media (max-width: 900px)': {
              position: 'absolute',
              top: 0,
              right: 0,
              px: 0.75,
              lineHeight: 1.3,
            },
          }}
        >
          {badge}
        </Box>
      ) : null}
    </Box>
  );
}

/** The way to every view, always in the same place. */
export function SideNav(): ReactNode {
  const underWay = useApp(
    (state) => (state.operations ?? []).filter(({ commands }) => commands.some(isUnderWay)).length,
  );
  const openDetections = useApp((state) => state.detections?.open ?? 0);
  const waiting = useApp((state) => state.approvals.filter(({ mayDecide }) => mayDecide).length);
  const demo = useApp((state) => (state.environments ?? []).filter((environment) => environment.demo).length);
  return (
    <Box
      component="nav"
      aria-label="Views"
      sx={{
        width: SIZE.navigation,
        flex: 'none',
        display: 'flex',
        flexDirection: 'column',
        gap: 0.5,
        p: 2,
        borderRight: 1,
        borderColor: 'divider',
        bgcolor: 'background.paper',
        overflowY: 'auto',
        '@media (max-width: 900px)': { width: SIZE.navigationNarrow, p: 1 },
      }}
    >
      {VIEWS.map((view) => (
        <NavLink
          key={view}
          view={view}
          badge={view === 'response' ? underWay + waiting : view === 'detections' ? openDetections : 0}
          counts={view === 'detections' ? 'open' : 'under way or waiting'}
        />
      ))}
      <Box sx={{ flex: 1 }} />
      {demo === 0 ? null : (
        <Typography
          variant="caption"
          data-testid="demo-mark"
          sx={{ color: 'text.disabled', p: 2, '@media (max-width: 900px)': { display: 'none' } }}
        >
          Demo data — invented people
          <br />
          {`${String(demo)} ${demo === 1 ? 'environment' : 'environments'}`}
        </Typography>
      )}
    </Box>
  );
}

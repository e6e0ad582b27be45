import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';
import type { ConnectionId } from '#shared/domain/ids.ts';
import { Sparkline } from '../../components/Sparkline.tsx';
import { count } from '../../format/words.ts';
import { HOUR } from '#shared/domain/lengths.ts';
import { changeAuditSearch } from '../../store/audit-search.ts';
import { useWhatIsRead } from '../../store/what-is-read.ts';
import { useApp } from '../../store/app-store.ts';
import { hrefOf } from '../../store/route-store.ts';
import { useSessionsFilter } from '../../store/session-filter.ts';
import { timeRequest, useTime } from '../../store/time-store.ts';
import { useEngineQuery } from '../../store/use-engine-query.ts';
import { useHeld } from '../../store/use-held.ts';
import { LOW_WINDOW } from '../../theme/size.ts';
import { usualOf } from './usual.ts';
import { useSamples } from './use-samples.ts';

const FOLLOW_EVERY_MS = 5_000;

function Figure(props: {
  readonly label: string;
  readonly value: string;
  readonly beside?: string | null;
  readonly explained: string;
  readonly chart?: ReactNode;
  readonly href: string;
  readonly loud?: boolean;
  readonly onFollow?: () => void;
  /** Left out where the map is narrow. */
  readonly minor?: boolean;
}): ReactNode {
  return (
    <Box
      component="a"
      href={props.href}
      title={props.explained}
      onClick={props.onFollow}
      sx={{
        px: 3.5,
        py: 1.5,
        display: 'block',
        textDecoration: 'none',
        color: 'text.primary',
        borderLeft: 1,
        borderColor: 'divider',
        '&:first-of-type': { borderLeft: 0 },
        '&:hover': { bgcolor: 'surface.hover' },
        '@container map (max-width: 620px)': {
          px: 2,
          py: 1,
          ...(props.minor === true ? { display: 'none' } : {}),
        },
        [LOW_WINDOW]: {
          px: 2,
          py: 0.5,
          display: props.minor === true ? 'none' : 'flex',
          alignItems: 'baseline',
          gap: 1.5,
        },
      }}
    >
      <Typography variant="label" component="div" sx={{ color: 'text.secondary', whiteSpace: 'nowrap' }}>
        {props.label}
      </Typography>
      <Box sx={{ display: 'grid', gap: 0.5 }}>
        <Box sx={{ display: 'flex', alignItems: 'baseline', gap: 1.5 }}>
          <Typography
            variant="figure"
            component="span"
            sx={{
              color: props.loud === true ? 'severity.high' : 'text.primary',
              [LOW_WINDOW]: { typography: 'h2' },
            }}
          >
            {props.value}
          </Typography>
          {props.beside === undefined || props.beside === null ? null : (
            <Typography
              variant="caption"
              sx={{
                color: 'text.secondary',
                whiteSpace: 'nowrap',
                '@container map (max-width: 620px)': { display: 'none' },
                [LOW_WINDOW]: { display: 'none' },
              }}
            >
              {props.beside}
            </Typography>
          )}
        </Box>
        <Box
          sx={{
            [LOW_WINDOW]: { display: 'none' },
            '@container map (max-width: 620px)': { display: 'none' },
          }}
        >
          {props.chart}
        </Box>
      </Box>
    </Box>
  );
}

/** Whole minutes only: the last one is still under way. */
const whole = (perMinute: readonly number[]): readonly number[] => perMinute.slice(0, -1);

function rate(
  label: string,
  perMinute: readonly number[],
  what: string,
  href: string,
  at: number | undefined,
): ReactNode {
  const minutes = whole(perMinute);
  const last = minutes.at(-1);
  const usual = usualOf(minutes);
  return (
    <Figure
      label={label}
      href={href}
      value={last === undefined ? '—' : count(last)}
      beside={usual === null ? null : `usual ${count(usual)}`}
      explained={`${what} in the last whole minute${at === undefined ? '' : ' by then'}; usual is the median of the ${String(minutes.length)} minutes before. Opens them in Audit`}
      {...(at === undefined
        ? {}
        : {
            onFollow: () => {
              // Of the time that is shown, as the figure is.
              changeAuditSearch({ period: { is: 'between', from: at - HOUR, to: at } });
            },
          })}
      chart={
        minutes.length === 0 ? null : (
          <Sparkline
            values={minutes.slice(-30)}
            label={`${what} per minute, last ${String(minutes.slice(-30).length)} minutes`}
          />
        )
      }
    />
  );
}

/** How many open detections there are now; nothing where the past is shown, because triage is about now. */
function OpenDetections(): ReactNode {
  const detections = useApp((state) => state.detections);
  const read = useWhatIsRead();
  return (
    <Figure
      label="Open detections"
      href={hrefOf('detections')}
      value={detections === null || read !== 'something' ? '—' : count(detections.open)}
      loud={(detections?.open ?? 0) > 0}
      explained="Detections that nobody has taken or closed and that nothing silences. Opens them"
    />
  );
}

/** The few numbers that say how busy it is, or was. Each leads to what it counts. */
export function KeyFigures({ connections }: { readonly connections: readonly ConnectionId[] }): ReactNode {
  const revision = useApp((state) => state.revision);
  const time = useTime((state) => state.time);
  const { at } = timeRequest(time);
  const read = useWhatIsRead(connections);
  const answer = useHeld(
    useEngineQuery(
      'figures',
      {
        ...(connections.length === 0 ? {} : { connections: [...connections] }),
        ...(at === undefined ? {} : { at }),
      },
      { revision, everyMs: FOLLOW_EVERY_MS },
    ),
  );
  // Zeros would say that nobody is signed in; before anything was read, nobody knows.
  const figures = read === 'something' ? answer : null;
  const live = at === undefined;
  const samples = useSamples(live ? figures : null);
  return (
    <Box
      role="group"
      aria-label="Key figures"
      sx={{
        position: 'absolute',
        top: (theme) => theme.spacing(3),
        left: (theme) => theme.spacing(3),
        zIndex: 500,
        display: 'flex',
        maxWidth: (theme) => `calc(100% - ${theme.spacing(14)})`,
        flexWrap: 'wrap',
        overflow: 'hidden',
        bgcolor: 'background.paper',
        border: 1,
        borderColor: live ? 'divider' : 'severity.medium',
        borderRadius: 1.5,
      }}
    >
      <Figure
        label={live ? 'Sessions' : time.is === 'period' ? 'Sessions at its end' : 'Sessions then'}
        href={hrefOf('sessions')}
        onFollow={() => {
          useSessionsFilter.setState({ connections });
        }}
        value={figures === null ? '—' : count(figures.sessions)}
        explained={
          time.is === 'period'
            ? 'Sessions open at the end of the period; the map and the table show all that were open during it'
            : 'Sessions in every environment shown. Opens them'
        }
        chart={
          live && figures !== null ? (
            <Sparkline values={samples} label="Live sessions since this window was opened" />
          ) : null
        }
      />
      <Figure
        minor
        label="Accounts"
        href={hrefOf('people')}
        value={figures === null ? '—' : count(figures.accounts)}
        explained="Accounts with at least one session. An account belongs to one environment; the same person may have several."
      />
      {rate('Sign-ins / min', figures?.signIns ?? [], 'Sign-ins', hrefOf('audit', 'login'), at)}
      {rate(
        'Failed / min',
        figures?.failures ?? [],
        'Failed sign-ins',
        hrefOf('audit', 'login', 'failure'),
        at,
      )}
      {live ? <OpenDetections /> : null}
    </Box>
  );
}

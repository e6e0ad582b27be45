import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';
import type { Figures } from '#shared/ipc/views.ts';
import { Sparkline } from '../../components/Sparkline.tsx';
import { count } from '../../format/words.ts';
import { useApp } from '../../store/app-store.ts';
import type { Query } from '../../store/use-engine-query.ts';
import { usualOf } from './usual.ts';
import { useSamples } from './use-samples.ts';

function Figure(props: {
  readonly label: string;
  readonly value: string;
  readonly beside?: string | null;
  readonly explained: string;
  readonly chart?: ReactNode;
}): ReactNode {
  return (
    <Box
      title={props.explained}
      sx={{ px: 3.5, py: 1.5, borderLeft: 1, borderColor: 'divider', '&:first-of-type': { borderLeft: 0 } }}
    >
      <Typography variant="label" component="dt" sx={{ color: 'text.secondary', whiteSpace: 'nowrap' }}>
        {props.label}
      </Typography>
      <Box component="dd" sx={{ m: 0, display: 'grid', gap: 0.5 }}>
        <Box sx={{ display: 'flex', alignItems: 'baseline', gap: 1.5 }}>
          <Typography variant="figure" component="span">
            {props.value}
          </Typography>
          {props.beside === undefined || props.beside === null ? null : (
            <Typography variant="caption" sx={{ color: 'text.secondary', whiteSpace: 'nowrap' }}>
              {props.beside}
            </Typography>
          )}
        </Box>
        <Box sx={{ '@media (max-height: 560px)': { display: 'none' } }}>{props.chart}</Box>
      </Box>
    </Box>
  );
}

/** Whole minutes only: the last one is still under way. */
const whole = (perMinute: readonly number[]): readonly number[] => perMinute.slice(0, -1);

function rate(label: string, perMinute: readonly number[], what: string): ReactNode {
  const minutes = whole(perMinute);
  const last = minutes.at(-1);
  const usual = usualOf(minutes);
  return (
    <Figure
      label={label}
      value={last === undefined ? '—' : count(last)}
      beside={usual === null ? null : `usual ${count(usual)}`}
      explained={`${what} in the last whole minute; usual is the median of the last ${String(minutes.length)} minutes`}
      chart={
        <Sparkline
          values={minutes.slice(-30)}
          label={`${what} per minute, last ${String(minutes.slice(-30).length)} minutes`}
        />
      }
    />
  );
}

/** The few numbers that say how busy it is. */
export function KeyFigures({ answer }: { readonly answer: Query<Figures> }): ReactNode {
  const figures = answer.is === 'ready' ? answer.value : null;
  const samples = useSamples(figures);
  const detections = useApp((state) => state.detections);
  return (
    <Box
      component="dl"
      aria-label="Key figures"
      sx={{
        position: 'absolute',
        top: (theme) => theme.spacing(3),
        left: (theme) => theme.spacing(3),
        zIndex: 500,
        m: 0,
        display: 'flex',
        maxWidth: (theme) => `calc(100% - ${theme.spacing(14)})`,
        overflow: 'hidden',
        bgcolor: 'background.paper',
        border: 1,
        borderColor: 'divider',
        borderRadius: 1.5,
      }}
    >
      <Figure
        label="Sessions"
        value={figures === null ? '—' : count(figures.sessions)}
        explained="Live sessions in every environment shown"
        chart={<Sparkline values={samples} label="Live sessions since this window was opened" />}
      />
      <Figure
        label="Accounts"
        value={figures === null ? '—' : count(figures.accounts)}
        explained="Accounts with at least one live session. An account belongs to one environment; the same person may have several."
      />
      <Figure
        label="Open detections"
        value={detections === null ? '—' : count(detections.open)}
        explained="Detections that nobody has taken or closed and that nothing silences"
      />
      {rate('Sign-ins / min', figures?.signIns ?? [], 'Sign-ins')}
      {rate('Failed / min', figures?.failures ?? [], 'Failed sign-ins')}
    </Box>
  );
}

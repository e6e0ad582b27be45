import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Link from '@mui/material/Link';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';
import { useApp } from '../store/app-store.ts';
import { goTo, hrefOf } from '../store/route-store.ts';
import { layoutNumber, rememberLayout, useSettings } from '../store/settings-store.ts';
import { useFromClock } from '../store/clock.ts';
import { instantOf } from './find-commands.ts';

const ROUND_MS = 60_000;

/** For whoever opens the console for the first time: what the demo is, what to try, and the way to the first agent. */
export function Welcome(): ReactNode {
  const environments = useApp((state) => state.environments);
  const done = useSettings(({ settings }) => layoutNumber(settings, 'welcome', 0) === 1);
  const zone = useSettings((state) => state.settings.timeZone);
  const now = useFromClock((at) => Math.floor(at / ROUND_MS) * ROUND_MS);
  const demo = environments !== null && environments.length > 0 && environments.every((one) => one.demo);
  if (done || !demo) return null;
  const night = instantOf('yesterday 03:10', now, zone);
  return (
    <Box
      component="section"
      aria-label="First steps"
      sx={{
        display: 'flex',
        alignItems: 'center',
        flexWrap: 'wrap',
        columnGap: 3,
        rowGap: 1,
        px: 4,
        py: 1.5,
        bgcolor: 'surface.raised',
        borderBottom: 1,
        borderColor: 'divider',
      }}
    >
      <Typography component="span" sx={{ fontWeight: 600 }}>
        A demo with invented people.
      </Typography>
      <span>
        {'Try it: '}
        <Link href={hrefOf('detections')} title="Found half a minute after the start">
          a stolen session
        </Link>
        {', '}
        <Link href={hrefOf('investigate', 'at', String(night ?? now))}>who was signed in last night</Link>
        {', '}
        <Link href={hrefOf('investigate', 'shared')}>addresses that people share</Link>.
      </span>
      <Box sx={{ flex: 1 }} />
      <Button
        variant="contained"
        color="primary"
        onClick={() => {
          goTo('environments', 'add');
        }}
      >
        Connect your first agent…
      </Button>
      <Button onClick={() => void rememberLayout('welcome', 1)}>Not now</Button>
    </Box>
  );
}

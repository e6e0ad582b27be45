import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import type { Figures } from '#shared/ipc/views.ts';
import { shortTime, zoneName } from '../../format/time.ts';
import { count } from '../../format/words.ts';
import { useSettings } from '../../store/settings-store.ts';
import type { Query } from '../../store/use-engine-query.ts';
import { SIZE } from '../../theme/size.ts';
import { barsOf, marksOf } from './time-bars.ts';

/** Sign-ins of the last 24 hours in steps of 15 minutes, failures on top; live at its right end. */
export function TimeBar({ answer }: { readonly answer: Query<Figures> }): ReactNode {
  const zone = useSettings((state) => state.settings.timeZone);
  const figures = answer.is === 'ready' ? answer.value : null;
  const bars = figures === null ? [] : barsOf(figures.day);
  const total = bars.reduce((sum, bar) => sum + bar.signIns, 0);
  const failed = bars.reduce((sum, bar) => sum + bar.failures, 0);
  const summary = `Last 24 hours: ${count(total)} sign-ins, ${count(failed)} of them failed`;
  return (
    <Box
      sx={{
        height: SIZE.timeBar,
        flex: 'none',
        display: 'flex',
        flexDirection: 'column',
        px: 3,
        pt: 2,
        pb: 1,
        borderTop: 1,
        borderColor: 'divider',
        bgcolor: 'background.paper',
      }}
    >
      <Box
        role="img"
        aria-label={summary}
        title={summary}
        sx={{ flex: 1, minHeight: 0, display: 'flex', alignItems: 'flex-end', gap: '1px' }}
      >
        {bars.map((bar) => (
          <Box
            key={bar.from}
            title={`${shortTime(bar.from, zone)}–${shortTime(bar.to, zone)}: ${count(bar.signIns)} sign-ins, ${count(bar.failures)} failed`}
            sx={{
              flex: 1,
              height: '100%',
              display: 'flex',
              flexDirection: 'column',
              justifyContent: 'flex-end',
            }}
          >
            <Box sx={{ bgcolor: 'primary.main', opacity: 0.55 }} style={{ height: `${bar.okShare}%` }} />
            <Box sx={{ bgcolor: 'severity.high' }} style={{ height: `${bar.failedShare}%` }} />
          </Box>
        ))}
      </Box>
      <Box
        aria-hidden="true"
        sx={(theme) => ({
          ...theme.typography.mono,
          display: 'flex',
          justifyContent: 'space-between',
          color: 'text.secondary',
          lineHeight: 1.4,
          whiteSpace: 'nowrap',
          overflow: 'hidden',
        })}
      >
        {figures === null
          ? null
          : marksOf(figures.day).map((at, index, all) => (
              <span key={at}>
                {index === 0
                  ? `${shortTime(at, zone)} yesterday`
                  : index === all.length - 1
                    ? 'now'
                    : shortTime(at, zone)}
              </span>
            ))}
        {figures === null ? <span>{zoneName(zone)}</span> : null}
      </Box>
    </Box>
  );
}

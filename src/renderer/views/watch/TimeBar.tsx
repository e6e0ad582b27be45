import Box from '@mui/material/Box';
import { useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';
import { AxisLabels } from '../../components/AxisLabels.tsx';
import { dayTime, shortTime } from '../../format/time.ts';
import { shownTimeText } from '../../format/shown-time.ts';
import { count } from '../../format/words.ts';
import type { ConnectionId } from '#shared/domain/ids.ts';
import { useApp } from '../../store/app-store.ts';
import { useFromClock } from '../../store/clock.ts';
import { rememberLayout, useSettings } from '../../store/settings-store.ts';
import { goLive, goTo, showPeriod, useTime } from '../../store/time-store.ts';
import { useEngineQuery } from '../../store/use-engine-query.ts';
import { useHeld } from '../../store/use-held.ts';
import { SIZE } from '../../theme/size.ts';
import { TimeBars } from './TimeBars.tsx';
import { TimeControls } from './TimeControls.tsx';
import { barsOf, marksOf, shareOf, spanOf, stepsOf } from './time-bars.ts';

const FOLLOW_EVERY_MS = 5_000;
/** A pointer that moves less has clicked. */
const CLICK_PX = 4;

/**
 * Sign-ins over time; live at its right end. A click goes to an instant, dragging over it chooses a period, the arrow
 * keys step. What is chosen, the map, the table and the figures show.
 */
export function TimeBar({ connections }: { readonly connections: readonly ConnectionId[] }): ReactNode {
  const zone = useSettings((state) => state.settings.timeZone);
  const span = spanOf(useSettings((state) => state.settings.layout['timeSpan']));
  const revision = useApp((state) => state.revision);
  const time = useTime((state) => state.time);
  const from = useFromClock((now) => stepsOf(span, now).from);
  const to = useFromClock((now) => Math.floor(now / 1_000) * 1_000);
  const { steps } = stepsOf(span, to);
  const timeline = useHeld(
    useEngineQuery(
      'timeline',
      {
        from: Math.max(0, from),
        stepMs: span.stepMs,
        steps,
        ...(connections.length === 0 ? {} : { connections: [...connections] }),
      },
      { revision, everyMs: FOLLOW_EVERY_MS },
    ),
  );
  const bars = timeline === null ? [] : barsOf(timeline);
  const total = bars.reduce((sum, bar) => sum + bar.signIns, 0);
  const failed = bars.reduce((sum, bar) => sum + bar.failures, 0);
  const rail = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<{ readonly x: number; readonly at: number; readonly end: number } | null>(
    null,
  );

  const instantAt = (event: PointerEvent): number => {
    const box = rail.current?.getBoundingClientRect();
    if (box === undefined || box.width === 0) return to;
    return from + Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * (to - from);
  };
  const down = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const at = instantAt(event);
    setDrag({ x: event.clientX, at, end: at });
  };
  const move = (event: PointerEvent) => {
    if (drag !== null) setDrag({ ...drag, end: instantAt(event) });
  };
  const up = (event: PointerEvent) => {
    if (drag === null) return;
    setDrag(null);
    if (Math.abs(event.clientX - drag.x) < CLICK_PX) goTo(drag.at);
    else showPeriod(drag.at, instantAt(event));
  };
  const key = (event: KeyboardEvent) => {
    const here = time.is === 'live' ? to : time.at;
    const step = event.shiftKey ? span.stepMs * 4 : span.stepMs;
    if (event.key === 'ArrowLeft') goTo(Math.max(from, here - step));
    else if (event.key === 'ArrowRight') goTo(here + step);
    else if (event.key === 'End') goLive();
    else if (event.key === 'Home') goTo(from);
    else return;
    event.preventDefault();
  };

  const now = time.is === 'live' ? 1 : shareOf(time.at, from, to);
  const band =
    drag !== null && Math.abs(drag.end - drag.at) > 0
      ? [Math.min(drag.at, drag.end), Math.max(drag.at, drag.end)]
      : time.is === 'period'
        ? [time.from, time.at]
        : null;
  return (
    <Box
      sx={{
        height: SIZE.timeBar,
        flex: 'none',
        display: 'flex',
        gap: 3,
        px: 3,
        pt: 2,
        pb: 1,
        borderTop: 1,
        borderColor: 'divider',
        bgcolor: 'background.paper',
      }}
    >
      <Box
        sx={{
          flex: 1,
          minWidth: 0,
          display: 'flex',
          flexDirection: 'column',
          containerType: 'inline-size',
          containerName: 'rail',
        }}
      >
        <Box
          ref={rail}
          role="slider"
          tabIndex={0}
          aria-label={`Time shown. Last ${span.name}: ${count(total)} sign-ins, ${count(failed)} of them failed`}
          aria-valuemin={Math.floor(from / 1_000)}
          aria-valuemax={Math.floor(to / 1_000)}
          aria-valuenow={Math.floor((time.is === 'live' ? to : time.at) / 1_000)}
          aria-valuetext={shownTimeText(time, zone)}
          data-testid="time-bar"
          onPointerDown={down}
          onPointerMove={move}
          onPointerUp={up}
          onPointerCancel={() => {
            setDrag(null);
          }}
          onKeyDown={key}
          sx={{ flex: 1, minHeight: 0, position: 'relative', cursor: 'crosshair', touchAction: 'none' }}
        >
          <TimeBars bars={bars} zone={zone} from={from} to={to} />
          {band === null ? null : (
            <Box
              aria-hidden="true"
              sx={{
                position: 'absolute',
                insetBlock: 0,
                bgcolor: 'primary.main',
                opacity: 0.25,
                pointerEvents: 'none',
              }}
              style={{
                left: `${String(shareOf(band[0] ?? from, from, to) * 100)}%`,
                right: `${String((1 - shareOf(band[1] ?? to, from, to)) * 100)}%`,
              }}
            />
          )}
          <Box
            aria-hidden="true"
            sx={{
              position: 'absolute',
              insetBlock: -6,
              width: 2,
              ml: '-1px',
              bgcolor: time.is === 'live' ? 'live.main' : 'severity.medium',
              pointerEvents: 'none',
              '&::before': {
                content: '""',
                position: 'absolute',
                top: 0,
                left: -4,
                borderLeft: '5px solid transparent',
                borderRight: '5px solid transparent',
                borderTop: '6px solid',
                borderTopColor: 'inherit',
                color: time.is === 'live' ? 'live.main' : 'severity.medium',
              },
            }}
            style={{ left: `${String(now * 100)}%` }}
          />
        </Box>
        <AxisLabels
          sx={{
            typography: 'mono',
            lineHeight: 1.4,
            whiteSpace: 'nowrap',
            overflow: 'hidden',
            // Where there is little room, the ends and the middle say enough.
            '@container rail (max-width: 460px)': { '& > :nth-of-type(even)': { display: 'none' } },
            '@container rail (max-width: 300px)': { '& > :nth-of-type(3)': { display: 'none' } },
          }}
        >
          {marksOf(from, to).map((at, index, all) => (
            <span key={index}>
              {index === all.length - 1
                ? 'now'
                : index === 0
                  ? dayTime(at, to, zone)
                  : markText(at, to, span.ms, zone)}
            </span>
          ))}
        </AxisLabels>
      </Box>
      <TimeControls span={span} onSpan={(next) => void rememberLayout('timeSpan', next.key)} />
    </Box>
  );
}

const LONG_MS = 48 * 3_600_000;
const markText = (at: number, to: number, length: number, zone: 'local' | 'utc'): string =>
  length > LONG_MS ? dayTime(at, to, zone) : shortTime(at, zone);

import Box from '@mui/material/Box';
import { useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';
import { AxisLabels } from '../../components/AxisLabels.tsx';
import { shortDate, shortTime, type Zone } from '../../format/time.ts';
import { count, counted } from '../../format/words.ts';
import { DAY } from '#shared/domain/lengths.ts';

interface Range {
  readonly from: number;
  readonly to: number;
}

const when = (at: number, stepMs: number, zone: Zone): string =>
  stepMs >= DAY ? shortDate(at, zone) : `${shortDate(at, zone)} ${shortTime(at, zone)}`;

/**
 * Events over time. Dragging chooses a stretch; with the keyboard, arrows move, Shift with arrows widens, Enter chooses.
 */
export function Bars(props: {
  readonly from: number;
  readonly stepMs: number;
  readonly counts: readonly number[];
  readonly countedFrom: number;
  readonly done: boolean;
  readonly zone: Zone;
  readonly onChoose: (range: Range) => void;
}): ReactNode {
  const { from, stepMs, counts, zone } = props;
  const box = useRef<HTMLDivElement>(null);
  const [brush, setBrush] = useState<readonly [number, number] | null>(null);
  const most = Math.max(1, ...counts);
  const total = counts.reduce((sum, one) => sum + one, 0);
  const barAt = (event: PointerEvent): number => {
    const area = box.current?.getBoundingClientRect();
    if (area === undefined || area.width === 0) return 0;
    const share = (event.clientX - area.left) / area.width;
    return Math.min(counts.length - 1, Math.max(0, Math.floor(share * counts.length)));
  };
  const chosen = brush === null ? null : ([Math.min(...brush), Math.max(...brush)] as const);
  const choose = (): void => {
    if (chosen === null) return;
    setBrush(null);
    props.onChoose({ from: from + chosen[0] * stepMs, to: from + (chosen[1] + 1) * stepMs });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0;
    if (by !== 0) {
      event.preventDefault();
      const [start, end] = brush ?? [counts.length - 1, counts.length - 1];
      const next = Math.min(counts.length - 1, Math.max(0, end + by));
      setBrush(event.shiftKey ? [start, next] : [next, next]);
    } else if (event.key === 'Enter') choose();
    else if (event.key === 'Escape') setBrush(null);
  };
  const text =
    chosen === null
      ? `${counted(total, 'event')}${props.done ? '' : ' so far'}`
      : `${when(from + chosen[0] * stepMs, stepMs, zone)} – ${when(from + (chosen[1] + 1) * stepMs, stepMs, zone)}: ${counted(
          counts.slice(chosen[0], chosen[1] + 1).reduce((sum, one) => sum + one, 0),
          'event',
        )}`;
  return (
    <Box sx={{ px: 4, pt: 2, pb: 1, bgcolor: 'background.paper', borderBottom: 1, borderColor: 'divider' }}>
      <Box
        ref={box}
        role="slider"
        tabIndex={0}
        aria-label="Events over time: arrows move, Shift with arrows widens, Enter shows the stretch"
        aria-valuemin={0}
        aria-valuemax={Math.max(0, counts.length - 1)}
        aria-valuenow={brush?.[1] ?? Math.max(0, counts.length - 1)}
        aria-valuetext={text}
        data-testid="bars"
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          const bar = barAt(event);
          setBrush([bar, bar]);
        }}
        onPointerMove={(event) => {
          if (event.buttons === 1 && brush !== null) setBrush([brush[0], barAt(event)]);
        }}
        onPointerUp={choose}
        sx={{
          display: 'flex',
          alignItems: 'flex-end',
          gap: '1px',
          height: '3.5rem',
          cursor: 'col-resize',
          touchAction: 'none',
        }}
      >
        {counts.map((value, index) => {
          const at = from + index * stepMs;
          const inside = chosen === null || (index >= chosen[0] && index <= chosen[1]);
          return (
            <Box
              key={at}
              title={`${when(at, stepMs, zone)}: ${count(value)}`}
              sx={{
                flex: 1,
                height: '100%',
                display: 'flex',
                alignItems: 'flex-end',
                bgcolor: chosen !== null && inside ? 'surface.selected' : undefined,
              }}
            >
              <Box
                sx={{ width: '100%', bgcolor: 'primary.main', opacity: inside ? 0.75 : 0.3 }}
                style={{ height: `${String((value / most) * 100)}%`, minHeight: value > 0 ? '1px' : 0 }}
              />
            </Box>
          );
        })}
      </Box>
      <AxisLabels sx={{ typography: 'mono' }}>
        <span>{when(from, stepMs, zone)}</span>
        <Box component="span" sx={{ color: chosen === null ? 'text.secondary' : 'text.primary' }}>
          {text}
        </Box>
        <span>{when(from + counts.length * stepMs, stepMs, zone)}</span>
      </AxisLabels>
    </Box>
  );
}

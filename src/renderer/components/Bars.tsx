import Box from '@mui/material/Box';
import { useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';
import { DAY } from '#shared/domain/lengths.ts';
import { shortDate, shortTime, type Zone } from '../format/time.ts';
import { count, counted } from '../format/words.ts';
import { LOW_WINDOW } from '../theme/size.ts';
import { AxisLabels } from './AxisLabels.tsx';
import { onBars, lowOneLine } from './bars-styles.ts';

interface Range {
  readonly from: number;
  readonly to: number;
}
/** What the bars stand for: the first begins at `from`, each is `stepMs` long. */
interface Shown {
  readonly from: number;
  readonly stepMs: number;
  readonly counts: readonly number[];
  /** Bars that end before this instant are still to be counted. */
  readonly countedFrom: number;
  readonly done: boolean;
}

const when = (at: number, stepMs: number, zone: Zone): string =>
  stepMs >= DAY ? shortDate(at, zone) : `${shortDate(at, zone)} ${shortTime(at, zone)}`;
const NAMES = { event: 'Events over time', session: 'Sessions by when they began' } as const;

/** The same bars as long as somebody chooses among them: what is counted anew meanwhile would move them away. */
function useStill(now: Shown, choosing: boolean): Shown {
  const [shown, setShown] = useState(now);
  const same =
    shown.counts === now.counts &&
    shown.from === now.from &&
    shown.stepMs === now.stepMs &&
    shown.done === now.done;
  if (choosing || same) return shown;
  setShown(now);
  return now;
}

/**
 * Events or sessions over time. Dragging chooses a stretch; with the keyboard, arrows move, Shift with arrows widens, Enter
 * chooses, Escape lets go. In a low window they are one line.
 */
export function Bars(
  props: Shown & {
    readonly of: keyof typeof NAMES;
    /** Said behind the count. */
    readonly note?: string;
    readonly zone: Zone;
    readonly onChoose: (range: Range) => void;
  },
): ReactNode {
  const { of, zone, note = '' } = props;
  const box = useRef<HTMLDivElement>(null);
  const [brush, setBrush] = useState<readonly [number, number] | null>(null);
  const { from, stepMs, counts, countedFrom, done } = useStill(props, brush !== null);
  const most = Math.max(1, ...counts);
  const last = Math.max(0, counts.length - 1);
  const barAt = (event: PointerEvent): number => {
    const area = box.current?.getBoundingClientRect();
    if (area === undefined || area.width === 0) return 0;
    const share = (event.clientX - area.left) / area.width;
    return Math.min(last, Math.max(0, Math.floor(share * counts.length)));
  };
  const chosen = brush === null ? null : ([Math.min(...brush), Math.max(...brush)] as const);
  const letGo = (): void => {
    setBrush(null);
  };
  const choose = (): void => {
    if (chosen === null) return;
    letGo();
    props.onChoose({ from: from + chosen[0] * stepMs, to: from + (chosen[1] + 1) * stepMs });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0;
    if (by !== 0) {
      event.preventDefault();
      const [start, end] = brush ?? [last, last];
      const next = Math.min(last, Math.max(0, end + by));
      setBrush(event.shiftKey ? [start, next] : [next, next]);
    } else if (event.key === 'Enter') choose();
    else if (event.key === 'Escape') letGo();
  };
  const sum = (some: readonly number[]): number => some.reduce((total, one) => total + one, 0);
  const text =
    chosen === null
      ? `${counted(sum(counts), of)}${done ? '' : ' so far'}${note}`
      : `${when(from + chosen[0] * stepMs, stepMs, zone)} – ${when(from + (chosen[1] + 1) * stepMs, stepMs, zone)}: ${counted(
          sum(counts.slice(chosen[0], chosen[1] + 1)),
          of,
        )}`;
  return (
    <Box sx={lowOneLine}>
      <Box
        ref={box}
        role="slider"
        tabIndex={0}
        aria-label={`${NAMES[of]}: arrows move, Shift with arrows widens, Enter shows the stretch`}
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={Math.min(last, brush?.[1] ?? last)}
        aria-valuetext={text}
        data-testid="bars"
        onKeyDown={onKeyDown}
        onBlur={letGo}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          const bar = barAt(event);
          setBrush([bar, bar]);
        }}
        onPointerMove={(event) => {
          if (event.buttons === 1 && brush !== null) setBrush([brush[0], barAt(event)]);
        }}
        onPointerUp={choose}
        onPointerCancel={letGo}
        sx={onBars}
      >
        {counts.map((value, index) => {
          const at = from + index * stepMs;
          const waits = !done && at + stepMs <= countedFrom;
          return (
            <div
              key={at}
              title={`${when(at, stepMs, zone)}: ${waits ? 'not counted yet' : count(value)}`}
              data-is={
                chosen === null
                  ? waits
                    ? 'waiting'
                    : undefined
                  : index >= chosen[0] && index <= chosen[1]
                    ? 'chosen'
                    : 'beside'
              }
            >
              <div style={{ height: `${String((value / most) * 100)}%`, minHeight: value > 0 ? '1px' : 0 }} />
            </div>
          );
        })}
      </Box>
      <AxisLabels
        sx={{
          typography: 'mono',
          [LOW_WINDOW]: { whiteSpace: 'nowrap', '& > :not([data-said])': { display: 'none' } },
        }}
      >
        <span>{when(from, stepMs, zone)}</span>
        <Box component="span" data-said sx={{ color: chosen === null ? 'text.secondary' : 'text.primary' }}>
          {text}
        </Box>
        <span>{when(from + counts.length * stepMs, stepMs, zone)}</span>
      </AxisLabels>
    </Box>
  );
}

import Box from '@mui/material/Box';
import { useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';

const STEP = 24;

/**
 * A bar between two panes that is dragged or moved with the arrow keys.
 * `value` is the size of the pane after it (below or to the right), in pixels.
 */
export function Splitter(props: {
  readonly label: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly onChange: (value: number) => void;
  readonly onDone: (value: number) => void;
}): ReactNode {
  const { label, value, least, most, onChange, onDone } = props;
  const from = useRef<{ readonly y: number; readonly value: number } | null>(null);
  const [dragging, setDragging] = useState(false);
  const clamp = (next: number) => Math.round(Math.max(least, Math.min(most, next)));

  const down = (event: PointerEvent<HTMLDivElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    from.current = { y: event.clientY, value };
    setDragging(true);
  };
  const move = (event: PointerEvent) => {
    if (from.current !== null) onChange(clamp(from.current.value + from.current.y - event.clientY));
  };
  const up = () => {
    if (from.current === null) return;
    from.current = null;
    setDragging(false);
    onDone(value);
  };
  const key = (event: KeyboardEvent) => {
    const change = event.key === 'ArrowUp' ? STEP : event.key === 'ArrowDown' ? -STEP : 0;
    if (change === 0) return;
    event.preventDefault();
    const next = clamp(value + change);
    onChange(next);
    onDone(next);
  };

  return (
    <Box
      role="separator"
      aria-orientation="horizontal"
      aria-label={label}
      aria-valuenow={Math.round(value)}
      aria-valuemin={Math.round(least)}
      aria-valuemax={Math.round(most)}
      tabIndex={0}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerCancel={up}
      onKeyDown={key}
      sx={{
        flex: 'none',
        height: (theme) => theme.spacing(1.25),
        cursor: 'row-resize',
        touchAction: 'none',
        borderTop: 1,
        borderColor: 'divider',
        bgcolor: dragging ? 'primary.main' : 'background.paper',
        '&:hover': { bgcolor: 'divider' },
      }}
    />
  );
}

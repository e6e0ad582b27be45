import Box from '@mui/material/Box';
import { useColorScheme } from '@mui/material/styles';
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import type { MapEnd } from '#shared/ipc/detections-views.ts';
import { DARK, LIGHT } from '../theme/tokens.ts';
import { geodesicLine } from './geodesic-line.ts';
import { loadLand, type Land } from './land.ts';
import { LAND_WORLD } from './land-world.ts';
import { unitX, unitY } from './mercator.ts';

/** At least this share of the world is shown, so that near places have land around them. */
const LEAST_SPAN = 0.045;
const ROOM = 1.5;
const DOT = 4.5;

interface Frame {
  /** Pixels of a whole world. */
  readonly world: number;
  readonly left: number;
  readonly top: number;
}

/** The part of the world that holds the whole line, in the given box. */
function frameOf(points: readonly (readonly [number, number])[], width: number, height: number): Frame {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const [west, east, north, south] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const across = Math.max((east - west) * ROOM, LEAST_SPAN);
  const down = Math.max((south - north) * ROOM, LEAST_SPAN);
  const world = Math.min(width / across, height / down);
  return {
    world,
    left: ((west + east) / 2) * world - width / 2,
    top: ((north + south) / 2) * world - height / 2,
  };
}

/** Two places and the shortest way between them on the offline base map. A picture: everything in it is said beside it. */
export function LineMap(props: {
  readonly from: MapEnd;
  readonly to: MapEnd;
  readonly label: string;
}): ReactNode {
  const { from, to, label } = props;
  const holder = useRef<HTMLCanvasElement>(null);
  const [land, setLand] = useState<Land | null>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  const { colorScheme } = useColorScheme();
  const tokens = colorScheme === 'light' ? LIGHT : DARK;
  const line = useMemo(
    () =>
      geodesicLine(from, to).map(({ latitude, longitude }) => [unitX(longitude), unitY(latitude)] as const),
    [from, to],
  );

  useEffect(() => {
    let wanted = true;
    void loadLand().then((loaded) => {
      if (wanted) setLand(loaded);
    });
    return () => {
      wanted = false;
    };
  }, []);
  useEffect(() => {
    const element = holder.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => {
      setSize({ width: element.clientWidth, height: element.clientHeight });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, []);

  const frame = size.width === 0 ? null : frameOf(line, size.width, size.height);
  useEffect(() => {
    const canvas = holder.current;
    const context = canvas?.getContext('2d') ?? null;
    if (canvas === null || context === null || frame === null) return;
    const ratio = window.devicePixelRatio;
    canvas.width = Math.round(size.width * ratio);
    canvas.height = Math.round(size.height * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = tokens.ground;
    context.fillRect(0, 0, size.width, size.height);
    if (land !== null) paintLand(context, land, frame, size.width, tokens);
    const at = ([x, y]: readonly [number, number]): [number, number] => [
      x * frame.world - frame.left,
      y * frame.world - frame.top,
    ];
    context.strokeStyle = tokens.severity.high;
    context.lineWidth = 1.5;
    context.setLineDash([4, 3]);
    context.beginPath();
    for (const point of line) context.lineTo(...at(point));
    context.stroke();
    context.setLineDash([]);
    dot(context, at(line[0] ?? [0, 0]), tokens.accent, tokens.ground);
    dot(context, at(line.at(-1) ?? [0, 0]), tokens.severity.high, tokens.ground);
  }, [frame, land, line, size, tokens]);

  return (
    <Box sx={{ position: 'relative', width: '100%', height: '100%', overflow: 'hidden' }}>
      <Box
        component="canvas"
        ref={holder}
        role="img"
        aria-label={label}
        sx={{ width: '100%', height: '100%', display: 'block' }}
      />
      {frame === null
        ? null
        : [
            { end: from, point: line[0] },
            { end: to, point: line.at(-1) },
          ].map(({ end, point = [0, 0] }, index) => {
            const y = point[1] * frame.world - frame.top;
            return (
              <Box
                key={index}
                component="span"
                aria-hidden="true"
                sx={{
                  position: 'absolute',
                  left: Math.min(Math.max(point[0] * frame.world - frame.left, 8), size.width - 8),
                  top: y,
                  transform: `translate(${point[0] * frame.world - frame.left > size.width * 0.6 ? '-105%' : '8px'}, ${y > size.height - 20 ? '-110%' : '-50%'})`,
                  typography: 'caption',
                  whiteSpace: 'nowrap',
                  px: 0.75,
                  borderRadius: 0.5,
                  bgcolor: 'background.paper',
                  color: 'text.primary',
                }}
              >
                {end.label}
              </Box>
            );
          })}
    </Box>
  );
}

function paintLand(
  context: CanvasRenderingContext2D,
  land: Land,
  frame: Frame,
  width: number,
  tokens: { readonly land: string; readonly border: string },
): void {
  const scale = frame.world / LAND_WORLD;
  // A line over the antimeridian leaves the one world that the outlines cover.
  const first = Math.floor(frame.left / frame.world);
  const last = Math.floor((frame.left + width) / frame.world);
  for (let copy = first; copy <= last; copy += 1) {
    context.save();
    context.translate(copy * frame.world - frame.left, -frame.top);
    context.scale(scale, scale);
    context.fillStyle = tokens.land;
    for (const { path } of land.countries) context.fill(path, 'evenodd');
    context.strokeStyle = tokens.border;
    context.lineWidth = 1 / scale;
    context.stroke(land.borders);
    context.restore();
  }
}

function dot(context: CanvasRenderingContext2D, [x, y]: [number, number], fill: string, ring: string): void {
  context.beginPath();
  context.arc(x, y, DOT, 0, Math.PI * 2);
  context.fillStyle = fill;
  context.fill();
  context.strokeStyle = ring;
  context.lineWidth = 1.5;
  context.stroke();
}
